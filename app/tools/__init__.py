"""Commands for those who make Dosar; nothing of the program uses them."""
