"""What must stand on no command line: asked for without being shown, or read from a pipe."""

import sys
from getpass import getpass

from dosar.cli.console.locale import translate_message
from dosar.language.text.message import Message


class TypedSecret:
    """What somebody has typed for one thing and need not type again for the next; it is given out once."""

    def __init__(self) -> None:
        self._typed = ""

    def keep(self, typed: str) -> None:
        """Until it is taken."""
        self._typed = typed

    def take(self) -> str:
        """It, and no more afterwards: data that are locked again are not opened by it."""
        typed, self._typed = self._typed, ""
        return typed


def ask_secret(prompt: Message) -> str:
    """A line that somebody types unseen; from a pipe the next one of it."""
    said = translate_message(prompt)
    if sys.stdin is not None and sys.stdin.isatty():
        return getpass(said)
    print(said, file=sys.stderr, flush=True)
    return (sys.stdin.readline() if sys.stdin is not None else "").rstrip("\r\n")
