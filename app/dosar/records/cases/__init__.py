"""Whole cases: what belongs to one, and two cases made one or parted."""
