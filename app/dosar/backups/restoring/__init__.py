"""A back-up takes the place of the data, or of nothing, for practice."""
