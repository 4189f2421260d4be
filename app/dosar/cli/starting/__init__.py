"""From the command to the open data: what was asked for, and what is said meanwhile."""
