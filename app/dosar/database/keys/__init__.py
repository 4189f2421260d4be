"""What opens the data: the master key, its slots, and how they change."""
