"""Back-ups of the whole organisation: made, verified, kept, rehearsed, restored."""
