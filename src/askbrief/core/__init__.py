"""Small tools without a domain: bounded caches, SQLite files, regular expressions, progress, logs."""
