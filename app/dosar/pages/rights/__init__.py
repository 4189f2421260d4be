"""What a person may ask for about the data held on her: a copy of them, their erasure, their correction."""
