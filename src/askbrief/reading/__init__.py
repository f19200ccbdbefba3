"""A file -> a `Document`.

`seeds.py` finds the files, `registry.py` picks a reader by suffix, one module a family of formats reads it,
and `metadata.py` adds what a side-car or front matter says. A new format is one module and one registry line.
"""
