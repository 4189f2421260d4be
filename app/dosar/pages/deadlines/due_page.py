"""The page of all that is due and within reach: a list, a month or a week, narrowed by what stands in the address."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import groupby, islice

from flask import render_template
from flask_babel import format_decimal, gettext, ngettext

from dosar.access.appbuilder.view import PageView
from dosar.access.authorization import page_route
from dosar.overview.deadlines.answers_beside import answers_beside
from dosar.overview.deadlines.coming import MOST_REPEATED, days_to_come, find_repeated
from dosar.overview.deadlines.reading import Deadline, find_deadlines, find_first
from dosar.overview.deadlines.tallies import find_by_day
from dosar.pages.context import PageContext, page_context
from dosar.pages.deadlines.asked_deadlines import (
    MINE,
    STATES,
    VIEWS,
    AskedDeadlines,
    asked_deadlines,
    state_of_day,
    state_spans,
    within_span,
)
from dosar.pages.deadlines.deadline_urls import deadlines_access, waived_url
from dosar.pages.deadlines.due_calendar import (
    MOST_ON_DAY,
    DueCalendar,
    calendar_span,
    due_calendar,
    within_calendar,
)
from dosar.pages.deadlines.due_filters import DueAtHand, due_at_hand, due_filters, state_tabs, whose_tabs
from dosar.pages.deadlines.due_lines import DueLine, calendar_lines, coming_lines, due_lines, due_titles
from dosar.pages.deadlines.late_bar import MOST_BARS, late_bars
from dosar.pages.formatting import day_text
from dosar.pages.linked_titles import RecordTitles
from dosar.pages.rendering.question_view import ListFilter
from dosar.pages.truncation import first_ones

MAX_LINES = 1000
"""How many lines a page tells when all are asked for."""
LINES_ON_PAGE, FIRST_LINES = 20, 4
"""How many lines of a state a page tells, and of each state where they stand together: a page is short on a phone."""


@dataclass(slots=True)
class DueGroup:
    """The lines of one state."""

    title: str
    lines: list[DueLine]
    all: str = ""
    """How many there are, where not all are told."""
    url: str = ""
    """Where they are."""
    rest: str = ""
    """That there are more, on paper."""


@dataclass(slots=True)
class _Shown:
    """What was read for the page: a list, or a calendar."""

    found: list[Deadline]
    titles: RecordTitles
    groups: list[DueGroup] = field(default_factory=list)
    calendar: DueCalendar | None = None
    pager: Mapping[str, str] | None = None


class DuePage(PageView):
    """What is due, and what is late."""

    @page_route("/due", deadlines_access())
    def due(self) -> str:
        context = page_context()
        due = due_at_hand(context, asked_deadlines(context.worker.id))
        asked = due.asked
        shown = _read_list(context, due) if asked.view == "list" else _read_calendar(context, due)
        cases = {each.case_id for each in shown.found if each.case_id is not None}
        filters = due_filters(context, due, shown.titles, cases)
        chosen = asked.chosen()
        return render_template(
            "deadlines/due.html",
            title=gettext("Deadlines"),
            printed=_printed_text(context, due, filters),
            views=_view_links(asked),
            tabs=state_tabs(due),
            whose_tabs=whose_tabs(context, due),
            filters=filters,
            chosen=_chosen_texts(asked, filters),
            back=asked.whole_address(),
            hidden={name: chosen[name] for name in ("view", "day", "state") if chosen[name]},
            unfiltered=_unfiltered(asked).address(),
            only_day=day_text(asked.day) if asked.day and asked.view == "list" else "",
            any_day_url=asked.address(day=""),
            groups=shown.groups,
            calendar=shown.calendar,
            pager=shown.pager,
            whole_url=asked.address(all=1) if any(group.all for group in shown.groups) else "",
            waived_url=waived_url(context) if asked.view == "list" else "",
            bars=late_bars(context, due, shown.titles),
            most_bars=MOST_BARS,
        )


def _read_list(context: PageContext, due: DueAtHand) -> _Shown:
    asked, groups = due.asked, _read_groups(context, due)
    found = [each for _, of_group in groups for each in of_group]
    titles = due_titles(context, found, due.workers(), due.partners(), asked.case)
    lines = iter(due_lines(context, found, titles, asked.whole_address()))
    told = [_group(due, state, list(islice(lines, len(of_group)))) for state, of_group in groups]
    pager = None if asked.is_overview else _pager(asked, len(found), _lines_asked_for(due))
    return _Shown(found, titles, told, pager=pager)


def _read_calendar(context: PageContext, due: DueAtHand) -> _Shown:
    asked, today = due.asked, context.reading.today
    within = within_calendar(due.filter, asked, today)
    most = MOST_ON_DAY[asked.view]
    by_day = {
        day: replace(on_day, first=on_day.first if on_day.count <= most + 1 else on_day.first[:most])
        for day, on_day in find_by_day(context.repository, within, most + 1).items()
    }
    found = [each for on_day in by_day.values() for each in on_day.first]
    repeated = find_repeated(context.repository, within, today)
    too_many = len(repeated) > MOST_REPEATED
    repeated = [] if too_many else repeated
    told = list({each.id: each for each in (*found, *repeated)}.values())
    titles = due_titles(context, told, due.workers(), due.partners(), due.asked.case)
    beside = answers_beside(context.repository, told, context.reading)
    lines = iter(calendar_lines(context, found, titles, asked.whole_address(), beside.about))
    by_date = {day: list(islice(lines, len(on_day.first))) for day, on_day in by_day.items()}
    coming = coming_lines(context, days_to_come(repeated, beside, *calendar_span(asked, today), today), titles, beside)
    calendar = due_calendar(asked, today, context.reading.language, by_day, by_date, coming)
    calendar.repeats_more = too_many
    return _Shown(found, titles, calendar=calendar)


def _printed_text(context: PageContext, due: DueAtHand, filters: Iterable[ListFilter]) -> str:
    """What the paper shows, and of which day it is."""
    state = [str(STATES[due.asked.state])] if due.asked.state else []
    whose = [gettext("Mine")] if due.asked.whose == MINE else []
    return " · ".join([day_text(context.reading.today), *whose, *state, *_chosen_texts(due.asked, filters)])


def _chosen_texts(asked: AskedDeadlines, filters: Iterable[ListFilter]) -> list[str]:
    """What the list is narrowed by, in words; that it is the reader's own stands above it."""
    told = (each for each in filters if each.name != "worker" or asked.whose != MINE)
    return [f"{each.label}: {option.label}" for each in told for option in each.options if option.chosen]


