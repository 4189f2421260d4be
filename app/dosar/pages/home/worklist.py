"""Blocks of the first page that say what to do today: what is due, cases lacking something, what others did,
places."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from itertools import islice
from typing import NamedTuple

from flask import url_for
from flask_babel import format_decimal, gettext, lazy_gettext, ngettext

from dosar.database.joint_reads import DeferredRead, Rows, known_result
from dosar.language.form import CASE_FORM, USER_LINK
from dosar.language.organisation.programme import Programme
from dosar.language.text.texts import text_in_language
from dosar.overview.case_overview import ColleagueChange, query_changes_by_others
from dosar.overview.deadlines.answers_beside import answers_beside
from dosar.overview.deadlines.filters import due_to_worker
from dosar.overview.deadlines.reading import Deadline, query_deadlines
from dosar.overview.deadlines.tallies import query_late_by_worker
from dosar.overview.programme import CurrentStay, ProgrammeNow, programme_now, query_programme
from dosar.overview.worklist import LackingCase, query_lacking
from dosar.pages.blocks import HomeBlock, HomeEntry, HomeGroup
from dosar.pages.context import PageContext
from dosar.pages.deadlines.asked_deadlines import EVERYBODYS, STATES, state_of_day
from dosar.pages.deadlines.deadline_urls import backs_to_lines, deadline_url, done_url, line_id
from dosar.pages.deadlines.deadline_words import day_words, title_text, titled_sheet
from dosar.pages.deadlines.due_lines import worker_text
from dosar.pages.deadlines.late_bar import MOST_BARS
from dosar.pages.formatting import day_text, moment_text
from dosar.pages.linked_titles import RecordTitles
from dosar.pages.rendering.history import ACTION_LABELS
from dosar.pages.reports.programme import days_left_text, phase_blocks
from dosar.pages.truncation import is_all_asked, more_entries, truncated_list

MAX_TODO_ENTRIES = 8
NOBODYS = "nobodys"
HEADINGS = {**STATES, NOBODYS: lazy_gettext("Nobody responsible")}
MOST_OPEN = 2
"""How many lines of the other blocks stand open."""
MOST_OPEN_DUE = {"overdue": 5, "today": 5, "week": 2, "later": 0, NOBODYS: 2}
"""How many lines of each heading stand open."""
FoundPlaces = tuple[Programme, Mapping[str, Rows]] | None
"""The programme that is declared, and what was read of it."""


def query_due(context: PageContext) -> DeferredRead[list[Deadline]]:
    """What is announced by today, of what is hers to do or due in her cases, the soonest first; to who coordinates
    also what is nobody's."""
    scope = context.worker.scope
    due = query_deadlines(context.repository, replace(due_to_worker(scope), announced=context.reading.today))
    return due.then(lambda found: [deadline for deadline in found if deadline.may_be_done(scope)])


def query_late(context: PageContext) -> DeferredRead[dict[int, int]]:
    """Worker → how much is overdue, for who sees what others have to do."""
    if context.worker.scope.cases not in ("team", "all"):
        return known_result(dict[int, int]())
    return query_late_by_worker(context.repository, context.reading.today)


def query_her_lacking(context: PageContext) -> DeferredRead[list[LackingCase]]:
    """Her cases in which a document is missing that she may fill in."""
    known = {key: form for key, form in context.seen_forms().items() if form.belongs_to}
    enterable = frozenset(key for key in known if context.worker.may("enter", key))
    return query_lacking(context.repository, known, enterable, context.repository.definition.stages, context.worker.id)


def shown_lacking(found: Sequence[LackingCase]) -> Sequence[LackingCase]:
    """The cases lacking something that the first page tells."""
    return truncated_list(found, MAX_TODO_ENTRIES)


class DueHeading(NamedTuple):
    """What stands under one heading of what is due."""

    when: str
    shown: Sequence[Deadline]
    """Of what is overdue or due today all, of the rest and of what is nobody's the first ones."""
    in_all: int
    """How many there are."""


