"""Reading a folder of forms: YAML with its lines, and every mistake told at once."""
