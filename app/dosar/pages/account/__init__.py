"""Signing in, one's own profile, and what was typed after a session ended."""
