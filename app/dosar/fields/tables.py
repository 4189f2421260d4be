"""A table on the paper: the same questions for each row, as many rows as needed."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Annotated, Any, ClassVar, Literal, NamedTuple, Self

from pydantic import Field, PrivateAttr, field_validator, model_validator

from dosar.language.answers.settling import plain_answers
from dosar.language.choices import Choice, FormerChoice
from dosar.language.question import Answer, Answers, Question, ReadingContext, Unknown
from dosar.language.question_options import Sensitivity
from dosar.language.row_parts import RowPart
from dosar.language.rules.expressions import Expression
from dosar.language.text.message import Mistake, msgid
from dosar.language.text.texts import Text
from dosar.language.text.translations import translated_word

ReadCell = Callable[[Question, Sequence[str]], Answer]
"""Reads what stands in a cell. Raises :class:`Mistake`."""
RowAnswers = Answers
"""The answers of one row by column, and its ``id``: ``None`` for a row not yet kept."""
ROWS_COUNT_TEXT = msgid("rows: %d")


class RowsRead(NamedTuple):
    """The rows a page posted."""

    rows: list[RowAnswers]
    mistakes: dict[tuple[str, str], Mistake]
    """What could not be read, by the row's index on the page and the column."""


class RowsPart(NamedTuple):
    """One of the tables that a paper has the rows in."""

    title: Text
    by: str
    choices: Sequence[str]
    table: "Table"
    """The table as this part asks it: with its own choices, and a new row that begins with one of them."""


