"""Codes that the organisation gives out: the next one of a series, and whether a record has one already."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.dialects import postgresql, sqlite

from dosar.database.system_tables import code_series_table
from dosar.language.form import Form
from dosar.language.question import Answers, Question
from dosar.records.repository import Repository
from dosar.records.scope.row_scope import SYSTEM_SCOPE, acting_as


def with_issued_codes(repository: Repository, form: Form, answers: Answers, today: date) -> Answers:
    """The answers with a fresh code wherever a numbered question was left empty."""
    issued = dict(answers)
    for question in form.stored_questions:
        if question.issued and not issued.get(question.name):
            issued[question.name] = _issue_code(repository, form, question, answers, today)
    return issued


def _issue_code(repository: Repository, form: Form, question: Any, answers: Answers, today: date) -> str:
    """The next code of its series that no record has: codes typed by hand are stepped over."""
    within = answers.get(question.numbered_within) if question.numbered_within else None
    series = f"{question.name[:30]}@{within}" if question.numbered_within else question.name
    while True:
        code: str = question.make_code(_next_number(repository, form, series, today), today)
        if not is_code_taken(repository, form, question, code, answers):
            return code


def _next_number(repository: Repository, form: Form, series_of: str, today: date) -> int:
    dialect = postgresql if repository.store.engine.dialect.name == "postgresql" else sqlite
    series = {"form": form.key, "question": series_of, "year": today.year}
    counted = dialect.insert(code_series_table).values(**series, last=1)
    counted = counted.on_conflict_do_update(
        index_elements=list(series), set_={"last": code_series_table.c.last + 1}
    ).returning(code_series_table.c.last)
    return int(repository.session.execute(counted).scalar_one())


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
