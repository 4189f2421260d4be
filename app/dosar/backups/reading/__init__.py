"""A back-up is opened, compared and counted."""
