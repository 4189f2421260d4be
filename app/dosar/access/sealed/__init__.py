"""The data are sealed or open: the vault, and who guesses at its passphrase."""
