"""Compare the speed of askbrief and its peers: one module for each system, run in separate processes.

Each is set up as its own documentation shows hybrid search; the docstrings of the modules name the page. A module has
`build`, which creates an index in a folder, and `open_index`, which returns an index to ask (see `material`).
"""
