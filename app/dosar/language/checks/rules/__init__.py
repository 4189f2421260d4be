"""Checks of rules and of what they compare."""
