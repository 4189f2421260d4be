"""What must stand on no command line: asked for without being shown, or read from a pipe."""

import sys
from getpass import getpass

from dosar.cli.console.locale import translate_message
from dosar.language.text.message import Message


def ask_secret(prompt: Message) -> str:
    """A line that somebody types unseen; from a pipe the next one of it."""
    said = translate_message(prompt)
    if sys.stdin is not None and sys.stdin.isatty():
        return getpass(said)
    print(said, file=sys.stderr, flush=True)
    return (sys.stdin.readline() if sys.stdin is not None else "").rstrip("\r\n")
