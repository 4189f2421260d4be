"""What is due, as a page tells it: of which case, what, whose, since when and how late, and where it is done."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from flask_babel import gettext

from dosar.fields.formats.days import format_day
from dosar.language.form import CASE_FORM, USER_LINK
from dosar.overview.deadlines.answers_beside import AnswersBeside, answers_beside
from dosar.overview.deadlines.coming import ComingDay
from dosar.overview.deadlines.known_rules import partner_forms
from dosar.overview.deadlines.moving import may_be_moved
from dosar.overview.deadlines.reading import Deadline
from dosar.pages.context import PageContext
from dosar.pages.deadlines.deadline_urls import (
    backs_to_lines,
    deadline_url,
    done_url,
    line_id,
    move_url,
    source_url,
)
from dosar.pages.deadlines.deadline_words import rule_text, title_text, titled_sheets
from dosar.pages.formatting import days_away_text
from dosar.pages.linked_titles import RecordTitles
from dosar.records.titles import link_titles


@dataclass(slots=True)
class DueLine:
    """One line of the list, or of a day of the calendar."""

    of: str
    """The case, else the record it is counted from."""
    of_url: str
    what: str
    url: str
    whose: str
    day: str
    away: str
    """How far the day is, or how long it is over."""
    is_late: bool
    is_waiting: bool
    time: str
    why: str = ""
    """By which rule."""
    partner: str = ""
    done_url: str = ""
    move_url: str = ""
    repeats: str = ""
    """How sure it is, of what is not due yet but will come again."""
    id: str = ""
    back: str = ""
    """Where one goes on once something was made of it."""


def due_titles(
    context: PageContext,
    deadlines: Sequence[Deadline],
    workers: Iterable[int] = (),
    partners: Mapping[str, Iterable[int]] | None = None,
    case: int | None = None,
) -> RecordTitles:
    """What the cases are called that these are about, whose they are and who promised them; and these workers,
    partners (form → numbers) and this case besides."""
    ids: dict[str, set[int]] = {CASE_FORM: {case} if case else set(), USER_LINK: {*workers}}
    for form, numbers in (*(partners or {}).items(), *titled_sheets(deadlines).items()):
        ids.setdefault(form, set()).update(numbers)
    promising = partner_forms(context.repository)
    for due in deadlines:
        ids[CASE_FORM] |= {due.case_id} - {None}  # type: ignore[arg-type]
        ids[USER_LINK] |= {due.user_id} - {None}  # type: ignore[arg-type]
        if due.partner_id is not None:
            ids.setdefault(promising[due.rule.key], set()).add(due.partner_id)
    return link_titles(context.repository, context.named_forms(), ids, context.reading)


def due_lines(
    context: PageContext, deadlines: Sequence[Deadline], titles: RecordTitles, back: str = ""
) -> list[DueLine]:
    """The lines of these, in their order; what is done from one of them leads ``back``."""
    promising = partner_forms(context.repository)
    beside = answers_beside(context.repository, deadlines, context.reading)
    moved = may_be_moved(context.repository, deadlines, context.actor)
    backs = backs_to_lines(deadlines, back)
    ways = zip(deadlines, backs, strict=True)
    lines = [_calendar_line(context, due, titles, way, beside.about) for due, way in ways]
    for due, line, way in zip(deadlines, lines, backs, strict=True):
        line.id, line.back = line_id(due), way
        line.why = rule_text(context, due)
        line.partner = titles.get(
            (promising.get(due.rule.key, ""), due.partner_id or 0), beside.promised_by.get(due.id, "")
        )
        line.done_url = done_url(due) if due.may_be_done(context.worker.scope) else ""
        line.move_url = move_url(due, line.back) if due.id in moved else ""
    return lines


def calendar_lines(
    context: PageContext, deadlines: Sequence[Deadline], titles: RecordTitles, back: str, about: Mapping[int, str]
) -> list[DueLine]:
    """The same as a calendar tells them: without their rules, and what else may be made of them."""
    return [_calendar_line(context, due, titles, back, about) for due in deadlines]


def coming_lines(
    context: PageContext, coming: Iterable[ComingDay], titles: RecordTitles, beside: AnswersBeside
) -> dict[date, list[DueLine]]:
    """Day → what will come again on it, each leading to the sheet it is counted from."""
    found: dict[date, list[DueLine]] = {}
    for each in coming:
        line = _calendar_line(context, each.deadline._replace(day=each.day), titles, "", beside.about)
        line.url = source_url(context, each.deadline)
        line.repeats = gettext("expected") if each.is_expected else gettext("repeated")
        found.setdefault(each.day, []).append(line)
    return found


def worker_text(titles: RecordTitles, user_id: int | None) -> str:
    """Whose it is."""
    return titles.get((USER_LINK, user_id or 0)) or gettext("nobody responsible")


def _calendar_line(
    context: PageContext, due: Deadline, titles: RecordTitles, back: str, about: Mapping[int, str]
) -> DueLine:
    today, source = context.reading.today, due.rule.source.form
    of = (CASE_FORM, due.case_id) if due.case_id is not None else (source, due.record_id)
    of_url = f"/cases/{due.case_id}" if due.case_id is not None else source_url(context, due)
    says_itself = due.case_id is None and due.rule.rule.with_title
    named = "" if says_itself else titles.get(of, "")
    return DueLine(
        named or (context.form_title(source) if source in context.forms else ""),
        of_url if of in titles else "",
        title_text(context, due, titles, about),
        deadline_url(context, due, back),
        worker_text(titles, due.user_id),
        format_day(due.day, context.reading.language),
        days_away_text((due.day - today).days, context.reading.language),
        due.is_late(today),
        due.waits,
        due.time,
    )
