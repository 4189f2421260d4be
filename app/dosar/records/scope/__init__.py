"""Who may reach and write which records, held below every page."""
