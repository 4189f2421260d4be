"""What a person may ask of the organisation about what it holds on her: a copy, and where else her name stands."""
