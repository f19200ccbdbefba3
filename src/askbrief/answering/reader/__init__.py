"""A small model that reads a question and a passage together (README.md here is its card; `training/` makes it)."""
