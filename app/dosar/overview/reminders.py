"""What a worker is reminded of outside of Dosar, by mail and in her calendar: code of the case, kind and day, no more.

A name, an answer or a word that somebody wrote is in none of it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select

from dosar.language.form import CASE_FORM, Form
from dosar.language.text.texts import text_in_language
from dosar.overview.deadlines.reading import Deadline, DeadlineFilter, find_deadlines, may_do
from dosar.records.repository import Repository
from dosar.records.scope.row_scope import current_scope


@dataclass(frozen=True)
class Reminder:
    """One day that something is due."""

    key: str
    """The same for as long as it is the same thing that is due, whatever its day becomes."""
    case_code: str
    kind: str
    """What is due, in the reader's language."""
    day: date


def find_reminders(repository: Repository, until: date, language: str) -> list[Reminder]:
    """What is due until a day to whoever acts, of what she may do herself, as far as she reaches it now; the soonest
    first. What concerns no case has no code."""
    scope = current_scope.get()
    if scope.worker_id is None:
        return []
    found = find_deadlines(repository, DeadlineFilter(of_worker=scope.worker_id, until=until, waits=False))
    due = [deadline for deadline in found if may_do(scope, deadline.rule)]
    forms = repository.forms_known_with(scope.clearances)
    codes = _codes_in_reach(repository, forms, {deadline.case_id for deadline in due if deadline.case_id is not None})
    return [
        _reminder(deadline, codes.get(deadline.case_id or 0, ""), language)
        for deadline in due
        if deadline.case_id is None or deadline.case_id in codes
    ]


def _reminder(deadline: Deadline, code: str, language: str) -> Reminder:
    key = f"{deadline.rule.key}.{deadline.record_id}.{deadline.row_id}"
    return Reminder(key, code, text_in_language(deadline.rule.rule.title, language), deadline.day)


def _codes_in_reach(repository: Repository, forms: Mapping[str, Form], ids: Iterable[int]) -> dict[int, str]:
    """Case → its code, or its number where nobody gave it one."""
    wanted: Sequence[int] = sorted(ids)
    if not wanted:
        return {}
    case: Any = repository.record_class(CASE_FORM)
    question = forms[CASE_FORM].code_question
    column = case.id if question is None else getattr(case, next(iter(question.column_names())))
    rows = repository.session.execute(select(case.id, column).where(case.id.in_(wanted))).all()
    return {number: str(code or number) for number, code in rows}