class Table(Question):
    """The same questions in each row, as many rows as needed.

    The answer is a list of dicts, kept in a database table of its own.
    A rule of a column sees the answers of its row, and those of the sheet; where both have a name,
    the row's counts.
    """

    look: ClassVar[str] = "rows"
    value_type: ClassVar[str] = "rows"
    groupable: ClassVar[bool] = False
    sortable: ClassVar[bool] = False
    called_elsewhere: ClassVar[tuple[str, ...]] = ("repeat",)

    type: Literal["table"] = "table"
    questions: Annotated[list["AnyQuestion"], Field(alias="columns", min_length=1)]  # type: ignore[name-defined]  # noqa: F821 - told by dosar.fields
    """The questions of each row; a table cannot stand in a table, nor a code."""
    min_rows: Annotated[int, Field(ge=0)] = 0
    """The fewest rows, once there is one."""
    max_rows: Annotated[int, Field(ge=1, le=2000)] = 500
    """The most rows."""
    append_only: bool = False
    """Rows are only added: one that is kept is neither changed nor deleted."""
    carry_if: Expression | None = None
    """With ``carry``, a rule about a row: only the rows for which it is true are carried over."""
    _parts: tuple[RowsPart, ...] = PrivateAttr(())

    @field_validator("questions")
    @classmethod
    def _only_what_a_row_can_hold(cls, questions: list[Question]) -> list[Question]:
        if any(question.columns_asked() for question in questions):
            raise Mistake("A table cannot stand inside a table. Make it a form of its own.")
        if any(question.issued for question in questions):
            raise Mistake("A code is issued to a sheet, not to a row. Ask for it beside the table.")
        return questions

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.min_rows > self.max_rows:
            raise Mistake("The fewest rows (min_rows) are more than the most (max_rows); change one of them.")
        return self

    # what is kept lies in a table of its own, so the sheet has no column for it

    def column_types(self) -> dict[str, Any]:
        return {}

    def stored(self, answer: Answer) -> dict[str, Any]:
        return {}

    def columns_asked(self) -> Sequence[Question]:
        return self.questions

    @property
    def fewest_rows(self) -> int:
        return self.min_rows

    @property
    def most_rows(self) -> int:
        return self.max_rows

    def unnumbered(self, answer: Answer) -> Answer:
        return answer and [{**row, "id": None} for row in answer]

    def as_said(self, answer: Answer) -> Answer:
        columns = {column.name: column for column in self.questions}
        return [
            {name: plain for name, column in columns.items() if (plain := column.as_said(row.get(name))) is not None}
            for row in answer or ()
        ] or None

    @property
    def only_added(self) -> bool:
        return self.append_only

    def fixed_rows(self, answer: Answer) -> Sequence[RowAnswers]:
        return answer or () if self.append_only else ()

    def joined(self, answer: Answer, before: Answer) -> Answer:
        if not self.append_only:
            return answer
        fixed = self.fixed_rows(before)
        known = {row["id"] for row in fixed}
        return [*fixed, *({**row, "id": None} for row in answer or () if row.get("id") not in known)] or None

    def expressions(self) -> dict[str, Expression]:
        return {**super().expressions(), **({"carry_if": self.carry_if} if self.carry_if else {})}

    def carried(self, answer: Answer, today: date) -> Answer:
        """The rows that are still open, without what is asked of them again."""
        again = dict.fromkeys(column.name for column in self.questions if column.asked_again)
        return [{**row, **again} for row in answer or () if self._is_carried(row, today)] or None

    def _is_carried(self, row: RowAnswers, today: date) -> bool:
        return self.carry_if is None or self.carry_if.value(plain_answers(self.questions, row), today) is True

    def parse(self, texts: list[str], reading: ReadingContext) -> Answer:
        raise Mistake("Write the answers in the rows of the table.")

    def read_rows(self, posted: Mapping[str, Sequence[str]], read: ReadCell) -> RowsRead:
        """The rows among the texts a page posted, by name: ``family.3.name``, ``family.3.id``.

        They keep the order of the page; a new row with nothing in it is left out. ``read`` reads a cell.
        """
        rows: list[RowAnswers] = []
        mistakes: dict[tuple[str, str], Mistake] = {}
        for index in self.indexes(posted):
            row, wrong = self._read_row(posted, f"{self.name}.{index}.", read)
            mistakes |= {(index, column): mistake for column, mistake in wrong.items()}
            if wrong or row["id"] is not None or any(row[column.name] not in (None, []) for column in self.questions):
                rows.append(row)
        return RowsRead(rows, mistakes)

    def indexes(self, posted: Iterable[str]) -> list[str]:
        """The indexes of the rows a page posted, in its order."""
        name = re.compile(rf"{re.escape(self.name)}\.(\d{{1,6}})\.", re.ASCII)
        return list(dict.fromkeys(found[1] for key in posted if (found := name.match(key))))

    def _read_row(
        self,
        posted: Mapping[str, Sequence[str]],
        prefix: str,
        read: ReadCell,
    ) -> tuple[RowAnswers, dict[str, Mistake]]:
        known = "".join(posted.get(f"{prefix}id", ()))
        row: RowAnswers = {"id": int(known) if re.fullmatch(r"\d{1,9}", known, re.ASCII) else None}
        wrong: dict[str, Mistake] = {}
        for question in self.questions:
            try:
                row[question.name] = read(question, posted.get(f"{prefix}{question.name}", ()))
            except Mistake as mistake:
                row[question.name] = None
                wrong[question.name] = mistake
        return row, wrong

    def too_few_or_many(self, rows: Sequence[RowAnswers] | None) -> Mistake | None:
        """What is wrong with the number of rows, if anything."""
        count = len(rows or ())
        if count < self.min_rows:
            return Mistake("Fill in more rows: the table needs at least %(min)s.", min=self.min_rows)
        if count > self.max_rows:
            return Mistake("The table has room for at most %(max)s rows. Delete some.", max=self.max_rows)
        return None

    def value_to_json(self, answer: Answer) -> Any:
        return [{"id": row.get("id"), **self._row_as_json(row)} for row in answer]

    def value_from_json(self, value: Any) -> Answer:
        return [{"id": row.get("id"), **self._row_of_json(row)} for row in value]

    def _row_as_json(self, row: RowAnswers) -> dict[str, Any]:
        return {column.name: column.to_json(row.get(column.name)) for column in self.questions}

    def _row_of_json(self, row: Mapping[str, Any]) -> RowAnswers:
        return {column.name: column.from_json(row.get(column.name)) for column in self.questions}

    def plain(self, answer: Answer) -> Any:
        if not isinstance(answer, list):
            return None
        return [{column.name: column.plain(row.get(column.name)) for column in self.questions} for row in answer]

    def shown(self, answer: Answer, reading: ReadingContext) -> str:
        return translated_word(ROWS_COUNT_TEXT, reading.language) % len(answer)

    def words(self, answer: Answer) -> str:
        """The words of the columns that are searched."""
        searched = [question for question in self.questions if question.search]
        given = [(column, row[column.name]) for row in answer for column in searched if row.get(column.name)]
        return " ".join(column.words(answer) for column, answer in given if not isinstance(answer, Unknown))

    def with_columns(self, columns: Sequence[Question]) -> Self:
        return self.model_copy(update={"questions": list(columns)})

    @property
    def parts(self) -> Sequence[RowsPart]:
        return self._parts

    def in_parts(self, parts: Sequence[RowPart]) -> Self:
        """The rows in these tables; a reader who may not know the column that parts them has one."""
        known = {column.name for column in self.questions}
        divided = self.model_copy()
        divided._parts = (
            tuple(
                RowsPart(part.title, part.by, part.choices, self._rows_of_part(part, position))
                for position, part in enumerate(parts)
            )
            if {part.by for part in parts} <= known
            else ()
        )
        return divided

    def _rows_of_part(self, part: RowPart, position: int) -> Self:
        begins = {"default": part.choices[0]} if position else {}
        return self.with_columns(
            [
                column.offering_only(part.choices).model_copy(update=begins) if column.name == part.by else column
                for column in self.questions
            ]
        )

    def part_of(self, row: Mapping[str, Any]) -> int:
        """Which of its tables a row stands in."""
        return next((position for position, part in enumerate(self.parts) if row.get(part.by) in part.choices), 0)

    def with_choices(self, lists: Mapping[str, Sequence[Choice]]) -> Self:
        return self.with_columns([column.with_choices(lists) for column in self.questions])

    def recalling(self, former: Mapping[tuple[str, str], Sequence[FormerChoice]], rows_of: str = "") -> Self:
        return self.with_columns([column.recalling(former, self.name) for column in self.questions])

    def seen_with(self, clearances: frozenset[Sensitivity]) -> Self:
        return self.with_columns([column for column in self.questions if column.clearances <= clearances])

    def reversed(self, answer: Answer) -> Answer:
        return [{"id": None, **self._row_reversed(row)} for row in answer]

    def _row_reversed(self, row: RowAnswers) -> RowAnswers:
        return {
            question.name: given if given is None or isinstance(given, Unknown) else question.reversed(given)
            for question in self.questions
            for given in (row.get(question.name),)
        }

    def is_wider_than(self, older: Question) -> bool:
        """Whether it is a table too; its columns are compared one by one."""
        return isinstance(older, Table)
