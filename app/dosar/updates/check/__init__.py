"""The update check, whether there is a new version: done once a day where the organisation wants it."""
