"""A back-up that is opened to look something up in it, beside the data, and goes when that is done.

It knows the places where back-ups go, and is older than what lies there: so it makes none.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from dosar.backups.reading.registers import merged_registers, registers_near
from dosar.database.atomic_files import write_atomically
from dosar.database.installation.erasure_register import REGISTER_FILE
from dosar.database.store_errors import StoreError

LOOKING_FILE = "only-to-look"
FOLDER_PREFIX = "dosar-look-"


def is_only_looked_at(data: Path) -> bool:
    """Whether the folder holds a back-up that somebody opened to look at."""
    return (data / LOOKING_FILE).exists()


def refuse_looked_at(data: Path) -> None:
    """Raises :class:`StoreError` for such a folder."""
    if is_only_looked_at(data):
        raise StoreError(
            "This is a back-up that was opened to look at, so no back-up is made of it. Make it of the data themselves."
        )


@contextmanager
def folder_to_look_at(data: Path) -> Iterator[Path]:
    """An empty data folder beside that of the organisation, whose erasures it knows; it is gone at the end."""
    near = data.parent if data.parent.is_dir() else None
    with TemporaryDirectory(prefix=FOLDER_PREFIX, dir=near, ignore_cleanup_errors=True) as made:
        folder = Path(made)
        write_atomically(folder / LOOKING_FILE, "")
        if data.is_dir() and (known := merged_registers(registers_near(data))):
            (folder / REGISTER_FILE).write_bytes(known)
        yield folder
