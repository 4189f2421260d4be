"""What was typed and is not filed yet: kept for its worker alone."""
