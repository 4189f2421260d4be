"""What goes wrong with the store itself, in words for the person in front of it."""

from pathlib import Path
from typing import Any

from dosar.language.text.message import Message


class StoreError(Exception):
    """The store cannot do what was asked; the message says why and what to do."""

    def __init__(self, text: str, **values: Any) -> None:
        self.message = Message(text, values)
        super().__init__(str(self.message))


class StoreBusy(StoreError):
    """Somebody else was writing for longer than anybody should wait."""

    def __init__(self) -> None:
        super().__init__("Somebody else is saving just now. Nothing was lost: wait a moment and save again.")


class StoreClosed(StoreBusy):
    """Dosar is stopping, or the data were locked, while somebody was still at work with them."""

    def __init__(self) -> None:
        StoreError.__init__(
            self, "Dosar is stopping, or its data were locked just now, so this was not saved. Copy what you typed."
        )


class StoreNotWritable(StoreError):
    """The database answers and takes nothing any more."""


class DiskFull(StoreNotWritable):
    """There is no room left where the database lies."""

    def __init__(self) -> None:
        super().__init__(
            "The disk on which Dosar keeps its data is full or takes nothing more, so this was not saved. Copy what "
            "you typed, and tell your administrator to make room."
        )


class StoreReadOnly(StoreNotWritable):
    """The database or its folder cannot be written."""

    def __init__(self) -> None:
        super().__init__(
            "Dosar may read its data just now but not write it, so this was not saved. Copy what you typed, and tell "
            "your administrator to look at the rights of the data folder or at the database."
        )


class StoreUnreachable(StoreError):
    """PostgreSQL does not answer."""

    def __init__(self) -> None:
        super().__init__(
            "The PostgreSQL database does not answer. Check that it runs, and the server, name and password in its "
            "address (DATABASE_URL or --to). Another computer must show a certificate for its name that this one "
            "trusts, unless the address says sslmode=."
        )


class WrongKey(StoreError):
    """The key does not open the database."""


class StoreDamaged(StoreError):
    """Some of the database's file was cut off or overwritten."""

    def __init__(self, file: Path, copy: Path | None) -> None:
        if copy is None:
            super().__init__(
                "The database %(file)s is damaged: a part of it cannot be read. Keep the file apart, put your last "
                "copy of the data folder in its place, and let somebody look at the disk.",
                file=file,
            )
            return
        super().__init__(
            "The database %(file)s is damaged: a part of it cannot be read. Stop Dosar, move the file and those that "
            "begin with its name to another place, and put your last copy there. The newest copy on this computer is "
            "%(copy)s. Let somebody look at the disk.",
            file=file,
            copy=copy,
        )
