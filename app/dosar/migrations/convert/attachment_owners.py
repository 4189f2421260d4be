"""Files of a database in which no file knew its record: each is given the record and the question it answers.

Done once, by the upgrade that adds the columns; from then on a file gets its record when its sheet is saved.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from sqlalchemy import ColumnClause, Connection, Integer, column, inspect, select, table, update

from dosar.database.system_tables import attachment_table, history_table
from dosar.language.form import Form
from dosar.records.history.renamed_questions import read_renamed_questions, retell_changes

FileQuestions = Mapping[str, Collection[str]]
"""Form → the questions answered with a file."""
FileOwner = tuple[str, str, int]
"""Form, question, record."""


def assign_files(connection: Connection, forms: Iterable[Form], aside: str) -> None:
    """Every file belongs to the record whose answer it is, or was: answers of today go before those of the history.

    ``forms`` are those that run and that ever ran. Answers of columns that were put aside (``aside`` is in
    their name) count too. What nothing names came with a sheet that was never saved.
    """
    file_questions: dict[str, set[str]] = {}
    for form in forms:
        file_questions.setdefault(form.key, set()).update(
            question.name for question in form.questions.values() if question.attached
        )
    for owners in (_files_in_answers(connection, file_questions, aside), _files_in_history(connection, file_questions)):
        for number, (key, question, record_id) in owners:
            connection.execute(
                update(attachment_table)
                .where(attachment_table.c.id == number, attachment_table.c.record_id.is_(None))
                .values(form=key, question=question, record_id=record_id)
            )


def _files_in_answers(
    connection: Connection, file_questions: FileQuestions, aside: str
) -> Iterator[tuple[int, FileOwner]]:
    """The files that are answers, of deleted records too."""
    inspector = inspect(connection)
    for form in sorted(filter(inspector.has_table, file_questions)):
        for name in [described["name"] for described in inspector.get_columns(form)]:
            question = name.partition(aside)[0]
            if question in file_questions[form]:
                found = _file_column(connection, form, name)
                yield from ((number, (form, question, record_id)) for record_id, number in found)


def _file_column(connection: Connection, form: str, name: str) -> list[tuple[int, int]]:
    number: ColumnClause[int] = column(name, Integer)
    record_id: ColumnClause[int] = column("id", Integer)
    found = select(record_id, number).select_from(table(form)).where(number.is_not(None)).order_by(record_id)
    return [(row[0], row[1]) for row in connection.execute(found)]


def _files_in_history(connection: Connection, file_questions: FileQuestions) -> Iterator[tuple[int, FileOwner]]:
    """The files that the history tells were answers once, under the name their question has today."""
    turns = read_renamed_questions(connection)
    entries = select(
        history_table.c.id, history_table.c.form, history_table.c.record_id, history_table.c.changes
    ).order_by(history_table.c.id)
    keys = sorted(form for form, questions in file_questions.items() if questions)
    for row in connection.execute(entries.where(history_table.c.form.in_(keys))).all():
        for name, pair in retell_changes(row.changes, row.id, row.form, turns).items():
            for number in _files_in_change(pair) if name in file_questions[row.form] else ():
                yield number, (row.form, name, row.record_id)


def _files_in_change(pair: Any) -> Iterator[int]:
    yield from (value for value in pair if isinstance(value, int))
