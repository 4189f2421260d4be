"""Which back-ups an organisation wants, when they are made, how they went, and which are removed."""
