"""What is on record of requests and of accounts, and for how long."""
