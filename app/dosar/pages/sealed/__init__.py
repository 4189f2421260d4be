"""What is shown while the data are sealed."""
