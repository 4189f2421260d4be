"""What is wrong with the back-ups of an organisation, of what is known about them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from dosar.backups.making.last_backup import FRESH_DAYS
from dosar.language.text.message import Message

OLD_AFTER = timedelta(days=FRESH_DAYS)
LONGEST_AWAY = timedelta(days=14)
"""A stick whose turn did not come for so long was forgotten."""


class BackupWarning(Enum):
    """What somebody should look after, the worst first."""

    NO_PLACE = "no_place"
    NEVER = "never"
    OLD = "old"
    ONLY_THIS_DISK = "only_this_disk"
    FAILED = "failed"
    LONG_AWAY = "long_away"
    NO_CARD = "no_card"


@dataclass(frozen=True)
class PlaceState:
    """One place, as the last runs left it."""

    title: str
    last_good: datetime | None
    """When the last back-up was made there that was checked."""
    trouble: Message | None = None
    """What went wrong the last time: a stick that was not there."""
    is_on_this_disk: bool = False
    """Whether it goes when the disk of the data goes."""
    is_absent: bool = False
    """Whether the trouble is only that the stick was not connected."""


def backup_warnings(
    places: Sequence[PlaceState], has_card: bool, moment: datetime, restored: datetime | None = None
) -> list[BackupWarning]:
    """What is to be said, the worst first; ``restored`` is of when the back-up is that the data came from."""
    return list(_warnings(places, has_card, moment, restored))


def last_good_of(places: Sequence[PlaceState], restored: datetime | None = None) -> datetime | None:
    """The newest back-up that was checked, wherever it lies; the one that the data came from is one, too."""
    return max(
        (found for found in (*(place.last_good for place in places), restored) if found is not None), default=None
    )


def failed_places(places: Sequence[PlaceState], moment: datetime) -> list[PlaceState]:
    """Those that somebody has to look after: a stick that waits for its turn is where it should be."""
    return [place for place in places if place.trouble is not None and not waits_for_its_turn(place, places, moment)]


def long_away(places: Sequence[PlaceState], moment: datetime) -> list[PlaceState]:
    """Those whose turn did not come for too long."""
    return [
        place
        for place in places
        if waits_for_its_turn(place, places, moment)
        and place.last_good is not None
        and abs(moment - place.last_good) > LONGEST_AWAY
    ]


def waits_for_its_turn(place: PlaceState, places: Sequence[PlaceState], moment: datetime) -> bool:
    """Whether a stick lies in a drawer while another place, on another disk than the data, has a fresh back-up. One
    that never got a back-up waits for nothing."""
    others = (other for other in places if other is not place and not other.is_on_this_disk)
    fresh = any(_is_fresh(other.last_good, moment) for other in others)
    return place.is_absent and place.last_good is not None and fresh


def _is_fresh(good: datetime | None, moment: datetime) -> bool:
    """One of a day that has not come yet is none: the clock was ahead, and would keep everybody calm until then."""
    return good is not None and abs(moment - good) <= OLD_AFTER


def _warnings(
    places: Sequence[PlaceState], has_card: bool, moment: datetime, restored: datetime | None
) -> Iterator[BackupWarning]:
    last = last_good_of(places, restored)
    if not places:
        yield BackupWarning.NO_PLACE
    elif last is None:
        yield BackupWarning.NEVER
    elif not any(_is_fresh(good, moment) for good in (restored, *(place.last_good for place in places))):
        yield BackupWarning.OLD
    if places and all(place.is_on_this_disk for place in places):
        yield BackupWarning.ONLY_THIS_DISK
    if failed_places(places, moment):
        yield BackupWarning.FAILED
    if long_away(places, moment):
        yield BackupWarning.LONG_AWAY
    if not has_card:
        yield BackupWarning.NO_CARD