def _unfiltered(asked: AskedDeadlines) -> AskedDeadlines:
    """The same days without the filters; the reader's own stays her own."""
    worker = asked.worker if asked.whose == MINE else None
    return AskedDeadlines(asked.view, asked.day, asked.state, worker, asked.whose)


def _lines_asked_for(due: DueAtHand) -> int | None:
    """How many there are; of one day it is not counted."""
    return due.count(due.asked.state) if due.asked.day is None else None


def _read_groups(context: PageContext, due: DueAtHand) -> list[tuple[str, Sequence[Deadline]]]:
    """What the page tells under each state: the first of each, or all of one, page by page."""
    asked, spans = due.asked, state_spans(context.reading.today)
    if asked.is_overview:
        states = [state for state in spans if due.count(state)]  # to find out that nothing waits takes every day
        filters = [within_span(due.filter, spans[state]) for state in states]
        found = zip(states, find_first(context.repository, filters, FIRST_LINES + 2), strict=True)
        return [(state, first_ones(of_state, FIRST_LINES)) for state, of_state in found if of_state]
    lines = _read_lines(context, due)
    if asked.state:
        return [(asked.state, lines)] if lines else []
    return [(state, list(of_state)) for state, of_state in groupby(lines, _state_on(context.reading.today))]


def _state_on(today: date) -> Callable[[Deadline], str]:
    return lambda due: state_of_day(due.day, today)


def _read_lines(context: PageContext, due: DueAtHand) -> list[Deadline]:
    asked, size = due.asked, _page_size(due.asked)
    wanted = due.filter
    if asked.day is not None:
        wanted = replace(wanted, since=asked.day, until=asked.day)
    elif asked.state:
        wanted = within_span(wanted, state_spans(context.reading.today)[asked.state])
    return find_deadlines(context.repository, replace(wanted, skip=(asked.page - 1) * size, most=size))


def _page_size(asked: AskedDeadlines) -> int:
    return MAX_LINES if asked.all or asked.day else LINES_ON_PAGE


def _group(due: DueAtHand, state: str, lines: list[DueLine]) -> DueGroup:
    """The lines under the state of their day, and the way to the rest of them."""
    group = DueGroup(str(STATES[state]), lines)
    if due.asked.is_overview and (count := due.count(state)) > len(lines):
        more = count - len(lines)
        group.all, group.url = format_decimal(count), due.asked.address(state=state)
        group.rest = ngettext("and %(num)s more", "and %(num)s more", more)
    return group


def _view_links(asked: AskedDeadlines) -> list[tuple[str, str, bool]]:
    return [
        (str(label), asked.address(view=view if view != "list" else "", day="", state=""), asked.view == view)
        for view, label in VIEWS.items()
    ]


def _pager(asked: AskedDeadlines, shown: int, count: int | None) -> Mapping[str, str] | None:
    """Where this page stands in the list, the ways to the others, and to all of it."""
    size = _page_size(asked)
    if count is None or (count <= size and asked.page == 1 and not asked.all):
        return None
    first = (asked.page - 1) * size
    span = f"{format_decimal(first + 1)}–{format_decimal(first + shown)}" if shown else "0"
    whole = {"all": 1} if asked.all else {}
    return {
        "label": gettext("%(span)s of %(every)s", span=span, every=format_decimal(count)),
        "first": asked.address(**whole) if asked.page > 2 else "",
        "previous": asked.address(page=asked.page - 1, **whole) if asked.page > 1 else "",
        "next": asked.address(page=asked.page + 1, **whole) if first + shown < count else "",
        "all": asked.address(all=1) if not asked.all else "",
        "count": format_decimal(count),
    }
