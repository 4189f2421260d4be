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
    case_query = CaseQuery(repository, known, case)
    kind = tuple((question.name, key, name, *known[key].sort) for question, key, name in taken)
    case_query.read_as(("taken over", form.key, *kind), lambda: _ask_sources(case_query, taken))
    found = {question.name: _source_answer(case_query, question, key, name) for question, key, name in taken}
    return {name: answer for name, answer in found.items() if answer is not None}


def _prefill_sources(form: Form, known: Mapping[str, Form]) -> Iterator[PrefillSource]:
    for question in form.asked_questions():
        key, _, name = (question.from_last or "").partition(".")
        if key in known and (name in known[key].questions or (not name and question.link_target() == key)):
            yield question, key, name


def _ask_sources(case_query: CaseQuery, taken: Sequence[PrefillSource]) -> None:
    for form in dict.fromkeys(source_form for _, source_form, _ in taken):
        names = [name for _, source_form, name in taken if source_form == form and name]
        tables = [name for name in names if case_query.known[form].questions[name].columns_asked()]
        case_query.ask(
            form, form, [name for name in names if name not in tables], _is_last_sheet(case_query, form, "id")
        )
        for table in tables:
            case_query.ask_rows((form, table), form, table, _is_last_sheet(case_query, form, "record_id", table))


def _is_last_sheet(case_query: CaseQuery, form: str, column: str, table: str = "") -> Any:
    """The condition that a record, or the record of a row, is the last one of its form in the case."""
    record_class: Any = case_query.repository.record_class(form)
    counted: Any = case_query.repository.tables.rows[form, table] if table else record_class
    last = (
        select(record_class.id)
        .where(record_class.case_id == case_query.of_case)
        .order_by(*list_order(case_query.known[form], record_class, ListQuery()))
    )
    return getattr(counted, column) == last.limit(1).scalar_subquery()


def _source_answer(case_query: CaseQuery, question: Question, form: str, name: str) -> Answer:
    if not name:
        return next((record_id for record_id, _ in case_query.answers(form, form)), None)
    source = case_query.known[form].questions[name]
    if source.columns_asked():
        return _source_rows(case_query, question, form, name)
    found = [answers.get(name) for _, answers in case_query.answers(form, form)]
    return adapt_answer(question, source, found[0]) if found else None


def _source_rows(case_query: CaseQuery, table: Question, form: str, name: str) -> Answer:
    """The rows there that say anything in the columns taken over, in their order."""
    sources = {column.name: column for column in case_query.known[form].questions[name].columns_asked()}
    taken = [(column, sources[column.from_last]) for column in table.columns_asked() if column.from_last in sources]
    rows = [
        {target.name: adapt_answer(target, column, row.get(column.name)) for target, column in taken}
        for _, row in case_query.answers_of_rows((form, name), form, name)
    ]
    return [{"id": None, **row} for row in rows if any(answer is not None for answer in row.values())] or None


def adapt_answer(question: Question, source: Question, answer: Answer) -> Answer:
    """An answer of the question there, as one of the question here."""
    if isinstance(answer, Unknown):
        return answer if question.unknown else None
    if answer is None or question.is_stored_like(source):
        return answer
    return question.converted(source, answer)
