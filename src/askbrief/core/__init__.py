"""Small tools without a domain: caches, limits, SQLite files, patterns, progress."""
