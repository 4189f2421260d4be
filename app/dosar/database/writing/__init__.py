"""One writer at a time; what is closed is written no more, and a number given once."""
