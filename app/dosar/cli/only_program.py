"""One Dosar at a time on the same data, in a folder and on a server."""

import sys
from _thread import interrupt_main
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from dosar.cli.console.locale import translate_message
from dosar.cli.endings import ended_by
from dosar.cli.places import Places, database_url
from dosar.database.installation.lock_file import lock_folder
from dosar.database.installation.program_lock import lock_database
from dosar.database.store import Store, closing_stores
from dosar.database.store_errors import StoreError


@dataclass(frozen=True)
class StoppedData:
    """The data of an organisation that nobody works on but one command."""

    folder: Path
    key: bytes
    store: Store


@contextmanager
def stopped_data(places: Places) -> Iterator[StoppedData]:
    """Open the used database of the folder, or of DATABASE_URL, for this command alone, and tell the audit log what
    opened it. Raises :class:`StoreError`."""
    from dosar.access.sealed.opening_events import tell_opening
    from dosar.cli.runtime import open_used_store

    folder, url = places.existing_data_folder(database_url()), database_url()
    with only_program(folder, url):
        place = places.key_place(folder)
        key = places.key_from(place)
        store = open_used_store(folder, key, url)
        try:
            if store.open_kept_data_key():
                tell_opening(store, place.openings)
            yield StoppedData(folder, key, store)
        finally:
            store.close()


@contextmanager
def only_program(data: Path, *urls: str | None) -> Iterator[None]:
    """Keep the data folder and the databases to this program until the end; a restore that was interrupted there is
    finished first, and so is the way back from an update. What is open of them is closed at the end, and nobody who is
    in a hurry breaks that off. Raises :class:`StoreError`."""
    from dosar.backups.restoring.swapping import finish_interrupted
    from dosar.updates.data.going_back import finish_going_back

    with ExitStack() as locks:
        locks.enter_context(lock_folder(data))
        finish_interrupted(data)
        finish_going_back(data)
        for url in urls:
            locks.enter_context(lock_database(url, _stop_program))
        ending = locks.enter_context(ExitStack())
        ending.enter_context(closing_stores())
        try:
            yield
        finally:
            with ended_by(lambda: None):
                ending.close()


def _stop_program(trouble: StoreError) -> None:
    """The database belongs to another program now: this one writes nothing more."""
    print(translate_message(trouble), file=sys.stderr, flush=True)
    interrupt_main()
