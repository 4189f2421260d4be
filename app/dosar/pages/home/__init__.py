"""The first page: what this worker may do today."""
