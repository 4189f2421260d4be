"""Texts people read: in each language, with the letters as the language writes and sorts them."""