def due_headings(found: Sequence[Deadline], today: date) -> list[DueHeading]:
    """What the first page tells under each heading."""
    groups: dict[str, list[Deadline]] = {}
    for deadline in sorted(found, key=lambda each: each.user_id is None):
        when = NOBODYS if deadline.user_id is None else state_of_day(deadline.day, today)
        groups.setdefault(when, []).append(deadline)
    return [
        DueHeading(
            when,
            of_group if when in ("overdue", "today") else truncated_list(of_group, MAX_TODO_ENTRIES),
            len(of_group),
        )
        for when, of_group in groups.items()
    ]


def due_block(
    context: PageContext, found: Sequence[Deadline], late: Mapping[int, int], titles: RecordTitles
) -> HomeBlock | None:
    """What is due, the longest overdue first, each line leading to the sheet on which it is done; and with whom how
    much is overdue, where that is with others."""
    with_others = any(worker != context.worker.id for worker in late)
    if not found and not with_others:
        return None
    told = due_headings(found, context.reading.today)
    every = [deadline for group in told for deadline in group.shown]
    about = answers_beside(context.repository, every, context.reading).about
    ways = dict(zip((each.id for each in every), backs_to_lines(every, _this_page()), strict=True))
    groups = [
        HomeGroup(
            str(HEADINGS[group.when]),
            group.in_all,
            [_due_entry(context, each, titles, about, ways[each.id]) for each in group.shown],
            MOST_OPEN_DUE[group.when],
        )
        for group in told
    ]
    return HomeBlock(
        gettext("Today and this week"),
        first=[_late_entry(late, titles)] if with_others else [],
        groups=groups,
        entries=more_entries(found, every),
        more=(gettext("The Deadlines page, with a calendar"), url_for("DuePage.due")),
    )


def shown_late(late: Mapping[int, int]) -> Mapping[int, int]:
    """Those whom the first page names as having most overdue."""
    return dict(islice(late.items(), MOST_BARS))


def _this_page() -> str:
    return url_for("HomePage.home", all=1 if is_all_asked() else None)


def _late_entry(late: Mapping[int, int], titles: RecordTitles) -> HomeEntry:
    """Overdue: 5 – Ana 4, Maria 1."""
    every, shown = sum(late.values()), shown_late(late)
    told = [f"{worker_text(titles, worker)} {format_decimal(count)}" for worker, count in shown.items()]
    rest = every - sum(shown.values())
    told += [gettext("others %(num)s", num=format_decimal(rest))] if rest else []
    label = gettext("Overdue: %(num)s – %(whose)s", num=format_decimal(every), whose=", ".join(told))
    return HomeEntry(label, url_for("DuePage.due", state="overdue", worker=EVERYBODYS))


def _due_entry(
    context: PageContext, deadline: Deadline, titles: RecordTitles, about: Mapping[int, str], back: str
) -> HomeEntry:
    of = (CASE_FORM, deadline.case_id) if deadline.case_id is not None else titled_sheet(deadline)
    case = "" if deadline.case_id is None and deadline.rule.rule.with_title else titles.get(of, "")
    others = deadline.user_id not in (None, context.worker.id)
    whose = titles.get((USER_LINK, deadline.user_id or 0), "") if others else ""
    return HomeEntry(
        " · ".join(filter(None, (case, title_text(context, deadline, titles, about)))),
        deadline_url(context, deadline),
        day_words(context, deadline),
        whose,
        is_late=deadline.is_late(context.reading.today),
        done_url=done_url(deadline),
        id=line_id(deadline),
        back=back,
    )


def lacking_block(context: PageContext, found: Sequence[LackingCase], titles: RecordTitles) -> HomeBlock | None:
    """Her cases with something missing, and what it is."""
    if not found:
        return None
    heading = ngettext(
        "%(num)s case of mine with something missing", "%(num)s cases of mine with something missing", len(found)
    )
    shown = shown_lacking(found)
    return HomeBlock(
        heading,
        [
            HomeEntry(
                titles[CASE_FORM, lacking.case_id],
                url_for("CasePages.case", case_id=lacking.case_id),
                _missing_text(context, lacking),
            )
            for lacking in shown
            if (CASE_FORM, lacking.case_id) in titles
        ]
        + more_entries(found, shown),
        most=MOST_OPEN,
    )


