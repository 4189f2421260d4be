"""What is put on paper: PDF set by Typst, in memory."""
