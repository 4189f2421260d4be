"""In which language, wording and time zone a page is read."""
