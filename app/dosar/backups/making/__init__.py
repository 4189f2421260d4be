"""A back-up is made, of one moment of the database."""
