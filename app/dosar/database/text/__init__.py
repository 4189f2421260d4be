"""How words are compared and sorted inside both databases."""
