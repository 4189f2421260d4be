"""One file for each command; what a command does is imported when it runs."""
