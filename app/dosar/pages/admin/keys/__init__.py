"""What opens the data: passphrase, recovery cards, and whether they open by themselves."""
