"""New versions: what is there, how far an update is, and the way back."""
