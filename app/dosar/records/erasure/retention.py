"""For how long cases are kept: which class a case is of, its last day, and those whose time is over."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select

from dosar.database.system_tables import anonymous_case_table, erasure_request_table
from dosar.language.form import CASE_FORM, Form, RetentionClass
from dosar.language.question import Answers
from dosar.language.rules.evaluation import to_day
from dosar.records.erasure.erasure_requests import ask_for_erasure
from dosar.records.repository import Repository

TERM_GROUND = "term"


@dataclass(frozen=True)
class KeptUntil:
    """The last day on which a case is kept, and by which class."""

    case_id: int
    day: date
    kept: RetentionClass


def kept_until(form: Form, case_id: int, answers: Answers, today: date) -> KeptUntil | None:
    """The last day of a case with these answers, if there is one yet; ``form`` is the whole case form."""
    plain = {name: question.plain(answers.get(name)) for name, question in form.questions.items()}
    for kept in form.retention:
        if kept.applies_if is None or kept.applies_if.value(plain, today) is True:
            day = to_day(kept.until.value(plain, today))
            return None if day is None else KeptUntil(case_id, day, kept)
    return None


def cases_over_term(repository: Repository, today: date) -> list[KeptUntil]:
    """The cases within reach whose time is over and for which nobody asked anything yet, the oldest first."""
    form = repository.forms[CASE_FORM]
    if not form.retention:
        return []
    case: Any = repository.record_class(CASE_FORM)
    asked = [question for question in form.stored_questions if question.name in _names_asked(form)]
    columns = [getattr(case, name) for question in asked for name in question.column_names()]
    settled = select(anonymous_case_table.c.case_id).union(select(erasure_request_table.c.case_id))
    rows = repository.session.execute(select(case.id, *columns).where(case.id.not_in(settled)))
    found = [kept_until(form, row.id, _answers(asked, dict(row._mapping)), today) for row in rows]
    return sorted((one for one in found if one and one.day < today), key=lambda one: (one.day, one.case_id))


def ask_for_those_over_term(repository: Repository, case_ids: set[int], today: date, user_id: int) -> int:
    """Ask a second person to confirm what their classes say, for these of the cases whose time is over."""
    over = [one for one in cases_over_term(repository, today) if one.case_id in case_ids]
    for one in over:
        ask_for_erasure(repository, one.case_id, one.kept.then, TERM_GROUND, user_id)
    return len(over)


def _names_asked(form: Form) -> frozenset[str]:
    rules = [rule for kept in form.retention for rule in (kept.applies_if, kept.until) if rule is not None]
    return frozenset(name for rule in rules for name in rule.names)


def _answers(asked: list[Any], row: Mapping[str, Any]) -> Answers:
    return {question.name: question.restore_answer(row) for question in asked}
