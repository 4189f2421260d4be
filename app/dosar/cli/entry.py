"""Where the command ``dosar`` begins: nothing is read yet that takes time, so that Ctrl+C ends it at any moment."""

INTERRUPTED_EXIT_CODE = 130


def run() -> int:
    """Run the command line; returns the exit code."""
    try:
        from dosar.cli.main import main

        return main()
    except KeyboardInterrupt:
        return INTERRUPTED_EXIT_CODE
