"""Codes that the organisation gives out: whether a record has one already, in reach or not."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import exists, select

from dosar.language.form import Form
from dosar.language.question import Question
from dosar.records.repository import Repository
from dosar.records.row_scope import SYSTEM_SCOPE, acting_as


def is_code_taken(
    repository: Repository,
    form: Form,
    question: Question,
    code: str,
    answers: Mapping[str, Any],
    but: int | None = None,
) -> bool:
    """Whether another record has the code; where numbers begin anew within a record, another one of that."""
    table = repository.tables.records[form.key].__table__  # type: ignore[attr-defined]
    within = question.numbered_within
    found = select(table.c.id).where(table.c[question.name] == code, table.c.id != (but or 0))
    if within:
        found = found.where(table.c[within] == answers.get(within))
    with acting_as(SYSTEM_SCOPE), repository.session.no_autoflush:
        return bool(repository.session.scalar(select(exists(found))))
