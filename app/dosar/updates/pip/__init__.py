"""The lines that are typed where Dosar was installed into a Python, whose installer brings new versions."""
