"""What a posted sheet goes through before it is kept."""
