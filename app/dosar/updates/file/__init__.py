"""The file of an update: a program folder, signed by whoever publishes Dosar."""
