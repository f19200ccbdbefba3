"""Parse a file into a `Document`: registry, builder, limits, sandbox, and one folder a family of formats."""
