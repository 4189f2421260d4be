"""What a new sheet takes over from the case's last sheets of other forms: ``from_last``.

A link takes over the sheet itself: ``from_last: plan`` leads to the case's last plan.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import select

from dosar.database.form_tables import Record
from dosar.language.form import Form
from dosar.language.question import Answer, Answers, Question, Unknown
from dosar.overview.case_query import CaseQuery
from dosar.records.lists.list_query import ListQuery, list_order
from dosar.records.repository import Repository

PrefillSource = tuple[Question, str, str]
"""A question of the new sheet, the form it takes its answer from, and the question there; none for the sheet."""


def prefill_from_sheets(repository: Repository, known: Mapping[str, Form], form: Form, case: Record) -> Answers:
    """The answers that other sheets of the case already give: one statement, or none.

    ``known`` are the forms as the reader may know them; what she may not know is not put before her.
    """
    taken = list(_prefill_sources(form, known))
    if not taken:
        return {}
    look = CaseQuery(repository, known, case)
    kind = tuple((question.name, there, name, *known[there].sort) for question, there, name in taken)
    look.read_as(("taken over", form.key, *kind), lambda: _ask_sources(look, taken))
    found = {question.name: _source_answer(look, question, there, name) for question, there, name in taken}
    return {name: answer for name, answer in found.items() if answer is not None}


def _prefill_sources(form: Form, known: Mapping[str, Form]) -> Iterator[PrefillSource]:
    for question in form.asked():
        there, _, name = (question.from_last or "").partition(".")
        if there in known and (name in known[there].questions or (not name and question.link_target() == there)):
            yield question, there, name


def _ask_sources(look: CaseQuery, taken: Sequence[PrefillSource]) -> None:
    for form in dict.fromkeys(there for _, there, _ in taken):
        names = [name for _, there, name in taken if there == form and name]
        tables = [name for name in names if look.known[form].questions[name].columns_asked()]
        look.ask(form, form, [name for name in names if name not in tables], _is_last_sheet(look, form, "id"))
        for table in tables:
            look.ask_rows((form, table), form, table, _is_last_sheet(look, form, "record_id", table))


def _is_last_sheet(look: CaseQuery, form: str, column: str, table: str = "") -> Any:
    """The condition that a record, or the record of a row, is the last one of its form in the case."""
    kept: Any = look.repository.record_class(form)
    asked: Any = look.repository.tables.rows[form, table] if table else kept
    last = (
        select(kept.id).where(kept.case_id == look.of_case).order_by(*list_order(look.known[form], kept, ListQuery()))
    )
    return getattr(asked, column) == last.limit(1).scalar_subquery()


def _source_answer(look: CaseQuery, question: Question, form: str, name: str) -> Answer:
    if not name:
        return next((record_id for record_id, _ in look.answers(form, form)), None)
    there = look.known[form].questions[name]
    if there.columns_asked():
        return _source_rows(look, question, form, name)
    found = [answers.get(name) for _, answers in look.answers(form, form)]
    return adapt_answer(question, there, found[0]) if found else None


def _source_rows(look: CaseQuery, table: Question, form: str, name: str) -> Answer:
    """The rows there that say anything in the columns taken over, in their order."""
    there = {column.name: column for column in look.known[form].questions[name].columns_asked()}
    taken = [(column, there[column.from_last]) for column in table.columns_asked() if column.from_last in there]
    rows = [
        {here.name: adapt_answer(here, column, row.get(column.name)) for here, column in taken}
        for _, row in look.answers_of_rows((form, name), form, name)
    ]
    return [{"id": None, **row} for row in rows if any(answer is not None for answer in row.values())] or None


def adapt_answer(question: Question, there: Question, answer: Answer) -> Answer:
    """An answer of the question there, as one of the question here."""
    if isinstance(answer, Unknown):
        return answer if question.unknown else None
    if answer is None or question.is_stored_like(there):
        return answer
    return question.converted(there, answer)
