"""Sensitive choices that lay in clear before format 15 become codes: of every form there ever was.

What the present forms want otherwise is put right by their plan (:mod:`dosar.migrations.convert.settled_choices`).
"""

from collections.abc import Iterator

from sqlalchemy import Column, Connection, Integer, MetaData, Table

from dosar.database.form_tables import row_table_name
from dosar.database.sealing.answer_columns import answer_columns
from dosar.language.form import Form
from dosar.language.privacy.inherited_clearances import with_inherited_clearances
from dosar.migrations.convert.settled_choices import settle_choices
from dosar.records.history.deployed_forms import deployed_contents, deployed_forms, read_kept_forms

SEALED_CHOICES_SINCE_FORMAT = 15


def seal_choices(connection: Connection) -> int:
    """Seal the sensitive choices that lie in clear in the tables of the forms; says in how many columns."""
    kept_forms = read_kept_forms(connection)
    forms = with_inherited_clearances(deployed_forms(kept_forms, deployed_contents(kept_forms)))
    return settle_choices(connection, [table for form in forms.values() for table in _tables_with_choices(form)])


def _tables_with_choices(form: Form) -> Iterator[Table]:
    """Without their indexes: the start makes those that are wanted."""
    for name, questions in [
        (form.key, form.stored_questions),
        *((row_table_name(form.key, question.name), question.columns_asked()) for question in form.row_questions),
    ]:
        columns = {column.name: column for question in questions for column in answer_columns(question, name)}
        columns.pop("id", None)
        yield Table(name, MetaData(), Column("id", Integer, primary_key=True), *columns.values())
