"""What lies in the tables of the forms that stand: how many records and answers a change of a form concerns."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from functools import cached_property
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, Integer, MetaData, Table, func, inspect, select

from dosar.database.form_tables import row_table_name
from dosar.database.sealing.answer_columns import readable_columns
from dosar.language.form import Form
from dosar.language.question import Answer, Question, ReadingContext
from dosar.language.text.translations import LANGUAGES

ANSWERS_BATCH = 500
ANY_READER = ReadingContext(LANGUAGES[0], date(2100, 12, 30))
"""Whose hands the answers are tried in: late enough that nothing kept lies in the future."""


class AnswerCounts:
    """The answers that are kept, asked about by the forms as their columns stand."""

    def __init__(self, connection: Connection, deployed: Mapping[str, Form]) -> None:
        self.connection, self.deployed = connection, deployed
        self._counts: dict[Any, int] = {}

    @cached_property
    def _tables(self) -> set[str]:
        return {*inspect(self.connection).get_table_names()}

    def records(self, form: str) -> int:
        """How many records the form has, those in the recycle bin too."""
        return self._counted(form, Table(form, MetaData(), _id_column()))

    def without(self, form: str, name: str) -> int:
        """How many records have nothing in this column."""
        table = Table(form, MetaData(), _id_column(), Column(name, Integer))
        return self._counted(form, table, table.c[name].is_(None))

    def answered(self, form: str, rows_of: str, question: Question) -> int:
        """How many answers the question has, on sheets or in rows."""
        if question.columns_asked():
            return self.count_records_with_rows(form, question)
        table = self._table(form, rows_of, [question])
        given = [column.is_not(None) for column in list(table.c)[1:]]
        return self._counted(table.name, table, _any_condition(given)) if given else 0

    def count_records_with_rows(self, form: str, question: Question) -> int:
        """How many records have rows in this table."""
        name = row_table_name(form, question.name)
        if name not in self._tables:
            return 0
        table = Table(name, MetaData(), Column("record_id", Integer))
        found = self.connection.scalar(select(func.count(table.c.record_id.distinct())))
        return found or 0

    def count_longer_tables(self, form: str, question: Question, most: int) -> int:
        """How many records have more rows than that in this table."""
        name = row_table_name(form, question.name)
        if name not in self._tables:
            return 0
        table = Table(name, MetaData(), Column("record_id", Integer))
        of_record = select(table.c.record_id).group_by(table.c.record_id).having(func.count() > most).subquery()
        return self.connection.scalar(select(func.count()).select_from(of_record)) or 0

    def count_records_of_both(self, form: str, first: Question, second: Question) -> int:
        """How many records have rows in both tables."""
        names = [row_table_name(form, table_question.name) for table_question in (first, second)]
        if not {*names} <= self._tables:
            return 0
        first_rows, second_rows = (Table(name, MetaData(), Column("record_id", Integer)) for name in names)
        found = select(func.count(first_rows.c.record_id.distinct())).where(
            first_rows.c.record_id.in_(select(second_rows.c.record_id))
        )
        return self.connection.scalar(found) or 0

    def count_answered_both(self, form: str, rows_of: str, first: Question, second: Question) -> int:
        """How many sheets or rows answer both questions."""
        table = self._table(form, rows_of, [first, second])
        conditions = [
            _any_condition([table.c[name].is_not(None) for name in question.column_names()])
            for question in (first, second)
        ]
        return self._counted(table.name, table, conditions[0] & conditions[1])

    def unfit(self, form: str, rows_of: str, question: Question, now: Question) -> int | None:
        """How many answers a question with other limits would not accept; nothing where it cannot be told."""
        if now.columns_asked():
            return self.count_longer_tables(form, question, now.most_rows)
        if now.computed and not now.is_wider_than(question):
            return self.answered(form, rows_of, question)
        can_be_read_again = not (now.link_target() or now.attached or now.computed or now.chosen or now.issued)
        if not can_be_read_again or not now.column_types():
            return None
        if _limits_of_kind(now) == _limits_of_kind(question):
            return 0
        return self.count(form, rows_of, question, lambda answer: not now.is_accepted(answer, ANY_READER))

    def answers(self, form: str, rows_of: str, question: Question) -> Iterator[Answer]:
        """Every answer that was given, batch by batch."""
        table = self._table(form, rows_of, [question])
        if table.name not in self._tables or len(table.c) == 1:
            return
        last = 0
        while True:
            query = select(table).where(
                table.c.id > last, _any_condition([column.is_not(None) for column in list(table.c)[1:]])
            )
            rows = list(self.connection.execute(query.order_by(table.c.id).limit(ANSWERS_BATCH)).mappings())
            yield from (question.restore_answer(dict(row)) for row in rows)
            if len(rows) < ANSWERS_BATCH:
                return
            last = rows[-1]["id"]

    def count(self, form: str, rows_of: str, question: Question, is_meant: Callable[[Answer], bool]) -> int:
        """How many of the answers are such."""
        return sum(is_meant(answer) for answer in self.answers(form, rows_of, question))

    def _table(self, form: str, rows_of: str, questions: Sequence[Question]) -> Table:
        name = row_table_name(form, rows_of) if rows_of else form
        return Table(
            name, MetaData(), _id_column(), *[column for question in questions for column in readable_columns(question)]
        )

    def _counted(self, name: str, table: Table, condition: ColumnElement[bool] | None = None) -> int:
        if name not in self._tables:
            return 0
        key = (name, None if condition is None else str(condition))
        if key not in self._counts:
            query = select(func.count()).select_from(table)
            self._counts[key] = self.connection.scalar(query if condition is None else query.where(condition)) or 0
        return self._counts[key]


def _id_column() -> Column[int]:
    return Column("id", Integer, primary_key=True)


def _any_condition(conditions: Sequence[ColumnElement[bool]]) -> ColumnElement[bool]:
    found = conditions[0]
    for condition in conditions[1:]:
        found |= condition
    return found


def _limits_of_kind(question: Question) -> dict[str, Any]:
    """What only questions of its kind have."""
    return {name: getattr(question, name) for name in type(question).model_fields if name not in Question.model_fields}
