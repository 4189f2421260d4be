"""What a sheet begins with before it is handed in: its case, earlier answers, a draft."""
