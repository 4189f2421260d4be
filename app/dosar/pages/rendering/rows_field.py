"""A table of rows as a field of WTForms: each row is a form, each cell a field."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

from wtforms.form import BaseForm

from dosar.filing.texts import BLANK_ROW, row_indexes
from dosar.language.answers.settling import plain_answers
from dosar.language.answers.validation import AnswerPath
from dosar.language.question import Answer, Answers, Question
from dosar.language.text.texts import text_in_language
from dosar.pages.rendering.question_field import QuestionField, ReadOnlyField, column_heads
from dosar.pages.rendering.question_view import PageColumn, PagePart
from dosar.pages.rendering.sheet_meta import SheetMeta


class CellField(QuestionField):
    """A question in a row."""

    in_row = True
    table: Question
    row_place: AnswerPath

    def __init__(self, question: Question, *, _form: "RowForm", **bound: Any) -> None:
        super().__init__(question, _form=_form, **bound)
        self.table, self.row_place = _form.table, _form.where

    @property
    def look(self) -> str:
        """In a row there is less room."""
        return self.question.cell_look

    @property
    def where(self) -> AnswerPath:
        """Its table, the place of its row, its column."""
        return (*self.row_place, self.short_name)

    @property
    def names_on_page(self) -> frozenset[str]:
        """What its rules may ask about in the browser: the columns beside it too."""
        return self.meta.names_in_rows(self.table)


class RowForm(BaseForm):
    """One row of a table: its boxes are called ``family.3.name``, and ``family.3.id`` says which row it is."""

    meta: SheetMeta

    def __init__(self, rows: "RowsField", table: Question, index: str, position: str, id: str = "") -> None:
        super().__init__((), f"{rows.name}.{index}.", rows.meta)  # type: ignore[no-untyped-call]
        self.table = rows.question
        self.index = index
        self.where = (rows.name, position)
        """Its place among the rows of the answer; the blank row has none."""
        self.id = id
        """The number of the kept row; empty for a new one."""
        self.answers: Answers = {}
        for column in table.columns_asked():
            if not column.retired:
                self._fields[column.name] = CellField(column, name=column.name, _form=self, _prefix=self._prefix)

    def settle(self, answers: Answers) -> None:
        """Take the answers of the row as they would be kept."""
        self.answers = answers
        for name, field in self._fields.items():
            rule = field.question.show_if
            field.data = answers.get(name)
            field.is_shown = rule is None or rule.value(self._plain_answers, self.meta.reading.today) is True

    @cached_property
    def _plain_answers(self) -> Mapping[str, Any]:
        """What rules see of the row and around it."""
        columns = self.meta.full_form.questions[self.table.name].columns_asked()
        return {**self.meta.plain_answers, **plain_answers(columns, self.answers)}


class RowsField(QuestionField):
    """A table whose rows are filled in here."""

    holds_rows = True
    entries: Sequence[RowForm] = ()

    @cached_property
    def data(self) -> Answer:
        """The rows that were posted, as filing reads them."""
        return self.question.read_rows(self.meta.texts, self.meta.cells.read).rows or None  # type: ignore[attr-defined]

    def process(self, formdata: Any, data: Answer = None, extra_filters: Any = None) -> None:
        """A form for each row that was posted, or for each row of the answer."""
        self.object_data = self.data = data
        if formdata is None:
            self.entries = [
                self._filled_row(str(index), position, str(row.get("id") or ""), None, row)
                for index, (position, row) in enumerate(enumerate(data or (), len(self._fixed)))
            ]
        else:
            del self.data
            self.entries = [
                self._filled_row(index, position, formdata.get(f"{self.name}.{index}.id", ""), formdata, {})
                for position, index in enumerate(row_indexes(self.name, self.meta.texts), len(self._fixed))
            ]

    def _filled_row(self, index: str, position: int, id: str, formdata: Any, answers: Answers) -> RowForm:
        row = RowForm(self, self._table_at(position - len(self._fixed)), index, str(position), id)
        row.process(formdata, data=answers)
        return row

    def _table_at(self, position: int) -> Question:
        """The table as that part of the paper asks it which the row stands in."""
        if not self.question.parts:
            return self.question
        row_there = (self.data or ())[position : position + 1]
        table: Question = self.question.parts[self.question.part_of(row_there[0] if row_there else {})].table
        return table

    @property
    def _fixed(self) -> Sequence[Answers]:
        return self.meta.fixed.get(self.name, ())

    def settle(self, answer: Answer) -> None:
        """The rows, each with its answers; where there are none yet, the fewest there may be."""
        self.data = answer
        if not self.entries:
            self.entries = [
                self._new_row(self.question, str(index), str(index))
                for index in range(len(self._fixed), self.question.fewest_rows)
            ]
        by_position = dict(enumerate(answer or ()))
        for position, row in enumerate(self.entries, len(self._fixed)):
            row.settle(by_position.get(position, {}))

    def _new_row(self, table: Question, index: str, position: str = "") -> RowForm:
        """A row that begins with what new ones begin with."""
        row = RowForm(self, table, index, position)
        row.process(
            data={
                column.name: self.meta.cells.default(column) for column in table.columns_asked() if column.has_default
            }
        )
        row.settle({})
        return row

    def validate(self, form: Any, extra_validators: Sequence[Any] = ()) -> bool:
        """Say what was found in the rows and of the table itself."""
        rows_are_right = all([row.validate() for row in self.entries])
        return bool(super().validate(form, extra_validators)) and rows_are_right  # type: ignore[no-untyped-call]

    # --- what its macro draws --------------------------------------------------------------------

    @cached_property
    def columns(self) -> list[PageColumn]:
        """The heads of the columns."""
        return column_heads(self.question, self.meta.language)

    @cached_property
    def read_rows(self) -> list[list[str]]:
        """The rows that nobody changes any more."""
        return [self.cells_read(row) for row in self._fixed]

    @cached_property
    def blank(self) -> RowForm:
        """The empty row the browser copies."""
        return self._new_row(self.question, BLANK_ROW)

    @property
    def max_rows(self) -> int:
        """How many rows there is room for beside those."""
        return max(self.question.most_rows - len(self._fixed), 0)

    @property
    def only_added(self) -> bool:
        """Rows of the table that are kept stay as they are."""
        return self.question.only_added

    @property
    def parts(self) -> list[PagePart]:
        """The tables that this paper has the rows in; none where it has one."""
        return [self._part(place, part) for place, part in enumerate(self.question.parts)]

    def _part(self, place: int, part: Any) -> PagePart:
        by_position = dict(enumerate(self.data or ()))
        in_part = [self.question.part_of(by_position.get(position, {})) == place for position in range(self._drawn)]
        return PagePart(
            place,
            text_in_language(part.title, self.meta.language),
            self.name,
            f"{self.id}-{place}" if place else self.id,
            self.columns,
            [row for row, is_here in zip(self.entries, in_part[len(self._fixed) :], strict=True) if is_here],
            [cells for cells, is_here in zip(self.read_rows, in_part, strict=False) if is_here],
            self._new_row(part.table, BLANK_ROW),
            self.max_rows,
            self.only_added,
        )

    @property
    def _drawn(self) -> int:
        return len(self._fixed) + len(self.entries)

    def blank_key(self) -> None:
        """Rows are drawn anew; their cells may be blank."""
        return


class ReadOnlyRowsField(ReadOnlyField):
    """A table that only others fill in."""

    look = "rows_read"

    @cached_property
    def columns(self) -> list[PageColumn]:
        """The heads of the columns."""
        return column_heads(self.question, self.meta.language)

    @property
    def read_rows(self) -> list[list[str]]:
        """The cells of its rows."""
        return [self.cells_read(row) for row in self.data or ()]
