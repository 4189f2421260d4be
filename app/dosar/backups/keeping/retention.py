"""Which back-ups may go: the last days, weeks and months stay."""

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from itertools import groupby

from dosar.backups.file.names import BackupName, read_name

NEWEST_KEPT = 2
"""These stay, whatever day they are of: the last one, and the one before it was made."""


@dataclass(frozen=True)
class Retention:
    """Of how many days, weeks and months the last back-up is kept."""

    daily: int = 7
    weekly: int = 5
    monthly: int = 12


USUAL_RETENTION = Retention()


def names_to_remove(
    names: Iterable[str],
    kept: Retention = USUAL_RETENTION,
    mark: str | None = None,
    zone: tzinfo = UTC,
    until: datetime = datetime.max,
) -> list[str]:
    """Those of the names that nobody needs any more, by the days of the time zone.

    With the ``mark`` of an organisation only back-ups of its own are looked at; without one those of each for
    themselves. What is called otherwise, or is not finished, is never among them.

    What calls itself later than ``until``, UTC, stays and takes nobody's place: the clock was wrong, or somebody who
    writes there wants the others to go.
    """
    found = (name for each in names if (name := read_name(each)) and mark in (None, name.mark))
    read = sorted({name for name in found if name.moment <= until}, key=_order)
    return [
        str(gone) for _, of_one in groupby(read, lambda name: name.mark) for gone in _to_remove([*of_one], kept, zone)
    ]


def _order(name: BackupName) -> tuple[str, datetime]:
    return name.mark, name.moment


def _to_remove(names: list[BackupName], kept: Retention, zone: tzinfo) -> list[BackupName]:
    def local(name: BackupName) -> datetime:
        return name.moment.replace(tzinfo=UTC).astimezone(zone)

    newest_first = names[::-1]
    needed = {
        *newest_first[:NEWEST_KEPT],
        *_last_of_each(newest_first, lambda name: local(name).date(), kept.daily),
        *_last_of_each(newest_first, lambda name: local(name).isocalendar()[:2], kept.weekly),
        *_last_of_each(newest_first, lambda name: (local(name).year, local(name).month), kept.monthly),
    }
    return [name for name in names if name not in needed]


def _last_of_each(
    newest_first: Iterable[BackupName], span: Callable[[BackupName], Hashable], count: int
) -> list[BackupName]:
    last: dict[Hashable, BackupName] = {}
    for name in newest_first:
        last.setdefault(span(name), name)
    return [*last.values()][:count]
