"""What hangs on a record: the sheets of its case that point to it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import cast, literal, null, or_, select, union_all

from dosar.database.form_tables import Record
from dosar.database.sealing.answer_columns import answer_columns
from dosar.language.form import Form
from dosar.language.question import Question, ReadingContext
from dosar.records.repository import Repository
from dosar.records.titles import title_of_record, title_questions

MAX_BACKLINKS = 100


@dataclass(frozen=True)
class Backlink:
    """A sheet that points to the record."""

    form: str
    id: int
    title: str


def find_backlinks(
    repository: Repository, known: Mapping[str, Form], record: Record, reading: ReadingContext
) -> list[Backlink]:
    """The sheets that point to this one, of the forms the reader knows: at most one statement.

    One more than ``MOST`` comes where there are more than are shown.
    """
    pointing = [form for form in known.values() if form.belongs_to and links_to_form(form, record.form_key)]
    if not pointing or not known[record.form_key].belongs_to:
        return []
    named = [(form, question) for form in pointing for question in title_questions(form)]
    every = union_all(*[_linking_sheets(repository, form, named, record) for form in pointing])
    form, number = every.selected_columns[0], every.selected_columns[1]
    rows = repository.session.execute(every.order_by(form, number).limit(MAX_BACKLINKS + 1))
    return [_make_backlink(known[row[0]], named, row, reading) for row in rows]


def links_to_form(form: Form, target: str) -> list[Question]:
    """The questions of the form that link to records of another."""
    return [question for question in form.stored_questions if question.link_target() == target]


def _linking_sheets(repository: Repository, form: Form, named: list[tuple[Form, Question]], record: Record) -> Any:
    """The form's sheets that point to the record; columns of other forms' titles stay empty."""
    record_class: Any = repository.record_class(form.key)
    columns = [
        getattr(record_class, column.name)
        if owner is form
        else cast(null(), column.type).label(f"{owner.key}__{column.name}")
        for owner, question in named
        for column in answer_columns(question, owner.key)
    ]
    pointing = [getattr(record_class, question.name) == record.id for question in links_to_form(form, record.form_key)]
    return select(literal(form.key).label("form"), record_class.id, *columns).where(or_(*pointing))


def _make_backlink(form: Form, named: list[tuple[Form, Question]], row: Any, reading: ReadingContext) -> Backlink:
    values = iter(row[2:])
    answers = {}
    for owner, question in named:
        columns = {name: next(values) for name in question.column_names()}
        if owner is form:
            answers[question.name] = question.restore_answer(columns)
    return Backlink(form.key, row[1], title_of_record(form, answers, reading, row[1]))
