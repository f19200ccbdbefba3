"""Documents -> a generation on disk."""
