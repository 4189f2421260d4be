"""What the changed forms mean for the answers that are kept: how many of them each change concerns."""
