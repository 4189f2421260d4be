"""Tables built from forms, and everything that reads or writes them."""
