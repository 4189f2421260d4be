"""The plan of beds: a bar for each stay over a quarter of a year, the free beds by week, and the same in words."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from flask import abort, render_template, url_for
from flask_babel import gettext

from dosar.access.appbuilder.view import PageView
from dosar.access.authorization import page_route
from dosar.access.i18n.languages import request_wording
from dosar.fields.formats.days import format_day
from dosar.overview.bed_plan import (
    WEEK,
    WEEKS,
    BedPlan,
    PlacePlan,
    bed_plan,
    next_month,
    week_of,
)
from dosar.pages.context import PageContext, page_context
from dosar.pages.formatting import day_text
from dosar.pages.input.asked_days import asked_day
from dosar.pages.reports.plan_bars import Bar, bars_of_bed
from dosar.pages.reports.plan_words import (
    free_lines,
    free_text,
    numbers_of_stays,
    occupancy,
    place_name,
    stay_lines,
    too_many_text,
)
from dosar.pages.reports.programme import sees_stays
from dosar.records.beds.stay_days import ONE_DAY
from dosar.records.titles import show_answer

SHORT_MONTH_PATTERN = "LLL"
DAYS_OF_A_WEEK = 7


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
        numbers = numbers_of_stays(plan, ordered)
        return render_template(
            "reports/bed_plan.html",
            title=gettext("Plan of beds"),
            plan=plan,
            period=f"{day_text(plan.since)} – {day_text(plan.until - ONE_DAY)}",
            months=_month_heads(plan),
            weeks=[(week, week == week_of(context.reading.today)) for week in plan.weeks],
            blocks=[_place_block(context, plan, place, numbers) for place in ordered],
            stays=[line for place in ordered for line in stay_lines(context, plan, place, numbers)],
            free=[line for place in ordered for line in free_lines(context, plan, place)],
            occupancy=occupancy(plan, ordered) if plan.is_of_every_case else None,
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
        key=lambda place: (codes.index(place.phase) if place.phase in codes else len(codes), place_name(plan, place)),
    )


def _place_block(context: PageContext, plan: BedPlan, place: PlacePlan, numbers: Mapping[int, int]) -> PlaceBlock:
    question = context.forms[plan.declared.places.form].questions[plan.declared.places.phase]
    return PlaceBlock(
        place_name(plan, place),
        url_for("RecordPages.show", form=plan.declared.places.form, record_id=place.place_id),
        show_answer(question, place.phase, context.reading),
        [list(bars_of_bed(context, plan, place, bed, numbers)) for bed in range(len(place.lanes))],
        max(0, len(place.lanes) - place.beds),
        [
            (week, free_text(plan, free), too_many_text(plan, free), free <= 0)
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
