"""The numbers of cases, for whoever watches over the audit log: a number tells no name, and nothing else is read.

They are told of every case, also of one that was deleted or is not hers; who may ask is for the page to say.
"""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import select

from dosar.language.form import CASE_FORM
from dosar.records.repository import Repository
from dosar.records.scope.row_scope import SYSTEM_SCOPE, acting_as


def numbers_of_cases(repository: Repository, ids: Iterable[int]) -> dict[int, str]:
    """Case → its number, or the number of its row where it has none: one statement."""
    wanted = sorted(set(ids))
    case, number = _case_and_number(repository)
    if not wanted or number is None:
        return {case_id: str(case_id) for case_id in wanted}
    with acting_as(SYSTEM_SCOPE):
        query = select(case.id, number).where(case.id.in_(wanted))
        rows = repository.session.execute(query, execution_options={"with_deleted": True}).all()
    return {case_id: code or str(case_id) for case_id, code in rows}


def case_with_number(repository: Repository, typed: str) -> int | None:
    """The case that has this number."""
    case, number = _case_and_number(repository)
    asked = typed.strip()
    if number is None:
        return int(asked) if asked.isdecimal() and len(asked) < 10 else None
    with acting_as(SYSTEM_SCOPE):
        query = select(case.id).where(number.in_({asked, asked.upper()})).limit(1)
        found: int | None = repository.session.scalar(query, execution_options={"with_deleted": True})
    return found


def _case_and_number(repository: Repository) -> tuple[Any, Any]:
    case: Any = repository.record_class(CASE_FORM)
    question = repository.forms[CASE_FORM].code_question
    return case, None if question is None else getattr(case, next(iter(question.column_names())))
