"""What is due, as somebody may know it: read, put in words, put off."""
