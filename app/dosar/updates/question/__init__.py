"""The question whether there is a new version: asked once a day where the organisation wants it."""
