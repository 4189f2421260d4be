"""What is due as a calendar that other programs read, at a secret address of each worker."""
