"""The encrypted store: its key, its one writer, its tables, and moving all of it elsewhere."""
