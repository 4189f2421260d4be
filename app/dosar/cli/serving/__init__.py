"""The server, what it calls, and when it seals the data."""
