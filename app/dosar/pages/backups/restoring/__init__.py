"""The pages by which a back-up takes the place of the data."""
