"""Users, roles, teams, the organisation and its form files."""
