"""The days of a stay, and where days of several run into one another. Pure: days come in, days go out."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Days:
    """From the first day on, up to the one on which the bed is free again: somebody else may come on that day."""

    since: date
    until: date
    """``date.max`` where nobody knows."""

    @property
    def is_open(self) -> bool:
        """Whether nobody knows when they end."""
        return self.until == date.max

    def overlaps(self, other: "Days") -> bool:
        """Whether there is a night of both."""
        return max(self.since, other.since) < min(self.until, other.until)

    def without(self, other: "Days | None") -> list["Days"]:
        """What is left of the days without those of another."""
        if other is None or not self.overlaps(other):
            return [self] if self.since < self.until else []
        parts = (
            Days(self.since, min(self.until, other.since)),
            Days(max(self.since, other.until), self.until),
        )
        return [part for part in parts if part.since < part.until]


def days_of_stay(since: date, last: date | None, left: date | None, today: date) -> Days:
    """The days on which a stay takes a bed: until she left, or is to leave; whoever did not leave yet is still there
    tonight, also after her last day."""
    if left is not None:
        return Days(since, left)
    return Days(since, date.max if last is None else max(last, today + ONE_DAY))


def held_bed(days: Days, last: date | None, left: date | None, today: date, other_stays: Iterable[date] = ()) -> Days:
    """The days on which nobody else may have the bed: of whoever is there after her last day also those to come, for
    nobody knows when she leaves; but for the days of another stay of hers. ``other_stays`` begin on these days."""
    if left is not None or last is None or last >= today:
        return days
    return Days(days.since, min((since for since in other_stays if since >= days.until), default=date.max))


def first_full_day(claimed: Sequence[Days], others: Iterable[Days], beds: int) -> date | None:
    """The first day on which the claimed days are one person too many for so many beds."""
    there = [other for other in others if any(days.overlaps(other) for days in claimed)]
    begun = {days.since for days in claimed} | {other.since for other in there}
    return next(
        (
            day
            for day in sorted(begun)
            if any(days.since <= day < days.until for days in claimed)
            and sum(other.since <= day < other.until for other in there) >= beds
        ),
        None,
    )
