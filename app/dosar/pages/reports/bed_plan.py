"""The plan of beds: a bar for each stay over a quarter of a year, the free beds by week, and the same in words."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import zip_longest
from math import ceil
from typing import Any

from flask import abort, render_template, url_for
from flask_babel import gettext, ngettext

from dosar.access.appbuilder.view import PageView
from dosar.access.authorization import page_route
from dosar.access.i18n.languages import request_wording
from dosar.fields.formats.days import format_day
from dosar.language.form import CASE_FORM
from dosar.overview.bed_plan import (
    WEEK,
    WEEKS,
    BedPlan,
    PlacePlan,
    PlannedStay,
    bed_plan,
    next_month,
    week_of,
)
from dosar.pages.context import PageContext, page_context
from dosar.pages.formatting import day_text
from dosar.pages.input.asked_days import asked_day
from dosar.pages.reports.programme import sees_stays
from dosar.records.beds.stay_days import ONE_DAY
from dosar.records.titles import show_answer

MONTH_PATTERN, SHORT_MONTH_PATTERN = "LLLL y", "LLL"
DAYS_OF_A_WEEK = 7
DAYS_OF_A_LETTER = {"wide": 1.0, "narrow": 2.6}
"""How many days of the plan a letter takes, on a screen and on a phone."""


@dataclass(slots=True)
class Label:
    """What is written of a stay, and how much of it there is room for."""

    case: str
    last: str
    rooms: tuple[str, ...]
    """``wide-`` and ``narrow-`` with 0 for nothing, 1 for the case, 2 for its last day too: names of classes."""


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


@dataclass(slots=True)
class PlaceBlock:
    """A place with its beds."""

    name: str
    url: str
    phase: str
    beds: list[list[Bar]]
    overbooked: int
    """How many of the last beds are one too many."""
    free: list[tuple[date, str, str, bool]]
    """Week by week: what is said of the free beds, the same in words where that is not one, and whether there is none.
    """
    attendance_url: str = ""
    """Where the sheet of an activity begins with everybody who stays there today."""


@dataclass(slots=True)
class StayLine:
    """A stay of the plan in words."""

    place: str
    bed: int
    case: str
    url: str
    since: str
    last: str
    told: str
    look: str
    level: str
    """How much it matters: ``high``, ``medium`` or nothing."""


class BedPlanPage(PageView):
    """Who lies where, and when a bed is free."""

    @page_route("/programme/beds", sees_stays())
    def beds(self) -> str:
        context = page_context()
        declared = context.repository.definition.stages.programme
        if declared is None:
            abort(404)
        wanted = asked_day("from").day or context.reading.today - WEEK
        plan = bed_plan(context.repository, declared, context.seen_forms(), context.reading, wanted)
        ordered = _in_order(context, plan)
        return render_template(
            "reports/bed_plan.html",
            title=gettext("Plan of beds"),
            plan=plan,
            period=f"{day_text(plan.since)} – {day_text(plan.until - ONE_DAY)}",
            months=_month_heads(plan),
            weeks=[(week, week == week_of(context.reading.today)) for week in plan.weeks],
            blocks=[_place_block(context, plan, place) for place in ordered],
            stays=[line for place in ordered for line in _stay_lines(context, plan, place)],
            occupancy=_occupancy(plan, ordered) if plan.is_of_every_case else None,
            pages=_pages(plan, context.reading.today),
            days=WEEKS * DAYS_OF_A_WEEK,
        )


def _in_order(context: PageContext, plan: BedPlan) -> list[PlacePlan]:
    """The places in the order of their phases, then of their names."""
    if not plan.places:
        return []
    question = context.forms[plan.declared.places.form].questions[plan.declared.places.phase]
    codes = [choice.code for choice in question.options()]
    return sorted(
        plan.places,
        key=lambda place: (codes.index(place.phase) if place.phase in codes else len(codes), _name(plan, place)),
    )


def _name(plan: BedPlan, place: PlacePlan) -> str:
    return plan.titles.get((plan.declared.places.form, place.place_id), "")


def _place_block(context: PageContext, plan: BedPlan, place: PlacePlan) -> PlaceBlock:
    question = context.forms[plan.declared.places.form].questions[plan.declared.places.phase]
    return PlaceBlock(
        _name(plan, place),
        url_for("RecordPages.show", form=plan.declared.places.form, record_id=place.place_id),
        show_answer(question, place.phase, context.reading),
        [list(_bars(context, plan, lane)) for lane in place.lanes],
        max(0, len(place.lanes) - place.beds),
        [
            (week, _free_text(plan, free), _too_many_text(plan, free), free <= 0)
            for week, free in zip(plan.weeks, place.free, strict=True)
        ],
        _attendance_url(context, plan, place),
    )


def _attendance_url(context: PageContext, plan: BedPlan, place: PlacePlan) -> str:
    """Nothing where nobody in her reach has come yet, or she writes down no activities."""
    activities, today = plan.declared.activities, context.reading.today
    staying = any(stay.since <= today for lane in place.lanes for stay in lane)
    if activities is None or not staying or not context.worker.may("enter", activities.form):
        return ""
    return f"{url_for('RecordPages.new', form=activities.form)}?staying={place.place_id}"


def _free_text(plan: BedPlan, free: int) -> str:
    """How many beds, or whether there is one for who may not know how many stay."""
    if plan.is_of_every_case:
        return f"−{-free}" if free < 0 else str(free)
    return "✓" if free > 0 else "–"


def _too_many_text(plan: BedPlan, free: int) -> str:
    return ngettext("one too many", "%(num)s too many", -free) if plan.is_of_every_case and free < 0 else ""


def _bars(context: PageContext, plan: BedPlan, lane: Sequence[PlannedStay]) -> Iterator[Bar]:
    """The days of a bed from the first of the plan to its last; where nobody lies in it, week by week.

    A stay that is too short for its label is labelled in the free days after it, or before.
    """
    shown = [stay for stay in lane if stay.days.until > plan.since and stay.since < plan.until]
    at, label_before = plan.since, None
    for stay, following in zip_longest(shown, shown[1:]):
        begin, end = max(stay.days.since, at), min(stay.days.until, plan.until)
        line, days = _stay_line(context, plan, stay), (end - begin).days
        free_from = min(following.days.since, plan.until) if following else plan.until
        label = _label(line.case, line.last, days)
        label_after = _beside(label, line.url, (free_from - end).days)
        free = begin - at
        leading = None if label_before or label_after else _beside(label, line.url, free.days)
        yield from _empty(at, begin, label_before, leading)
        yield Bar(days, label, line.url, _told(line), line.look)
        at, label_before = end, label_after
    yield from _empty(at, plan.until, label_before)


def _label(case: str, last: str, days: int) -> Label:
    """What of it there is room for in so many days."""
    rooms = []
    for width, days_of_a_letter in DAYS_OF_A_LETTER.items():
        whole, code = (days_of_a_letter * (len(text) + 1) for text in (f"{case} · {last}", case))
        rooms.append(f"{width}-{2 if last and whole <= days else 1 if code <= days else 0}")
    return Label(case, last, tuple(rooms))


def _beside(within: Label, url: str, days: int) -> Bar | None:
    """So many days of nobody with the label of a stay that has no room for it; nothing where there is none either."""
    there = _label(within.case, within.last, days)
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


def _told(line: StayLine) -> str:
    until = line.last or gettext("no last day")
    return f"{line.case} · {until}, {line.told} ({line.since} – {until})"


def _stay_lines(context: PageContext, plan: BedPlan, place: PlacePlan) -> Iterator[StayLine]:
    for number, lane in enumerate(place.lanes, 1):
        for stay in lane:
            if stay.days.until > plan.since:
                yield _stay_line(context, plan, stay, _name(plan, place), number)


def _stay_line(context: PageContext, plan: BedPlan, stay: PlannedStay, place: str = "", bed: int = 0) -> StayLine:
    look, told, level = _state(stay, context.reading.today)
    return StayLine(
        place,
        bed,
        plan.titles.get((CASE_FORM, stay.case_id), str(stay.case_id)),
        url_for("RecordPages.show", form=plan.declared.stays.form, record_id=stay.record_id),
        day_text(stay.since),
        day_text(stay.last) if stay.last else "",
        told,
        look,
        level,
    )


def _state(stay: PlannedStay, today: date) -> tuple[str, str, str]:
    """How it looks, in words, and how much it matters."""
    if stay.is_twice:
        return "twice", gettext("in two places at once"), "high"
    if stay.is_waiting:
        return "waiting", gettext("waits for acceptance"), "medium"
    if stay.is_reserved(today):
        return "reserved", gettext("reserved"), ""
    if stay.is_over(today):
        return "over", gettext("past the last day"), "high"
    return ("left", gettext("has left"), "") if stay.has_left else ("stays", gettext("stays there"), "")


def _month_heads(plan: BedPlan) -> list[tuple[str, int]]:
    """The months of the plan, each with how many of its days are in it."""
    heads, first = [], plan.since
    while first < plan.until:
        stop = min(next_month(first.replace(day=1)), plan.until)
        heads.append((format_day(first, request_wording(), SHORT_MONTH_PATTERN), (stop - first).days))
        first = stop
    return heads


def _pages(plan: BedPlan, today: date) -> list[tuple[str, str, str]]:
    """The ways to the quarters before and after, and to today's: what each is called, its relation and address."""
    here = url_for("BedPlanPage.beds")
    before, after = (f"{here}?from={day.isoformat()}" for day in (plan.since - WEEK * WEEKS, plan.until))
    ways = [(gettext("Earlier"), "prev", before), (gettext("Later"), "next", after)]
    return ways if plan.since == week_of(today - WEEK) else [*ways, (gettext("Today"), "", here)]


def _occupancy(plan: BedPlan, places: Sequence[PlacePlan]) -> dict[str, Any]:
    """Of how many nights beds were taken, by place and month."""
    lengths = [(next_month(month) - month).days for month in plan.months]
    return {
        "months": [format_day(month, request_wording(), MONTH_PATTERN) for month in plan.months],
        "places": [
            (
                _name(plan, place),
                [
                    _share_text(nights, length * place.beds)
                    for nights, length in zip(place.nights, lengths, strict=True)
                ],
            )
            for place in places
        ],
    }


def _share_text(nights: int, possible: int) -> str:
    if not possible:
        return "–"
    share = round(100 * nights / possible)
    return gettext("%(share)s%% (%(nights)s of %(possible)s nights)", share=share, nights=nights, possible=possible)
