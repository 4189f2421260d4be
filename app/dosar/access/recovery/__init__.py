"""The ways back in for who has lost a telephone or a password."""
