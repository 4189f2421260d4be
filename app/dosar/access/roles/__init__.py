"""What roles allow, as Flask-AppBuilder keeps it."""
