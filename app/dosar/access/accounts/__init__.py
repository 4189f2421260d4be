"""Users, teams, and who gave whom access."""
