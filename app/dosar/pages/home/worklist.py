"""Blocks of the first page that say what to do today: what is due, cases lacking something, what others did,
places."""

from collections.abc import Sequence
from datetime import date, timedelta

from flask import url_for
from flask_babel import gettext, ngettext

from dosar.language.form import CASE_FORM, USER_LINK
from dosar.language.text.texts import text_in_language
from dosar.overview.case_overview import ColleagueChange, changed_by_others
from dosar.overview.due_dates import DueDay
from dosar.overview.programme import CurrentStay, ProgrammeNow, programme_now
from dosar.overview.worklist import LackingCase, Worklist, find_worklist
from dosar.pages.blocks import HomeBlock, HomeEntry
from dosar.pages.context import PageContext
from dosar.pages.formatting import day_text, due_text, moment_text
from dosar.pages.linked_titles import RecordTitles
from dosar.pages.rendering.history import ACTION_LABELS
from dosar.pages.reports.programme import days_left_text, phase_blocks
from dosar.pages.truncation import more_entries, truncated_list

MAX_TODO_ENTRIES = 8
LOOK_AHEAD = timedelta(days=14)
"""How far ahead the first page looks."""


def work_to_do(context: PageContext) -> Worklist:
    """What is due in her cases these days, and in which a document is missing that she may fill in."""
    if not context.worker.may("see", CASE_FORM):
        return Worklist()
    known = {key: form for key, form in context.seen_forms().items() if form.belongs_to}
    enterable = frozenset(key for key in known if context.worker.may("enter", key))
    until = context.reading.today + LOOK_AHEAD
    return find_worklist(
        context.repository, known, enterable, context.repository.definition.stages, context.worker.id, until
    )


def shown_due(found: Sequence[DueDay], today: date) -> Sequence[DueDay]:
    """What the first page tells of what is due: never less than all that is overdue."""
    late = sum(1 for due_day in found if due_day.day < today)
    return truncated_list(found, max(MAX_TODO_ENTRIES, late))


def shown_lacking(found: Sequence[LackingCase]) -> Sequence[LackingCase]:
    """The cases lacking something that the first page tells."""
    return truncated_list(found, MAX_TODO_ENTRIES)


def due_block(context: PageContext, found: Sequence[DueDay], titles: RecordTitles) -> HomeBlock | None:
    """What is due, the longest overdue first, each line leading to the case."""
    shown = shown_due(found, context.reading.today)
    entries = [
        HomeEntry(
            f"{titles[CASE_FORM, due_day.case_id]} · {_due_label(context, due_day)}",
            url_for("CasePages.case", case_id=due_day.case_id),
            due_text(due_day.day, context.reading.today, due_day.is_waiting),
            is_late=due_day.day < context.reading.today and not due_day.is_waiting,
        )
        for due_day in shown
        if (CASE_FORM, due_day.case_id) in titles
    ] + more_entries(found, shown)
    heading = gettext("Due until %(day)s", day=day_text(context.reading.today + LOOK_AHEAD))
    return HomeBlock(heading, entries) if entries else None


def _due_label(context: PageContext, due_day: DueDay) -> str:
    """What is due: the question that asked for the day."""
    return text_in_language(context.forms[due_day.form].questions[due_day.question].label, context.reading.language)


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
    )


def _missing_text(context: PageContext, lacking: LackingCase) -> str:
    """The first document, with its stage, and how many more."""
    stage, document = lacking.missing[0]
    language = context.reading.language
    first = f"{text_in_language(stage.title, language)}: {context.form_title(document.form)}"
    first = f"{first} ({gettext('waits for acceptance')})" if document.filed.waiting else first
    more = len(lacking.missing) - 1
    return f"{first} {ngettext('and %(num)s more', 'and %(num)s more', more)}" if more else first


def changes_by_others(context: PageContext) -> list[ColleagueChange]:
    """What others did last in the cases she reaches."""
    if not context.worker.may("see", CASE_FORM):
        return []
    forms = [key for key, form in context.seen_forms().items() if not form.private_to]
    return changed_by_others(context.repository, forms, context.worker.id, MAX_TODO_ENTRIES)


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
    return HomeBlock(gettext("What others changed in my cases"), entries) if entries else None


def places_block(context: PageContext) -> HomeBlock | None:
    """Beds free in each phase, and who is near the last day."""
    declared = context.repository.definition.stages.programme
    if declared is None or not all(context.worker.may("see", part.form) for part in (declared.stays, declared.places)):
        return None
    now = programme_now(context.repository, declared, context.seen_forms(), context.reading)
    overview, today = url_for("ProgrammePage.programme"), context.reading.today
    entries = [HomeEntry(phase.title, overview, phase.free) for phase in phase_blocks(context, now)]
    near_last_day = [stay for stay in now.stays if stay.is_near(today)]
    late = sum(1 for stay in near_last_day if (stay.days_left(today) or 0) < 0)
    shown = truncated_list(near_last_day, max(MAX_TODO_ENTRIES, late))
    entries += [_leaving_entry(now, stay, today) for stay in shown] + more_entries(near_last_day, shown)
    return HomeBlock(gettext("Places and stays"), entries) if entries else None


def _leaving_entry(now: ProgrammeNow, stay: CurrentStay, today: date) -> HomeEntry:
    """Who is near the last day, and when that is."""
    day = day_text(stay.until) if stay.until else ""
    return HomeEntry(
        now.titles.get((CASE_FORM, stay.case_id), str(stay.case_id)),
        url_for("RecordPages.show", form=now.declared.stays.form, record_id=stay.record_id),
        f"{gettext('last day %(day)s', day=day)} · {days_left_text(stay.days_left(today))}",
    )
