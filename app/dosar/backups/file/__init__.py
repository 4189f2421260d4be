"""The file of a back-up: what it is called, what is in it, what may be wrong with it."""
