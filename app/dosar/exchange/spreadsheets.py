"""A list as a file for a spreadsheet: .xlsx with real dates and numbers, or .csv.

Whatever a person once typed stays text: no cell of it is ever a formula. Everything is made in memory;
a temporary file would be a copy in clear beside the encrypted database.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO
from itertools import chain
from typing import TYPE_CHECKING, Any

from dosar.language.question import Question, ReadingContext, Unknown
from dosar.records.titles import show_answer

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.worksheet import Worksheet

XLSX_MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FORMULA_SIGNS = "=+\\-@＝＋－＠﹦﹢﹣﹫−"
"""What spreadsheets take for a formula's beginning; the wide and small forms count too."""
CELL_BREAKS = ";,\t|\r\n\x0b\x0c\x85\u2028\u2029"
"""Where some program, told another separator, lets a new cell begin inside a text, even one in quotes."""
SKIPPED_CHARACTERS = r"[\s\"'\xad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]*"
"""What programs leave out before they look for a formula, or what nobody sees."""
FORMULA_BEGINNING = re.compile(rf"(?:^|(?<=[{CELL_BREAKS}]))(?={SKIPPED_CHARACTERS}[{FORMULA_SIGNS}])|^(?=[\t\r\n])")
INVALID_CELL_CHARACTERS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
UTF8_BOM = "\ufeff"
EXCEL_DATE_FORMATS = {date: "dd.mm.yyyy", datetime: "dd.mm.yyyy hh:mm"}
NARROW_COLUMN_WIDTH, WIDE_COLUMN_WIDTH = 14, 28
MAX_WORKSHEET_NAME = 31
MAX_CELL_CHARACTERS = 32_767
"""What a cell of a workbook holds; a .csv has no such limit."""
FIRST_WORKSHEET_DAY = "1900-03-01"
"""Spreadsheets do not agree about the days before; such a one is text."""
IN_MEMORY = {
    "in_memory": True,
    # what looks like a formula, an address or a number is what a person typed
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}

CellValue = str | int | float | Decimal | date | datetime | None


@dataclass(frozen=True)
class ExportColumn:
    """One column of the list; a question of money takes two of the file's."""

    head: str
    question: Question | None = None
    """None for words that are not an answer: the title of the case."""
    currency_head: str = ""

    @property
    def is_money(self) -> bool:
        return self.question is not None and self.question.in_currencies

    def heads(self) -> list[str]:
        return [self.head, self.currency_head] if self.is_money else [self.head]


@dataclass(frozen=True)
class CellWriter:
    """How answers become cells: in whose language, with the words of a choice or its code."""

    reading: ReadingContext
    as_codes: bool = False

    def cells(self, column: ExportColumn, answer: Any) -> list[CellValue]:
        """The cells of one answer."""
        cell = self._cell(column.question, answer)
        if column.question is None or not column.is_money:
            return [cell]
        is_given = answer is not None and not isinstance(answer, Unknown)
        return [cell, column.question.currency(answer) if is_given else None]

    def _cell(self, question: Question | None, answer: Any) -> CellValue:
        if question is None or answer is None or question.link_target() is not None or question.attached:
            return answer or None
        if isinstance(answer, Unknown):
            return answer.value if self.as_codes else show_answer(question, answer, self.reading)
        exact = question.exact(answer)
        if exact is not None:
            return exact
        if self.as_codes and question.chosen:
            return question.coded_text(answer)
        return show_answer(question, answer, self.reading)

    def row(self, columns: Sequence[ExportColumn], answers: Sequence[Any]) -> list[CellValue]:
        """The cells of one record."""
        return [cell for column, answer in zip(columns, answers, strict=True) for cell in self.cells(column, answer)]


def escape_formula(text: str) -> str:
    """The text as a cell of a .csv that no spreadsheet computes: an apostrophe before what looks like a formula.

    Also inside: read with another separator, ``x;=1+1`` is two cells.
    """
    return FORMULA_BEGINNING.sub("'", text)


