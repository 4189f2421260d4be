"""The answers of a sheet as they lie in the tables: read, and put there; rows in tables of their own."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, select

from dosar.database.form_tables import Record, StoredRow
from dosar.database.ordering.sort_columns import sort_column, sort_value, word_sorted_questions
from dosar.database.union_reads import UnionQuery
from dosar.language.form import Form
from dosar.language.question import Answers, Question
from dosar.records.repository import Repository


@dataclass
class Sheet:
    """A record with all its answers in hand."""

    form: Form
    record: Record
    answers: Answers
    case: Record | None = None


def open_sheet(repository: Repository, form: str, record_id: int, with_deleted: bool = False) -> Sheet:
    """The sheet with its rows: one statement, and one for each table of rows. Raises :class:`OutOfReach`."""
    record, case = repository.find_with_case(form, record_id, with_deleted)
    return Sheet(repository.forms[form], record, answers_of(repository, record), case)


def answers_of(repository: Repository, record: Record, with_rows_of: Answers | None = None) -> Answers:
    """Every answer of the record, rows as dicts with their id; the rows may be known already."""
    form = repository.forms[record.form_key]
    columns = record.columns()
    answers: Answers = {question.name: question.restore_answer(columns) for question in form.stored_questions}
    if with_rows_of is not None:
        return {**answers, **{table.name: with_rows_of.get(table.name) for table in form.row_questions}}
    for question, rows in zip(form.row_questions, _stored_rows(repository, record, form), strict=True):
        answers[question.name] = _answers_of_rows(question, rows)
    return answers


def _answers_of_rows(table: Question, rows: Iterable[Mapping[str, Any]]) -> list[Answers] | None:
    """The rows of a table, from their columns."""
    columns = table.columns_asked()
    return [
        {"id": row["id"], **{column.name: column.restore_answer(row) for column in columns}} for row in rows
    ] or None


def _stored_rows(repository: Repository, record: Record, form: Form) -> list[list[dict[str, Any]]]:
    """The rows of every table on the sheet, in their order: one statement for all."""
    if not form.row_questions:
        return []
    query: UnionQuery = repository.statement(
        ("rows", form.key),
        lambda: UnionQuery.of([_rows_query(repository, form, question) for question in form.row_questions]),
    )
    found = query.read(repository.session, {"of_record": record.id})
    return [sorted(rows, key=lambda row: (row["position"], row["id"])) for rows in found]


def _rows_query(repository: Repository, form: Form, table: Question) -> tuple[Any, ...]:
    row_class: Any = repository.tables.rows[form.key, table.name]
    names = [name for column in table.columns_asked() for name in column.column_names()]
    columns = [row_class.position, row_class.id, *[getattr(row_class, name) for name in names]]
    return row_class, columns, [row_class.record_id == bindparam("of_record")]


def put_answers(record: Record, form: Form, answers: Answers) -> None:
    _put_columns(record, form.stored_questions, answers)
    for question in word_sorted_questions(form):
        setattr(record, sort_column(question), sort_value(answers.get(question.name)))


def _put_columns(entry: Record | StoredRow, questions: Iterable[Question], answers: Answers) -> None:
    for question in questions:
        for name, value in question.stored(answers.get(question.name)).items():
            setattr(entry, name, value)


def put_rows(
    repository: Repository, record: Record, table: Question, rows: list[Answers], stored: dict[int | None, StoredRow]
) -> list[StoredRow]:
    """Make the stored rows of a table those given: kept by id, new ones added, others removed."""
    row_class, laid = repository.tables.rows[record.form_key, table.name], []
    for position, answers in enumerate(rows):
        row = stored.pop(answers.get("id"), None)
        if row is None:
            row = row_class()
            row.record_id = record.id
            if row_class.case_column:
                row.case_id = getattr(record, str(record.case_column))
            repository.session.add(row)
        row.position = position
        _put_columns(row, table.columns_asked(), answers)
        laid.append(row)
    for row in stored.values():
        repository.session.delete(row)
    return laid


def rows_by_id(repository: Repository, record: Record, table: Question) -> dict[int | None, StoredRow]:
    row_class = repository.tables.rows[record.form_key, table.name]
    return {
        row.id: row for row in repository.session.scalars(select(row_class).where(row_class.record_id == record.id))
    }


def rows_as_kept(form: Form, laid: Mapping[str, list[StoredRow]]) -> Answers:
    """The rows of these tables, just put, as they are kept."""
    return {
        name: _answers_of_rows(form.questions[name], [row.columns() for row in rows]) for name, rows in laid.items()
    }
