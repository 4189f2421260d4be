"""Back-ups that are made by themselves: once a day when nobody works, or after a few hours anyway.

The thread ends when the store is closed. What went wrong is tried again after growing pauses.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from logging import getLogger
from threading import Thread
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.exc import SQLAlchemyError

from dosar.access.organisation.settings import read_organisation
from dosar.access.organisation.time_zones import local_time
from dosar.backups.keeping.backup_plan import read_plan
from dosar.backups.keeping.runs import DAILY, BackupRun, last_good, last_rehearsed
from dosar.backups.keeping.work import BackupWork
from dosar.database.store_errors import StoreError
from dosar.long_work.repeated_looks import look_until_closed

log = getLogger(__name__)

LOOK_SECONDS = 60.0
IDLE_SECONDS = 5 * 60.0
LONGEST_WAIT = timedelta(hours=3)
"""So long a back-up that is due waits for a moment in which nobody works."""
NOON = time(12)
"""A day's back-up is made in its second half: it then holds something of the day."""
FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=10), timedelta(hours=4)
REHEARSE_EVERY, REHEARSAL_PAUSE = timedelta(days=30), timedelta(hours=6)


def is_due(last: datetime | None, now: datetime, zone: ZoneInfo) -> bool:
    """Whether a day's back-up is to be made at a place whose last good one is of this moment."""
    if last is None or abs(now - last) >= timedelta(days=1):
        return True
    here, there = local_time(now, zone), local_time(last, zone)
    noon = datetime.combine(here.date(), NOON)
    return here >= noon > there


def pause_after(failures: int) -> timedelta:
    """How long nothing is tried at a place where so many tries in a row went wrong."""
    if not failures:
        return timedelta()
    return min(FIRST_PAUSE * (1 << min(failures - 1, 10)), LONGEST_PAUSE)


def _last_moment(session: Any, place: int) -> datetime | None:
    good = last_good(session, place)
    return good.begun_at if good else None


def _unrehearsed(session: Any, place: int | None, now: datetime) -> BackupRun | None:
    """The newest good back-up of a place, if none of it was tried for a month."""
    tried = last_rehearsed(session, place)
    is_fresh = tried is not None and tried.rehearsed_at is not None and now - tried.rehearsed_at < REHEARSE_EVERY
    return None if is_fresh else last_good(session, place)


@dataclass
class _PlaceTries:
    """What one run of the program remembers of a place."""

    failures: int = 0
    last_try: datetime | None = None
    due_since: datetime | None = None


@dataclass
class BackupSchedule:
    """Looks every minute whether something is due."""

    work: BackupWork
    seconds_idle: Callable[[], float]
    """For how long nobody has worked."""
    clock: Callable[[], datetime]
    _tries: dict[int, _PlaceTries] = field(default_factory=dict)
    _rehearsals: dict[int, _PlaceTries] = field(default_factory=dict)

    def watch(self) -> None:
        """Look from now on, in the background."""
        Thread(target=self._look_at_disks, daemon=True).start()
        Thread(target=self._look_on, daemon=True).start()

    def _look_at_disks(self) -> None:
        """By itself: a share of the network may never answer."""
        with suppress(StoreError, SQLAlchemyError):
            self.work.look_at_disks()

    def _look_on(self) -> None:
        look_until_closed(
            self.work.store.closed,
            lambda: LOOK_SECONDS,
            self.look,
            lambda error: log.error("Nothing could be looked after just now: %s", type(error).__name__),
        )

    def look(self) -> None:
        """Make what is due, if the moment is good; else try one of the last back-ups, if that is due."""
        due = self._due()
        if not due:
            self._rehearse_one()
            return
        for outcome in self.work.run(DAILY, due):
            tries = self._tries[outcome.place.id or 0]
            tries.last_try = self.clock()
            tries.failures = tries.failures + 1 if outcome.made is None else 0
            tries.due_since = tries.due_since if outcome.made is None else None

    def _rehearse_one(self) -> None:
        """Restore the newest back-up of a place on trial, where that was not done for a month."""
        if self.seconds_idle() < IDLE_SECONDS:
            return
        store, now = self.work.store, self.clock()
        try:
            if not read_plan(store.session).is_daily:
                return
            due = [run for place in self.work.places() if (run := _unrehearsed(store.session, place.id, now))]
        finally:
            store.session.remove()
        for run in due:
            tries = self._rehearsals.setdefault(run.place_id or 0, _PlaceTries())
            if tries.last_try is None or abs(now - tries.last_try) >= REHEARSAL_PAUSE:
                tries.last_try = now
                self.work.rehearse(run)
                return

    def _due(self) -> list[int]:
        """The places whose turn it is now."""
        store, now = self.work.store, self.clock()
        try:
            if not read_plan(store.session).is_daily:
                return []
            zone = read_organisation(store.session).zone
            places = [place.id for place in self.work.places() if place.id is not None]
            due = [place for place in places if is_due(_last_moment(store.session, place), now, zone)]
        finally:
            store.session.remove()
        for place in set(places) - set(due):
            self._tries.setdefault(place, _PlaceTries()).due_since = None
        return [place for place in due if self._is_good_moment(place, now)]

    def _is_good_moment(self, place: int, now: datetime) -> bool:
        tries = self._tries.setdefault(place, _PlaceTries())
        tries.due_since = tries.due_since or now
        if tries.last_try is not None and abs(now - tries.last_try) < pause_after(tries.failures):
            return False
        return self.seconds_idle() >= IDLE_SECONDS or now - tries.due_since >= LONGEST_WAIT
