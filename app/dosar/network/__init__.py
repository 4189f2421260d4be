"""Other computers, asked through this one's proxy and with its trust in certificates; imported once one is asked."""
