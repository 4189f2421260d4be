"""Flask-AppBuilder: its users, roles and permissions, none of its pages."""
