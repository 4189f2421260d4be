"""Filling in a sheet: what its page draws, and what it does with what was posted."""
