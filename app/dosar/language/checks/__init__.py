"""Checks across the files of an organisation; each yields findings with a line and a remedy."""
