"""Where back-ups are kept: a folder, a stick, a server."""