def _missing_text(context: PageContext, lacking: LackingCase) -> str:
    """The first document, with its stage, and how many more."""
    stage, document = lacking.missing[0]
    language = context.reading.language
    first = f"{text_in_language(stage.title, language)}: {context.form_title(document.form)}"
    first = f"{first} ({gettext('waits for acceptance')})" if document.filed.waiting else first
    more = len(lacking.missing) - 1
    return f"{first} {ngettext('and %(num)s more', 'and %(num)s more', more)}" if more else first


def query_by_others(context: PageContext) -> DeferredRead[list[ColleagueChange]]:
    """What others did last in the cases she reaches."""
    if not context.worker.may("see", CASE_FORM):
        return known_result(list[ColleagueChange]())
    forms = [key for key, form in context.seen_forms().items() if not form.private_to]
    return query_changes_by_others(context.repository, forms, context.worker.id, MAX_TODO_ENTRIES)


def by_others_block(context: PageContext, found: list[ColleagueChange], titles: RecordTitles) -> HomeBlock | None:
    """What others changed, each line leading to the case."""
    entries = [
        HomeEntry(
            f"{titles[CASE_FORM, change.case_id]} · {context.form_title(change.form)}",
            url_for("CasePages.case", case_id=change.case_id),
            " · ".join(
                (
                    str(ACTION_LABELS.get(change.action, change.action)),
                    titles.get((USER_LINK, change.user_id), gettext("Dosar")),
                    moment_text(change.at),
                )
            ),
        )
        for change in found
        if (CASE_FORM, change.case_id) in titles
    ]
    return HomeBlock(gettext("What others changed in my cases"), entries, most=MOST_OPEN) if entries else None


def query_places(context: PageContext) -> DeferredRead[FoundPlaces]:
    """The places and stays as she may see them; nothing where she may not, or there are none."""
    declared = context.repository.definition.stages.programme
    if declared is None or not all(context.worker.may("see", part.form) for part in (declared.stays, declared.places)):
        return known_result(None)
    return query_programme(context.repository, declared, context.seen_forms(), context.reading.today).then(
        lambda found: (declared, found)
    )


def places_block(context: PageContext, found: FoundPlaces) -> HomeBlock | None:
    """Beds free in each phase, and who is near the last day."""
    if found is None:
        return None
    now = programme_now(context.repository, found[0], context.seen_forms(), context.reading, found[1])
    overview, today = url_for("ProgrammePage.programme"), context.reading.today
    phases = [HomeEntry(phase.title, overview, phase.free) for phase in phase_blocks(context, now)]
    near_last_day = [stay for stay in now.stays if stay.is_near(today)]
    late = sum(1 for stay in near_last_day if (stay.days_left(today) or 0) < 0)
    shown = truncated_list(near_last_day, max(MAX_TODO_ENTRIES, late))
    entries = phases + [_leaving_entry(now, stay, today) for stay in shown] + more_entries(near_last_day, shown)
    most = len(phases) + max(late, MOST_OPEN)
    return HomeBlock(gettext("Places and stays"), entries, most=most) if entries else None


def _leaving_entry(now: ProgrammeNow, stay: CurrentStay, today: date) -> HomeEntry:
    """Who is near the last day, and when that is."""
    day = day_text(stay.until) if stay.until else ""
    return HomeEntry(
        now.titles.get((CASE_FORM, stay.case_id), str(stay.case_id)),
        url_for("RecordPages.show", form=now.declared.stays.form, record_id=stay.record_id),
        f"{gettext('last day %(day)s', day=day)} · {days_left_text(stay.days_left(today))}",
    )
