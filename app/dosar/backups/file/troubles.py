"""What may be wrong with a back-up file, in words."""

from pathlib import Path

from dosar.database.store_errors import StoreError
from dosar.language.text.message import Message


class NoBackup(StoreError):
    """The file is something else."""

    def __init__(self, file: Path) -> None:
        super().__init__(
            "%(file)s is not a back-up of Dosar. Choose a file whose name begins with dosar- and ends in .dosar.",
            file=file.name,
        )


class BackupCut(StoreError):
    """The end of the file is missing."""

    def __init__(self, file: Path) -> None:
        super().__init__(
            "The back-up %(file)s is not whole: its end is missing, as after an interrupted copy. Nothing was changed. "
            "Copy it once more, or take another back-up.",
            file=file.name,
        )


class BackupDamaged(StoreError):
    """Something in the file is not what was written."""

    def __init__(self, file: Path) -> None:
        super().__init__(
            "The back-up %(file)s is damaged: it does not hold what was written into it. Nothing was changed. Copy it "
            "once more, or take another back-up.",
            file=file.name,
        )


class BackupNewer(StoreError):
    """A newer program wrote it."""

    def __init__(self, file: Path) -> None:
        super().__init__(
            "The back-up %(file)s was made by a newer version of Dosar. Nothing was changed. Install that version or "
            "a later one.",
            file=file.name,
        )


class BackupUnreadable(StoreError):
    """Its disk does not give it: a stick was pulled out perhaps."""

    def __init__(self, file: Path, error: OSError) -> None:
        super().__init__(
            "The back-up %(file)s cannot be read (%(why)s). Nothing was changed. Connect the disk or the stick on "
            "which it lies, and try again.",
            file=file.name,
            why=error.strerror or type(error).__name__,
        )


class WrongSecret(StoreError):
    """What was typed opens nothing of it."""

    def __init__(self, file: Path) -> None:
        super().__init__(
            "This does not open the back-up %(file)s: it is opened by the passphrase or the recovery card that opened "
            "the data on the day it was made. Nothing was changed.",
            file=file.name,
        )


class ForeignBackup(StoreError):
    """The file holds other data than those that are open."""

    def __init__(self, file: Path) -> None:
        super().__init__(
            "The back-up %(file)s was made with another key: it is of another organisation, or of before the key was "
            "changed. Nothing was changed. Restore it into another folder (--data).",
            file=file.name,
        )


def with_file_name(trouble: StoreError, name: str) -> StoreError:
    """Let the message call the file as its sender does. What the exception itself says, as a log has it, stays."""
    trouble.message = Message(trouble.message.text, {**trouble.message.values, "file": name})
    return trouble


def opening_trouble(error: Exception) -> StoreError:
    """What somebody is told who waits while a back-up is opened in the background."""
    if isinstance(error, StoreError):
        return error
    if isinstance(error, OSError):
        return StoreError("The back-up cannot be read: %(why)s.", why=error.strerror or type(error).__name__)
    what = type(error).__name__
    return StoreError("Something went wrong while the back-up was opened (%(what)s).", what=what)
