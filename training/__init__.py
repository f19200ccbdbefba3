"""Training the reader that comes with askbrief (see README.md here); nothing of it is imported when askbrief runs."""
