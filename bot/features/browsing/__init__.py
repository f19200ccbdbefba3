"""Browsing: what is indexed, how fresh it is, and help."""
