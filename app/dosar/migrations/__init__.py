"""The forms change, the answers stay: what changes in the database, and what is refused."""
