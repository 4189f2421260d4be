"""How lists are put in order: the columns they are sorted by, what is not answered, and the indexes."""
