"""One data folder: who works on it, whether it is whole, whether it ever began."""
