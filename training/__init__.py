"""Train the packaged reader (see README.md in this folder); askbrief never imports this package."""
