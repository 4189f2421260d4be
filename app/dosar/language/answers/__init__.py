"""From what was answered to what is kept, and what is wrong with it."""
