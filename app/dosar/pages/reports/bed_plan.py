"""The plan of beds: a bar for each stay over a quarter of a year, the free beds by week, and the same in words."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import abort, render_template, url_for
from flask_babel import gettext

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


@dataclass(slots=True)
class Bar:
    """Some days of a bed: a stay, or nobody where it has no case."""

    span: int
    """How many days of the plan."""
    case: str = ""
    last: str = ""
    url: str = ""
    told: str = ""
    """The stay in words."""
    look: str = ""
    """``reserved``, ``over``, ``waiting``, ``stays`` or nothing."""


@dataclass(slots=True)
class PlaceBlock:
    """A place with its beds."""

    name: str
    url: str
    phase: str
    beds: list[list[Bar]]
    overbooked: int
    """How many of the last beds are one too many."""
    free: list[tuple[date, str, bool]]
    """Week by week: what is said of the free beds, and whether there is none."""
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
    state: str
    look: str


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
            pages=_pages(plan),
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
        [(week, _free_text(plan, free), free <= 0) for week, free in zip(plan.weeks, place.free, strict=True)],
        _attendance_url(context, plan, place),
    )


def _attendance_url(context: PageContext, plan: BedPlan, place: PlacePlan) -> str:
    """Nothing where nobody in her reach stays there today, or she writes down no activities."""
    activities, today = plan.declared.activities, context.reading.today
    staying = any(stay.days.since <= today < stay.days.until for lane in place.lanes for stay in lane)
    if activities is None or not staying or not context.worker.may("enter", activities.form):
        return ""
    return f"{url_for('RecordPages.new', form=activities.form)}?staying={place.place_id}"


def _free_text(plan: BedPlan, free: int) -> str:
    """How many beds, or whether there is one for who may not know how many stay."""
    return str(free) if plan.is_of_every_case else ("✓" if free > 0 else "–")


def _bars(context: PageContext, plan: BedPlan, lane: Sequence[PlannedStay]) -> Iterator[Bar]:
    """The days of a bed from the first of the plan to its last; where nobody lies in it, week by week."""
    at = plan.since
    for stay in lane:
        begin, end = max(stay.days.since, at), min(stay.days.until, plan.until)
        if begin >= end:
            continue
        yield from _empty(plan, at, begin)
        line = _stay_line(context, plan, stay)
        yield Bar((end - begin).days, line.case, line.last, line.url, _told(line), line.look)
        at = end
    yield from _empty(plan, at, plan.until)


def _empty(plan: BedPlan, begin: date, end: date) -> Iterator[Bar]:
    while begin < end:
        stop = min(week_of(begin) + WEEK, end)
        yield Bar((stop - begin).days)
        begin = stop


def _told(line: StayLine) -> str:
    until = line.last or gettext("no last day")
    return f"{line.case} · {until}, {line.state} ({line.since} – {until})"


def _stay_lines(context: PageContext, plan: BedPlan, place: PlacePlan) -> Iterator[StayLine]:
    for number, lane in enumerate(place.lanes, 1):
        for stay in lane:
            if stay.days.until > plan.since:
                yield _stay_line(context, plan, stay, _name(plan, place), number)


def _stay_line(context: PageContext, plan: BedPlan, stay: PlannedStay, place: str = "", bed: int = 0) -> StayLine:
    look, state = _state(stay, context.reading.today)
    return StayLine(
        place,
        bed,
        plan.titles.get((CASE_FORM, stay.case_id), str(stay.case_id)),
        url_for("RecordPages.show", form=plan.declared.stays.form, record_id=stay.record_id),
        day_text(stay.since),
        day_text(stay.last) if stay.last else "",
        state,
        look,
    )


def _state(stay: PlannedStay, today: date) -> tuple[str, str]:
    if stay.is_waiting:
        return "waiting", gettext("waits for acceptance")
    if stay.is_reserved(today):
        return "reserved", gettext("reserved")
    if stay.is_over(today):
        return "over", gettext("past the last day")
    return ("left", gettext("has left")) if stay.has_left else ("stays", gettext("stays there"))


def _month_heads(plan: BedPlan) -> list[tuple[str, int]]:
    """The months of the plan, each with how many of its days are in it."""
    heads, first = [], plan.since
    while first < plan.until:
        stop = min(next_month(first.replace(day=1)), plan.until)
        heads.append((format_day(first, request_wording(), SHORT_MONTH_PATTERN), (stop - first).days))
        first = stop
    return heads


def _pages(plan: BedPlan) -> list[tuple[str, str]]:
    """The way to the quarters before and after, and to today."""
    before, after = plan.since - WEEK * WEEKS, plan.until
    steps = (("prev", before), ("next", after))
    return [(name, f"{url_for('BedPlanPage.beds')}?from={day.isoformat()}") for name, day in steps]


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
