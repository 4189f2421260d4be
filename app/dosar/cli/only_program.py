"""One Dosar at a time on the same data, in a folder and on a server."""

import sys
from _thread import interrupt_main
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from dosar.cli.locale import translate_message
from dosar.database.lock_file import lock_folder
from dosar.database.program_lock import lock_database
from dosar.database.store_errors import StoreError


@contextmanager
def only_program(data: Path, *urls: str | None) -> Iterator[None]:
    """Keep the data folder and the databases to this program until the end. Raises :class:`StoreError`."""
    with ExitStack() as locks:
        locks.enter_context(lock_folder(data))
        for url in urls:
            locks.enter_context(lock_database(url, _stop_program))
        yield


def _stop_program(trouble: StoreError) -> None:
    """The database belongs to another program now: this one writes nothing more."""
    print(translate_message(trouble), file=sys.stderr, flush=True)
    interrupt_main()
