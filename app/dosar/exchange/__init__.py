"""What leaves Dosar as a file, and what comes in from one."""
