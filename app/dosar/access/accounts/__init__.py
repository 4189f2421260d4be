"""Users, teams, and the history of accounts."""
