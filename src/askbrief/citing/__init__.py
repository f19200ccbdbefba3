"""Citation keys, where a quote stands, how it is written out, and what became of it."""
