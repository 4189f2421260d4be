"""Servers that keep back-ups, and how they are spoken with."""
