"""What goes wrong with the store itself, in words for the person in front of it."""

from typing import Any

from app.language.message import Message


class Trouble(Exception):
    """The store cannot do what was asked; the message says why and what to do."""

    def __init__(self, text: str, **values: Any) -> None:
        self.message = Message(text, values)
        super().__init__(str(self.message))


class Busy(Trouble):
    """Somebody else was writing for longer than anybody should wait."""

    def __init__(self) -> None:
        super().__init__("Somebody else is saving just now. Nothing was lost: wait a moment and save again.")


class WrongKey(Trouble):
    """The key does not open the database."""
