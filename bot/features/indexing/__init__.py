"""Indexing: rebuild the index, add and remove documents, watch the folder of documents."""
