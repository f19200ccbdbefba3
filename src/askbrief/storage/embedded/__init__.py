"""The default engine: one immutable generation in files on this machine."""
