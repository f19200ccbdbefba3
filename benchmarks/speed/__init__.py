"""askbrief beside its peers for speed: one module for each way to build an index and ask it, in processes of their own.

Each is set up as its own documentation shows hybrid search; the docstrings of the modules name the page. A module has
`build`, which makes an index in a folder, and `open_index`, which gives what can be asked (see `material`).
"""
