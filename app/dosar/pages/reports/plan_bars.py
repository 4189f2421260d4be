"""The bars of the plan of beds: each bed as its days, taken and free, with as much of a label as there is room for."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import zip_longest
from math import ceil

from dosar.overview.bed_plan import WEEK, BedPlan, PlacePlan, PlannedStay, week_of
from dosar.pages.context import PageContext
from dosar.pages.reports.plan_words import StayLine, begin_stay_url, stay_line, told_text

DAYS_OF_A_LETTER = {"wide": 1.0, "narrow": 2.6, "paper": 1.3}
"""How many days of the plan a letter takes, on a screen, on a phone and on paper across."""


@dataclass(slots=True)
class Label:
    """What is written of a stay, and how much of it there is room for."""

    case: str
    last: str
    number: int
    """Its line in the plan in words: what stands in a bar that has room for nothing else, nor has any beside it."""
    rooms: tuple[str, ...]
    """``wide-``, ``narrow-`` and ``paper-`` with 0 for nothing, 1 for the case, 2 for its last day too, n for the
    number: names of classes."""

    @property
    def is_numbered(self) -> bool:
        """Whether somewhere there is room for the number alone."""
        return any(room.endswith("-n") for room in self.rooms)


@dataclass(slots=True)
class Bar:
    """Some days of a bed: a stay, or nobody where nothing is told."""

    span: int
    """How many days of the plan."""
    label: Label | None = None
    url: str = ""
    told: str = ""
    """The stay in words."""
    look: str = ""
    """``reserved``, ``over``, ``waiting``, ``twice``, ``left`` or ``stays``. Days of nobody have none; where they bear
    the label of the stay that follows, ``before``."""
    begin_url: str = ""
    """Of days of nobody: where a stay in the place is begun with the first of them, for who files stays."""


def bars_of_bed(
    context: PageContext, plan: BedPlan, place: PlacePlan, bed: int, numbers: Mapping[int, int]
) -> Iterator[Bar]:
    """The days of a bed from the first of the plan to its last; where nobody lies in it, week by week, and from each
    week in which the place has a free bed a stay may be begun."""
    at = plan.since
    for bar in _bars(context, plan, place.lanes[bed], numbers):
        until = at + timedelta(bar.span)
        if bar.label is None and bed < place.beds and place.has_free_bed(week_of(at), plan.since):
            bar.begin_url = begin_stay_url(context, plan, place, at, until)
        yield bar
        at = until


def _bars(
    context: PageContext, plan: BedPlan, lane: Sequence[PlannedStay], numbers: Mapping[int, int]
) -> Iterator[Bar]:
    """A stay that is too short for its label is labelled in the free days after it, or before; else numbered."""
    shown = [stay for stay in lane if stay.days.until > plan.since and stay.since < plan.until]
    at, label_before = plan.since, None
    for stay, following in zip_longest(shown, shown[1:]):
        begin, end = max(stay.days.since, at), min(stay.days.until, plan.until)
        line, days = stay_line(context, plan, stay, numbers), (end - begin).days
        free_from = min(following.days.since, plan.until) if following else plan.until
        label = _label(line, days)
        label_after = _beside(label, line.url, (free_from - end).days)
        free = begin - at
        leading = None if label_before or label_after else _beside(label, line.url, free.days)
        yield from _empty(at, begin, label_before, leading)
        yield Bar(days, _numbered(label, label_after or leading), line.url, told_text(line), line.look)
        at, label_before = end, label_after
    yield from _empty(at, plan.until, label_before)


def _label(line: StayLine | Label, days: int) -> Label:
    """What of it there is room for in so many days."""
    case, last = line.case, line.last
    rooms = []
    for width, days_of_a_letter in DAYS_OF_A_LETTER.items():
        whole, code = (days_of_a_letter * (len(text) + 1) for text in (f"{case} · {last}", case))
        rooms.append(f"{width}-{2 if last and whole <= days else 1 if code <= days else 0}")
    return Label(case, last, line.number, tuple(rooms))


def _numbered(within: Label, beside: Bar | None) -> Label:
    """With its number where neither in it nor beside it there is room for more."""
    outside = beside.label.rooms if beside is not None and beside.label is not None else within.rooms
    rooms = (
        f"{room[:-1]}n" if room.endswith("-0") and other.endswith("-0") else room
        for room, other in zip(within.rooms, outside, strict=True)
    )
    return replace(within, rooms=tuple(rooms))


def _beside(within: Label, url: str, days: int) -> Bar | None:
    """So many days of nobody with the label of a stay that has no room for it; nothing where there is none either."""
    there = _label(within, days)
    rooms = tuple(
        beside if room.endswith("-0") else f"{room[:-1]}0"
        for room, beside in zip(within.rooms, there.rooms, strict=True)
    )
    if all(room.endswith("-0") for room in rooms):
        return None
    letters = len(f"{within.case} · {within.last}") + 1
    wanted = ceil(letters * max(DAYS_OF_A_LETTER.values()))
    return Bar(min(days, wanted), replace(there, rooms=rooms), url)


def _empty(begin: date, end: date, after: Bar | None = None, before: Bar | None = None) -> Iterator[Bar]:
    """Week by week, with the label of the stay ``after`` which they come, or of the one ``before`` which."""
    if after is not None:
        yield after
        begin += timedelta(after.span)
    stop = end if before is None else end - timedelta(before.span)
    while begin < stop:
        next_week = min(week_of(begin) + WEEK, stop)
        yield Bar((next_week - begin).days)
        begin = next_week
    if before is not None:
        yield replace(before, look="before")
