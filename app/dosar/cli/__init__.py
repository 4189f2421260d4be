"""The command line, and putting an organisation into service."""