def csv_file(heads: Sequence[str], rows: Iterable[Sequence[CellValue]], separator: str) -> bytes:
    """A .csv, with the mark by which Excel knows UTF-8; every text stands in quotes, numbers and days do not.

    Where lines are cut by semicolons, numbers have a decimal comma: both belong to a Romanian Excel.
    """
    comma = separator == ";"
    lines = (separator.join(_csv_text(cell, comma) for cell in cells) for cells in chain([heads], rows))
    return (UTF8_BOM + "".join(f"{line}\r\n" for line in lines)).encode()


def _csv_text(cell: CellValue, comma: bool) -> str:
    if cell is None:
        return ""
    if isinstance(cell, str):
        text = escape_formula(_cell_text(cell)).replace('"', '""')
        return f'"{text}"'
    if isinstance(cell, datetime):
        return cell.isoformat(" ", "minutes")
    if isinstance(cell, (Decimal, float)) and comma:
        return str(cell).replace(".", ",")
    return str(cell)


def xlsx_file(heads: Sequence[str], rows: Iterable[Sequence[CellValue]], name: str, cut_note: str = "…") -> bytes:
    """A workbook with one worksheet: heads that stay in sight, dates and numbers as such, all else as text.

    A text too long for a cell ends with ``cut_note``, which says where the rest is.
    """
    from xlsxwriter import Workbook  # takes a while to come

    out = BytesIO()
    with Workbook(out, IN_MEMORY) as book:
        book.set_properties({"author": "Dosar"})
        worksheet = book.add_worksheet(name[:MAX_WORKSHEET_NAME])
        worksheet.freeze_panes(1, 0)
        worksheet.write_row(0, 0, map(_cell_text, heads), book.add_format({"bold": True}))
        last = _write_rows(worksheet, rows, _CellWriters(book, worksheet, cut_note), len(heads))
        worksheet.autofilter(0, 0, last, len(heads) - 1)
    return out.getvalue()


class _CellWriters(dict[type, Callable[[int, int, Any], object]]):
    """How a value of each kind is written at a row and a column."""

    def __init__(self, book: "Workbook", worksheet: "Worksheet", cut_note: str) -> None:
        self.worksheet = worksheet
        self.cut_note = cut_note
        self.plain_text = book.add_format({"quote_prefix": True})
        self.formats = {kind: book.add_format({"num_format": shown}) for kind, shown in EXCEL_DATE_FORMATS.items()}
        super().__init__({str: self._text, **dict.fromkeys((int, float, Decimal), worksheet.write_number)})
        self.update(dict.fromkeys(EXCEL_DATE_FORMATS, self._date))

    def __missing__(self, kind: type) -> Callable[[int, int, Any], object]:
        """A kind that is made from another one is written like it."""
        return next(self[base] for base in kind.__mro__[1:] if base in self)

    def _text(self, row: int, column: int, value: str) -> None:
        """Of what looks like a formula the workbook says that it is text, also when somebody edits the cell."""
        text = _cut_text(_cell_text(value), self.cut_note)
        self.worksheet.write_string(row, column, text, self.plain_text if FORMULA_BEGINNING.search(text) else None)

    def _date(self, row: int, column: int, value: date) -> None:
        if value.isoformat() < FIRST_WORKSHEET_DAY:
            self._text(row, column, value.isoformat())
        else:
            self.worksheet.write_datetime(row, column, value, self.formats[type(value)])


def _write_rows(worksheet: "Worksheet", rows: Iterable[Sequence[CellValue]], writers: _CellWriters, width: int) -> int:
    """Write the rows below the heads, each column as wide as its texts ask; returns the number of the last one."""
    wide: set[int] = set()
    number = 0
    for number, row in enumerate(rows, 1):
        for column, value in enumerate(row):
            if value is not None:
                writers[type(value)](number, column, value)
                if isinstance(value, str) and len(value) > NARROW_COLUMN_WIDTH:
                    wide.add(column)
    for column in range(width):
        worksheet.set_column(column, column, WIDE_COLUMN_WIDTH if column in wide else NARROW_COLUMN_WIDTH)
    return number


def _cell_text(text: str) -> str:
    return INVALID_CELL_CHARACTERS.sub("", text)


def _cut_text(text: str, cut_note: str) -> str:
    """The text as a cell takes it; where it ends too early, it says so."""
    if len(text) <= MAX_CELL_CHARACTERS:
        return text
    return f"{text[: MAX_CELL_CHARACTERS - len(cut_note) - 1]} {cut_note}"
