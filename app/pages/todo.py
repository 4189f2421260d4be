"""Blocks of the first page that say what to do today: what is due, cases lacking something, what others did,
places."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from flask import url_for
from flask_babel import gettext, ngettext

from app.language.form import CASE
from app.language.texts import say
from app.pages.blocks import Block, HomeEntry
from app.pages.desk import Desk
from app.pages.moments import day_text, due_text, moment_text
from app.pages.programme import left_text, phase_blocks
from app.pages.shortened import beginning, the_rest
from app.pages.told import ACTIONS
from app.records.my_cases import Lacking, ToDo, to_do
from app.records.overview import ByOthers, changed_by_others
from app.records.programme import CurrentStay, ProgrammeNow, programme_now
from app.records.promises import Due
from app.records.tables import USER

MOST = 8
AHEAD = timedelta(days=14)
"""How far ahead the first page looks."""
Titles = Mapping[tuple[str, int], str]


def waiting(at: Desk) -> ToDo:
    """What is due in her cases these days, and in which a document is missing that she may fill in."""
    if not at.worker.may("see", CASE):
        return ToDo()
    known = {key: form for key, form in at.seen_forms().items() if form.belongs_to}
    enterable = frozenset(key for key in known if at.worker.may("enter", key))
    until = at.reading.today + AHEAD
    return to_do(at.cabinet, known, enterable, at.cabinet.definition.stages, at.worker.id, until)


def due_shown(found: Sequence[Due], today: date) -> Sequence[Due]:
    """What the first page tells of what is due: never less than all that is overdue."""
    late = sum(1 for one in found if one.day < today)
    return beginning(found, max(MOST, late))


def lacking_shown(found: Sequence[Lacking]) -> Sequence[Lacking]:
    """The cases lacking something that the first page tells."""
    return beginning(found, MOST)


def due_block(at: Desk, found: Sequence[Due], titles: Titles) -> Block | None:
    """What is due, the longest overdue first, each line leading to the case."""
    shown = due_shown(found, at.reading.today)
    entries = [
        HomeEntry(
            f"{titles[CASE, one.case_id]} · {_asked_for(at, one)}", url_for("CasePages.case", case_id=one.case_id),
            due_note(one, at.reading.today), is_late=one.day < at.reading.today and not one.is_waiting,
        )
        for one in shown if (CASE, one.case_id) in titles
    ] + the_rest(found, shown)
    heading = gettext("Due until %(day)s", day=day_text(at.reading.today + AHEAD))
    return Block(heading, entries) if entries else None


def due_note(one: Due, today: date) -> str:
    """The day and how far it is; of a sheet that waits, that nothing is due yet."""
    said = due_text(one.day, today)
    return f"{said} · {gettext('waits for acceptance')}" if one.is_waiting else said


def _asked_for(at: Desk, one: Due) -> str:
    """What is due: the question that asked for the day."""
    return say(at.forms[one.form].questions[one.question].label, at.reading.language)


def lacking_block(at: Desk, found: Sequence[Lacking], titles: Titles) -> Block | None:
    """Her cases with something missing, and what it is."""
    if not found:
        return None
    heading = ngettext(
        "%(num)s case of mine with something missing", "%(num)s cases of mine with something missing", len(found)
    )
    shown = lacking_shown(found)
    return Block(heading, [
        HomeEntry(titles[CASE, one.case_id], url_for("CasePages.case", case_id=one.case_id), _missing(at, one))
        for one in shown if (CASE, one.case_id) in titles
    ] + the_rest(found, shown))


def _missing(at: Desk, one: Lacking) -> str:
    """The first document, with its stage, and how many more."""
    stage, document = one.missing[0]
    language = at.reading.language
    first = f"{say(stage.title, language)}: {say(at.forms[document.form].title, language)}"
    first = f"{first} ({gettext('waits for acceptance')})" if document.filed.waiting else first
    more = len(one.missing) - 1
    return f"{first} {ngettext('and %(num)s more', 'and %(num)s more', more)}" if more else first


def by_others(at: Desk) -> list[ByOthers]:
    """What others did last in the cases she reaches."""
    if not at.worker.may("see", CASE):
        return []
    forms = [key for key, form in at.seen_forms().items() if not form.private_to]
    return changed_by_others(at.cabinet, forms, at.worker.id, MOST)


def by_others_block(at: Desk, found: list[ByOthers], titles: Titles) -> Block | None:
    """What others changed, each line leading to the case."""
    entries = [
        HomeEntry(
            f"{titles[CASE, one.case_id]} · {say(at.forms[one.form].title, at.reading.language)}",
            url_for("CasePages.case", case_id=one.case_id),
            " · ".join((
                str(ACTIONS.get(one.action, one.action)), titles.get((USER, one.user_id), gettext("Dosar")),
                moment_text(one.at),
            )),
        )
        for one in found if (CASE, one.case_id) in titles
    ]
    return Block(gettext("What others changed in my cases"), entries) if entries else None


def places_block(at: Desk) -> Block | None:
    """Beds free in each phase, and who is near the last day."""
    declared = at.cabinet.definition.stages.programme
    if declared is None or not all(at.worker.may("see", one.form) for one in (declared.stays, declared.places)):
        return None
    now = programme_now(at.cabinet, declared, at.seen_forms(), at.reading)
    overview, today = url_for("ProgrammePage.programme"), at.reading.today
    entries = [HomeEntry(phase.title, overview, phase.free) for phase in phase_blocks(at, now)]
    near = [stay for stay in now.stays if stay.is_near(today)]
    late = sum(1 for stay in near if (stay.days_left(today) or 0) < 0)
    shown = beginning(near, max(MOST, late))
    entries += [_leaving(now, stay, today) for stay in shown] + the_rest(near, shown)
    return Block(gettext("Places and stays"), entries) if entries else None


def _leaving(now: ProgrammeNow, stay: CurrentStay, today: date) -> HomeEntry:
    """Who is near the last day, and when that is."""
    day = day_text(stay.last_day) if stay.last_day else ""
    return HomeEntry(
        now.titles.get((CASE, stay.case_id), str(stay.case_id)),
        url_for("RecordPages.show", form=now.declared.stays.form, record_id=stay.record_id),
        f"{gettext('last day %(day)s', day=day)} · {left_text(stay.days_left(today))}",
    )
