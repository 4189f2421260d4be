"""Codes that the organisation gives out: whether a record has one already, in reach or not."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import exists, select

from app.language.form import Form
from app.language.question import Question
from app.records.cabinet import Cabinet
from app.records.scope import SYSTEM, acting_as


def is_taken(
    cabinet: Cabinet, form: Form, question: Question, code: str, answers: Mapping[str, Any], but: int | None = None,
) -> bool:
    """Whether another record has the code; where numbers begin anew within a record, another one of that."""
    kept = cabinet.tables.records[form.key].__table__  # type: ignore[attr-defined]
    within = question.numbered_within
    found = select(kept.c.id).where(kept.c[question.name] == code, kept.c.id != (but or 0))
    if within:
        found = found.where(kept.c[within] == answers.get(within))
    with acting_as(SYSTEM), cabinet.session.no_autoflush:
        return bool(cabinet.session.scalar(select(exists(found))))
