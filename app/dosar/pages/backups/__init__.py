"""Back-ups and restoring, as people see them."""
