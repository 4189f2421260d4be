"""What a worker is reminded of outside of Dosar, by mail and in her calendar: code of the case, kind and day, no more.

A name, an answer or a word that somebody wrote is in none of it.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, time
from typing import Any

from sqlalchemy import select

from dosar.language.form import CASE_FORM
from dosar.language.text.message import msgid
from dosar.language.text.texts import text_in_language
from dosar.overview.deadlines.filters import due_to_worker
from dosar.overview.deadlines.reading import Deadline, find_deadlines
from dosar.records.repository import Repository
from dosar.records.scope.row_scope import current_scope

MOST_REMINDERS = 1000
A_COLLEAGUES, NOBODYS = msgid("for a colleague"), msgid("nobody responsible")
HOURS = re.compile(r"\s*([01]?\d|2[0-3]):([0-5]\d)(?!\d)(?:\s*[-–]\s*([01]?\d|2[0-3]):([0-5]\d)(?!\d))?")


@dataclass(frozen=True)
class Reminder:
    """One day that something is due."""

    key: str
    """The same for as long as it is the same thing that is due, whatever its day becomes."""
    case_code: str
    """Empty for what is of no case."""
    kind: str
    """What is due, in the reader's language."""
    day: date
    time: str = ""
    """The hour of an appointment: 14:30."""
    whose: str = ""
    """Whose it is, if it is not hers who is reminded: :data:`A_COLLEAGUES` or :data:`NOBODYS`, never a name."""

    @property
    def what(self) -> str:
        """Case and kind in one line."""
        return " · ".join(filter(None, (self.case_code, self.kind)))


def hours_of(reminder: Reminder) -> tuple[time, ...]:
    """When an appointment begins and, if that is said, when it ends; none for a whole day. Of anything else that stands
    where its hour is kept, nothing leaves Dosar."""
    found = HOURS.match(reminder.time)
    if found is None:
        return ()
    begins, ends = time(int(found[1]), int(found[2])), time(int(found[3] or 0), int(found[4] or 0))
    return (begins, ends) if found[3] else (begins,)


def find_reminders(repository: Repository, until: date, language: str) -> list[Reminder]:
    """What is due until a day to whoever acts, of what she may do herself, as far as she reaches it now: hers, and what
    is due in the cases she works on, and to who coordinates what is nobody's; the soonest first. What waits for
    acceptance binds nobody yet."""
    scope = current_scope.get()
    if scope.worker_id is None:
        return []
    wanted = replace(due_to_worker(scope), until=until, waits=False, most=MOST_REMINDERS)
    due = [found for found in find_deadlines(repository, wanted) if found.may_be_done(scope)]
    codes = _codes_in_reach(repository, {found.case_id for found in due if found.case_id is not None})
    return [_reminder(found, codes, language) for found in due if found.case_id is None or found.case_id in codes]


def _reminder(due: Deadline, codes: Mapping[int, str], language: str) -> Reminder:
    code = "" if due.case_id is None else codes[due.case_id]
    kind = text_in_language(due.rule.rule.title, language)
    return Reminder(f"{due.rule.key}.{due.record_id}.{due.row_id}", code, kind, due.day, due.time, _whose(due))


def _whose(due: Deadline) -> str:
    if due.user_id is None:
        return NOBODYS
    return "" if due.user_id == current_scope.get().worker_id else A_COLLEAGUES


def _codes_in_reach(repository: Repository, ids: Iterable[int]) -> dict[int, str]:
    """Case → its code, or its number where it has none or she may not know it."""
    wanted, scope = sorted(ids), current_scope.get()
    if not wanted or not scope.may("see", CASE_FORM):
        return {}
    case: Any = repository.record_class(CASE_FORM)
    question = repository.forms_known_with(scope.clearances)[CASE_FORM].code_question
    column = case.id if question is None else getattr(case, next(iter(question.column_names())))
    rows = repository.session.execute(select(case.id, column).where(case.id.in_(wanted))).all()
    return {number: str(code or number) for number, code in rows}
