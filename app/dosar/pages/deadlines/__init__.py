"""What is due: the page of its own, its lines in words, and what somebody makes of them."""
