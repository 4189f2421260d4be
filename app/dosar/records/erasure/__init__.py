"""Erasing a person or making her anonymous, and how long cases are kept."""
