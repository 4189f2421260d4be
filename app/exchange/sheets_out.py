"""A list as a file for a spreadsheet: .xlsx with real dates and numbers, or .csv.

Whatever a person once typed stays text: no cell of it is ever a formula. Everything is made in memory;
a temporary file would be a copy in clear beside the encrypted database.
"""

import csv
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO, StringIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

from openpyxl import Workbook
from openpyxl.cell.cell import Cell
from openpyxl.drawing.spreadsheet_drawing import SpreadsheetDrawing
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet._writer import WorksheetWriter
from openpyxl.writer.excel import ExcelWriter

from app.fields.money import Money
from app.language.question import Question, Reading, Unknown
from app.records.labels import shown

BEGINS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What spreadsheets take for a formula's beginning; the wide forms count too."""
NOT_IN_A_SHEET = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
BOM = "\ufeff"
DATE_FORMAT = {date: "dd.mm.yyyy", datetime: "dd.mm.yyyy hh:mm"}
NARROW, WIDE = 14, 28

Value = str | int | float | Decimal | date | datetime | None


@dataclass(frozen=True)
class Column:
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
class Writing:
    """How answers become cells: in whose language, with the words of a choice or its code."""

    reading: Reading
    as_codes: bool = False

    def cells(self, column: Column, answer: Any) -> list[Value]:
        """The cells of one answer."""
        if column.is_money and isinstance(answer, Money):
            return [answer.amount, answer.currency]
        cell = self._cell(column.question, answer)
        return [cell, None] if column.is_money else [cell]

    def _cell(self, question: Question | None, answer: Any) -> Value:
        if question is None or answer is None or question.link_target() is not None:
            return answer or None
        if isinstance(answer, Unknown):
            return answer.value if self.as_codes else shown(question, answer, self.reading)
        if isinstance(answer, (date, datetime)):
            return answer
        if isinstance(answer, (int, Decimal)) and not isinstance(answer, bool):
            return answer
        if question.value_type == "date" and isinstance(answer, str) and len(answer) == len("2026-11-22"):
            return date.fromisoformat(answer)
        if self.as_codes and question.chosen:
            return " ".join(answer) if isinstance(answer, list) else str(question.as_json(answer))
        return shown(question, answer, self.reading)

    def row(self, columns: Sequence[Column], answers: Sequence[Any]) -> list[Value]:
        """The cells of one record."""
        return [cell for column, answer in zip(columns, answers, strict=True) for cell in self.cells(column, answer)]


def harmless(text: str) -> str:
    """The text as a cell of a .csv that no spreadsheet computes: an apostrophe before what looks like a formula."""
    return f"'{text}" if text.lstrip(" ").startswith(BEGINS_A_FORMULA) or text.startswith(BEGINS_A_FORMULA) else text


def csv_file(heads: Sequence[str], rows: Iterable[Sequence[Value]], separator: str) -> bytes:
    """A .csv, with the mark by which Excel knows UTF-8.

    Where lines are cut by semicolons, numbers have a decimal comma: both belong to a Romanian Excel.
    """
    comma = separator == ";"
    buffer = StringIO()
    writer = csv.writer(buffer, delimiter=separator, lineterminator="\r\n")
    buffer.write(BOM)
    writer.writerow([harmless(head) for head in heads])
    for row in rows:
        writer.writerow([_csv_text(cell, comma) for cell in row])
    return buffer.getvalue().encode()


def _csv_text(cell: Value, comma: bool) -> str:
    if cell is None:
        return ""
    if isinstance(cell, str):
        return harmless(NOT_IN_A_SHEET.sub("", cell))
    if isinstance(cell, datetime):
        return cell.isoformat(" ", "minutes")
    if isinstance(cell, (Decimal, float)) and comma:
        return str(cell).replace(".", ",")
    return str(cell)


def xlsx_file(heads: Sequence[str], rows: Iterable[Sequence[Value]], name: str) -> bytes:
    """A workbook with one sheet: heads that stay in sight, dates and numbers as such, all else as text."""
    book = Workbook()
    book.properties.creator = "Dosar"
    sheet = book.active
    sheet.title = name[:31]
    sheet.append([_text_cell(sheet, head, Font(bold=True)) for head in heads])
    wide: set[int] = set()
    for row in rows:
        sheet.append([_xlsx_cell(sheet, cell) for cell in row])
        wide.update(place for place, cell in enumerate(row) if isinstance(cell, str) and len(cell) > NARROW)
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = sheet.dimensions
    for place in range(len(heads)):
        sheet.column_dimensions[get_column_letter(place + 1)].width = WIDE if place in wide else NARROW
    return _zipped(book)


def _xlsx_cell(sheet: Any, value: Value) -> Any:
    if value is None:
        return None
    if isinstance(value, str):
        return _text_cell(sheet, value)
    cell = Cell(sheet, row=1, column=1, value=value)
    if type(value) in DATE_FORMAT:
        cell.number_format = DATE_FORMAT[type(value)]
    return cell


def _text_cell(sheet: Any, text: str, font: Font | None = None) -> Cell:
    cell = Cell(sheet, row=1, column=1, value=NOT_IN_A_SHEET.sub("", text))
    cell.data_type = "s"  # whatever it begins with, it is no formula and no error
    if font is not None:
        cell.font = font
    return cell


def _zipped(book: Workbook) -> bytes:
    out = BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as archive:
        _InMemory(book, archive).write_data()
    return out.getvalue()


class _InMemory(ExcelWriter):  # type: ignore[misc]
    """Writes a workbook without openpyxl's temporary file."""

    def write_worksheet(self, ws: Any) -> None:
        ws._drawing = SpreadsheetDrawing()
        writer = WorksheetWriter(ws, BytesIO())
        writer.write()
        ws._rels = writer._rels
        self._archive.writestr(ws.path[1:], writer.out.getvalue())
        self.manifest.append(ws)
