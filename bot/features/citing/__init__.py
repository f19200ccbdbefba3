"""Citing: the menu of a passage, keys resolved, passages in context."""
