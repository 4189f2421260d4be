"""Where the command ``dosar`` begins: nothing is read yet that takes time, so that Ctrl+C ends it at any moment."""

from dosar.cli.endings import INTERRUPTED_EXIT_CODE, end_by_interrupt


def run() -> int:
    """Run the command line; returns the exit code."""
    try:
        end_by_interrupt()
        from dosar.cli.main import main

        return main()
    except KeyboardInterrupt:
        return INTERRUPTED_EXIT_CODE
