"""Waiting for a disk or a share of the network, but not for ever: one that went away may answer nothing at all.

The system offers no way to end such a wait, so that it is left to a thread, and whoever asked goes on with a sentence.
"""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Event, Thread
from typing import Any, TypeVar

from dosar.backups.places.folder_troubles import NOT_ANSWERING
from dosar.backups.places.place import BackupPlace, PlaceUnreachable, StoredFile
from dosar.backups.places.servers.server_troubles import NOT_REACHED
from dosar.long_work.progress import Progress, keep_silent

STALLED_SECONDS = 60.0
"""A disk that sleeps wakes in ten, a slow stick takes twenty to write down what it was given."""
LISTING_SECONDS = 15.0
"""Somebody waits before a page for this."""
SERVER_SECONDS = 60.0
"""One that answers at all has said by then what lies there."""
Result = TypeVar("Result")


class _Abandoned(Exception):
    """Nobody waits for this piece of work any more."""


def run_with_timeout(seconds: float, work: Callable[[Progress], Result], tell: Progress = keep_silent) -> Result:
    """What the work gives, which tells its progress; ``tell`` is called in this thread.

    Raises :class:`TimeoutError` once it has told nothing for so many seconds.
    """
    told: SimpleQueue[tuple[bool, Callable[[], Any]]] = SimpleQueue()
    abandoned = Event()

    def report(step: str, done: float) -> None:
        if abandoned.is_set():
            raise _Abandoned
        told.put((False, partial(tell, step, done)))

    def run() -> None:
        try:
            result = work(report)
        except BaseException as error:
            told.put((True, partial(_raise, error)))
        else:
            told.put((True, lambda: result))

    Thread(target=run, daemon=True).start()
    try:
        while True:
            is_outcome, answer = told.get(timeout=seconds)
            outcome = answer()
            if is_outcome:
                return outcome  # type: ignore[no-any-return]
    except Empty:
        raise TimeoutError from None
    finally:
        abandoned.set()


def _raise(error: BaseException) -> None:
    raise error


def list_with_timeout(host: str, list_files: Callable[[], Sequence[StoredFile]]) -> list[StoredFile]:
    """What a server lists: one that says something every second and never comes to an end is not waited for. Raises
    :class:`PlaceUnreachable`."""
    try:
        return [*run_with_timeout(SERVER_SECONDS, lambda _: list_files())]
    except TimeoutError:
        raise PlaceUnreachable(NOT_REACHED, host=host) from None


class PlaceWithTimeout:
    """A place that is given up once it does not go on."""

    def __init__(self, open_place: Callable[[], BackupPlace], name: Path | str, seconds: float = STALLED_SECONDS):
        self._open, self._name, self._seconds = open_place, name, seconds

    def list(self) -> list[StoredFile]:
        return self._wait(lambda place, _: place.list(), seconds=min(self._seconds, LISTING_SECONDS))

    def put(self, source: Path, name: str, tell: Progress) -> None:
        self._wait(lambda place, report: place.put(source, name, report), tell)

    def fetch(self, name: str, target: Path, tell: Progress) -> None:
        self._wait(lambda place, report: place.fetch(name, target, report), tell)

    def rename(self, old: str, new: str) -> None:
        self._wait(lambda place, _: place.rename(old, new))

    def remove(self, name: str) -> None:
        self._wait(lambda place, _: place.remove(name))

    def _wait(
        self,
        work: Callable[[BackupPlace, Progress], Result],
        tell: Progress = keep_silent,
        seconds: float | None = None,
    ) -> Result:
        try:
            return run_with_timeout(seconds or self._seconds, lambda report: work(self._open(), report), tell)
        except TimeoutError:
            raise PlaceUnreachable(NOT_ANSWERING, place=self._name) from None
