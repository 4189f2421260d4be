"""Answers in words that lay in clear before format 14 are sealed: of every form there ever was, in the recycle bin too.

What was put aside of other answers lay in clear until format 15. In the transaction of the start, like all that is
sealed (:mod:`dosar.migrations.convert.sealed_values`).
"""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Column, Connection, inspect

from dosar.database.form_tables import row_table_name
from dosar.database.sealing.answer_columns import SealedAnswer, readable_columns
from dosar.language.form import Form
from dosar.migrations.convert.put_aside import is_put_aside, seal_table
from dosar.migrations.convert.renamed_forms import tables_of_form
from dosar.records.history.deployed_forms import deployed_contents, deployed_forms, read_kept_forms

SEALED_ANSWERS_SINCE_FORMAT = 14


def seal_answers(connection: Connection) -> int:
    """Seal the words that lie in clear in the tables of the forms; says in how many rows."""
    kept_forms = read_kept_forms(connection)
    forms = deployed_forms(kept_forms, deployed_contents(kept_forms))
    tables = inspect(connection).get_table_names()
    return sum(
        _seal_table(connection, form, table) for form in forms.values() for table in tables_of_form(form.key, tables)
    )


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
            yield from (column for question in questions for column in readable_columns(question))


def _questions_by_table(form: Form) -> Iterator[tuple[str, Any]]:
    yield form.key, form.stored_questions
    for question in form.row_questions:
        yield row_table_name(form.key, question.name), question.columns_asked()
