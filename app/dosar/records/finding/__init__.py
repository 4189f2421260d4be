"""Finding records and people by words."""
