"""What was changed, exported, renamed or given up, and how it is told later."""
