"""Answers in words that lay in clear before format 14 are sealed: of every form there ever was, in the recycle bin too.

In the transaction of the start, like all that is sealed (:mod:`dosar.migrations.sealed_values`).
"""

import re
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Column, Connection, LargeBinary, String, inspect
from sqlalchemy import Text as LongText

from dosar.database.form_tables import INDEX_PREFIX, row_table_name
from dosar.database.sealing.answer_columns import SealedAnswer, answer_columns
from dosar.database.writing.append_only import table_opened
from dosar.language.form import Form
from dosar.migrations.convert.renamed_forms import tables_of_form
from dosar.migrations.sealed_values import seal_columns
from dosar.records.history.deployed_forms import deployed_contents, deployed_forms, read_kept_forms

SEALED_ANSWERS_SINCE_FORMAT = 14
EVERY_INDEX = {
    "sqlite": "SELECT tbl_name, name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL",
    "postgresql": "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = current_schema()",
}


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
    names = [
        column["name"]
        for column in stored
        if known.get(column["name"], isinstance(column["type"], (String, LargeBinary)))
    ]
    if not names:
        return 0
    _drop_indexes(connection, table, names)
    sealed = SealedAnswer(LongText())
    with table_opened(connection, table):
        return seal_columns(connection, table, [(name, sealed) for name in names])


def _columns_of_answers(form: Form, table: str) -> Iterator[Column[Any]]:
    """The columns that a question has here. Texts in others, such as answers that were put aside, are sealed too."""
    for name, questions in _questions_by_table(form):
        if name == table:
            yield from (column for question in questions for column in answer_columns(question))


def _questions_by_table(form: Form) -> Iterator[tuple[str, Any]]:
    yield form.key, form.stored_questions
    for question in form.row_questions:
        yield row_table_name(form.key, question.name), question.columns_asked()


def _drop_indexes(connection: Connection, table: str, names: list[str]) -> None:
    """Of those that the forms ask for; the ones that are still wanted are made anew in the same start."""
    quote = connection.dialect.identifier_preparer.quote
    mentions = re.compile(rf"\b({'|'.join(map(re.escape, names))})\b")
    for owner, index, made in connection.exec_driver_sql(EVERY_INDEX[connection.dialect.name]).all():
        if owner == table and index.startswith(INDEX_PREFIX) and mentions.search(made.partition("(")[2]):
            connection.exec_driver_sql(f"DROP INDEX {quote(index)}")
