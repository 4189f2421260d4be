"""What is said and asked at the command line, in the language of the person in front of it."""
