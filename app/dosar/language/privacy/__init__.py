"""What an answer tells, of whom, and what is left of it when nobody is to know whose it was."""
