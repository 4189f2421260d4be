"""Answers in words that lay in clear before format 14 are sealed: of every form there ever was, in the recycle bin too.

What was put aside of other answers lay in clear until format 15; until format 16 none was bound to its column. In the
transaction of the start, like all that is sealed (:mod:`dosar.migrations.convert.sealed_values`).
"""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Column, Connection, inspect

from dosar.database.form_tables import row_table_name
from dosar.database.sealing.answer_columns import SealedAnswer, answer_columns
from dosar.database.sealing.sealed_columns import ENVELOPE_VERSION
from dosar.language.form import Form
from dosar.migrations.convert.bound_answers import bind_answers
from dosar.migrations.convert.put_aside import is_put_aside, seal_table
from dosar.migrations.convert.renamed_forms import tables_of_form
from dosar.records.history.deployed_forms import deployed_contents, deployed_forms, read_kept_forms

SEALED_ANSWERS_SINCE_FORMAT = 14
BOUND_ANSWERS_SINCE_FORMAT = 16


def seal_answers(connection: Connection) -> int:
    """Seal the words that lie in clear in the tables of the forms; says in how many rows."""
    return sum(_seal_table(connection, form, table) for form, table in _tables_of_forms(connection))


def bind_sealed_answers(connection: Connection) -> int:
    """Bind to their columns the answers that lie sealed as before format 16; says in how many rows."""
    count = 0
    for _, table in _tables_of_forms(connection):
        names = [column["name"] for column in inspect(connection).get_columns(table)]
        count += bind_answers(connection, table, dict.fromkeys(names, ENVELOPE_VERSION))
    return count


def _tables_of_forms(connection: Connection) -> Iterator[tuple[Form, str]]:
    """The tables of every form there ever was, with what was put aside of them."""
    kept_forms = read_kept_forms(connection)
    forms = deployed_forms(kept_forms, deployed_contents(kept_forms))
    tables = inspect(connection).get_table_names()
    return ((form, table) for form in forms.values() for table in tables_of_form(form.key, tables))


def _seal_table(connection: Connection, form: Form, table: str) -> int:
    known = {column.name: isinstance(column.type, SealedAnswer) for column in _columns_of_answers(form, table)}
    stored: list[Any] = inspect(connection).get_columns(table)
    names = [column["name"] for column in stored if known.get(column["name"], is_put_aside(column))]
    return seal_table(connection, table, names)


def _columns_of_answers(form: Form, table: str) -> Iterator[Column[Any]]:
    """The columns that a question has here. What stands in others, such as answers that were put aside, is sealed
    too."""
    for name, questions in _questions_by_table(form):
        if name == table:
            yield from (column for question in questions for column in answer_columns(question, table))


def _questions_by_table(form: Form) -> Iterator[tuple[str, Any]]:
    yield form.key, form.stored_questions
    for question in form.row_questions:
        yield row_table_name(form.key, question.name), question.columns_asked()
