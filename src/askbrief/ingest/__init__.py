"""Build an index: scan, parse, split, encode, publish."""
