"""Dosar as a folder that starts by a double click, for computers without Python."""
