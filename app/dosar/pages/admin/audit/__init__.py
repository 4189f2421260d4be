"""The audit log on pages: told in sentences."""
