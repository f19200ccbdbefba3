"""Citation keys: shown, remembered, resolved, and written in a style."""
