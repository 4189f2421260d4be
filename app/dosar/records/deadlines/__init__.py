"""The days that are due, kept in a table beside the sheets they follow from."""
