"""The update check, once a day in the background, where the organisation switched it on; the thread ends when the
store is closed, so that nothing is asked while the data are locked."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from logging import getLogger
from threading import Thread

from dosar.database.audit.trail import add_event
from dosar.database.store import Store
from dosar.database.store_errors import StoreError
from dosar.long_work.repeated_looks import look_until_closed
from dosar.updates.check.check_settings import note_asked, note_seen, read_check_settings, switch_check
from dosar.updates.check.fetching import ask_newest
from dosar.updates.check.newest import Newest, require_in_date, require_not_older
from dosar.updates.check.newest_version_file import write_newest_version
from dosar.updates.pinned import Pinned

log = getLogger(__name__)

LOOK_SECONDS = 600.0
EVERY = timedelta(days=1)


@dataclass
class DailyCheck:
    """Whoever asks it for one running program."""

    store: Store
    pinned: Pinned
    clock: Callable[[], datetime]

    def watch(self) -> None:
        """Look every few minutes whether a day is over."""
        if self.pinned.address:
            Thread(target=self._look_on, daemon=True).start()

    def _look_on(self) -> None:
        look_until_closed(
            self.store.closed,
            lambda: LOOK_SECONDS,
            self.look,
            lambda error: log.info("The question for a new version could not be asked: %s", type(error).__name__),
        )

    def look(self) -> bool:
        """Ask, if it is wanted and due; whether that was so. What goes wrong is told to nobody: there is no hurry."""
        try:
            settings = read_check_settings(self.store.session)
        finally:
            self.store.session.remove()
        if not settings.is_on or (settings.asked is not None and abs(self.clock() - settings.asked) < EVERY):
            return False
        try:
            self.ask()
        except StoreError as trouble:
            log.info("No news of a new version: %s", type(trouble).__name__)
        return True

    def ask(self) -> Newest:
        """Ask now, and keep what is told. Raises :class:`StoreError`."""
        if not self.pinned.address:
            raise StoreError(
                "This Dosar does not know where new versions are told. Bring the update as a file, or install the new "
                "version as this one was installed."
            )
        with self.store.writing() as session:
            note_asked(session, self.clock())
            seen = read_check_settings(session).seen
        newest = ask_newest(self.pinned.address, self.pinned.keys)
        require_in_date(newest, self.clock().date())
        require_not_older(newest, seen)
        with self.store.writing() as session:
            note_seen(session, newest)
            is_on = read_check_settings(session).is_on
        write_newest_version(self.store.data_folder if is_on else None, newest.version)
        return newest

    def switch(self, on: bool) -> None:
        """Have it asked once a day, or never; what was told is not told any more then."""
        with self.store.writing() as session:
            switch_check(session, on)
            add_event(session, "update_question", fields=["yes" if on else "no"])
            seen = read_check_settings(session).seen
        write_newest_version(self.store.data_folder, seen.version if on and seen is not None else "")
