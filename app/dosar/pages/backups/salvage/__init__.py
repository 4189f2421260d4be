"""What comes back out of an open back-up, as whoever may see the cases chooses."""
