"""The index: rebuild, add and remove documents, watch the folder."""
