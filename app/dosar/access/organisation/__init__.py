"""What the organisation has set, its clock, and how it is set up on the first day."""
