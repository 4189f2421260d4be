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
from dosar.overview.due_dates import DueDay
from dosar.overview.worklist import find_worklist
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
    """What is due until a day to whoever acts, as far as she reaches it now; the soonest first."""
    scope = current_scope.get()
    forms = repository.forms_known_with(scope.clearances)
    if scope.worker_id is None or not scope.may("see", CASE_FORM):
        return []
    known = {key: form for key, form in forms.items() if form.belongs_to and scope.may("see", key)}
    enterable = frozenset(key for key in known if scope.may("enter", key))
    work = find_worklist(repository, known, enterable, repository.definition.stages, scope.worker_id, until)
    due = [found for found in work.due if not found.is_waiting]
    codes = _codes_in_reach(repository, forms, {found.case_id for found in due})
    return [_reminder(found, codes[found.case_id], forms, language) for found in due if found.case_id in codes]


def _reminder(found: DueDay, code: str, forms: Mapping[str, Form], language: str) -> Reminder:
    kind = text_in_language(forms[found.form].questions[found.question].label, language)
    return Reminder(f"{found.form}.{found.question}.{found.record_id}", code, kind, found.day)


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
