"""Passwords, sessions, signing in, and the tokens of a session's forms."""
