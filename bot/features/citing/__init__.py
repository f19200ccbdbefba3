"""Citing: resolving citation keys, the citation menu of a passage, and passages in context."""
