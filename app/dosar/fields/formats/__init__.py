"""How days, words of one's own and languages are written and read, whichever kind of question asks for them."""
