"""A list as a file for a spreadsheet: .xlsx with real dates and numbers, or .csv.

Whatever a person once typed stays text: no cell of it is ever a formula. Everything is made in memory;
a temporary file would be a copy in clear beside the encrypted database.
"""

import csv
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO, StringIO
from itertools import repeat
from typing import Any
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZipFile

from openpyxl import Workbook
from openpyxl.cell.cell import Cell
from openpyxl.drawing.spreadsheet_drawing import SpreadsheetDrawing
from openpyxl.packaging.relationship import RelationshipList
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from openpyxl.utils.datetime import to_excel
from openpyxl.writer.excel import ExcelWriter
from openpyxl.xml.constants import SHEET_MAIN_NS

from dosar.language.question import Question, ReadingContext, Unknown
from dosar.records.titles import show_answer

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What spreadsheets take for a formula's beginning; the wide forms count too."""
INVALID_SHEET_CHARACTERS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
UTF8_BOM = "\ufeff"
EXCEL_DATE_FORMATS = {date: "dd.mm.yyyy", datetime: "dd.mm.yyyy hh:mm"}
NARROW_COLUMN_WIDTH, WIDE_COLUMN_WIDTH = 14, 28
FROZEN_HEADS_XML = (
    '<sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" '
    'state="frozen"/></sheetView></sheetViews>'
)

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
    """The text as a cell of a .csv that no spreadsheet computes: an apostrophe before what looks like a formula."""
    return f"'{text}" if text.lstrip(" ").startswith(FORMULA_STARTS) or text.startswith(FORMULA_STARTS) else text


def csv_file(heads: Sequence[str], rows: Iterable[Sequence[CellValue]], separator: str) -> bytes:
    """A .csv, with the mark by which Excel knows UTF-8.

    Where lines are cut by semicolons, numbers have a decimal comma: both belong to a Romanian Excel.
    """
    comma = separator == ";"
    buffer = StringIO()
    writer = csv.writer(buffer, delimiter=separator, lineterminator="\r\n")
    buffer.write(UTF8_BOM)
    writer.writerow([escape_formula(head) for head in heads])
    for row in rows:
        writer.writerow([_csv_text(cell, comma) for cell in row])
    return buffer.getvalue().encode()


def _csv_text(cell: CellValue, comma: bool) -> str:
    if cell is None:
        return ""
    if isinstance(cell, str):
        return escape_formula(INVALID_SHEET_CHARACTERS.sub("", cell))
    if isinstance(cell, datetime):
        return cell.isoformat(" ", "minutes")
    if isinstance(cell, (Decimal, float)) and comma:
        return str(cell).replace(".", ",")
    return str(cell)


def xlsx_file(heads: Sequence[str], rows: Iterable[Sequence[CellValue]], name: str) -> bytes:
    """A workbook with one sheet: heads that stay in sight, dates and numbers as such, all else as text."""
    book = Workbook()
    book.properties.creator = "Dosar"
    book.active.title = name[:31]
    out = BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as archive:
        _SingleSheetWriter(book, archive, _sheet_xml(heads, rows, _cell_styles(book.active))).write_data()
    return out.getvalue()


def _cell_styles(sheet: Any) -> dict[type, int]:
    """The number of a workbook's style for a kind of value; that of text is bold, for the heads."""
    cells = {kind: Cell(sheet, row=1, column=1) for kind in (str, *EXCEL_DATE_FORMATS)}
    cells[str].font = Font(bold=True)
    for kind, number_format in EXCEL_DATE_FORMATS.items():
        cells[kind].number_format = number_format
    return {kind: cell.style_id for kind, cell in cells.items()}


def _sheet_xml(heads: Sequence[str], rows: Iterable[Sequence[CellValue]], styles: Mapping[type, int]) -> str:
    """The sheet in SpreadsheetML: openpyxl's own cells take twenty times as long."""
    letters = [get_column_letter(place + 1) for place in range(len(heads))]
    wide: set[int] = set()
    lines = ["".join(_text_cell_xml(letter, 1, head, styles[str]) for letter, head in zip(letters, heads, strict=True))]
    for number, row in enumerate(rows, 2):
        lines.append("".join(map(_cell_xml, letters, repeat(number), row, repeat(styles))))
        wide.update(
            place for place, cell in enumerate(row) if isinstance(cell, str) and len(cell) > NARROW_COLUMN_WIDTH
        )
    widths = [WIDE_COLUMN_WIDTH if place in wide else NARROW_COLUMN_WIDTH for place in range(len(heads))]
    columns = "".join(
        f'<col min="{place}" max="{place}" width="{width}" customWidth="1"/>' for place, width in enumerate(widths, 1)
    )
    written = "".join(f'<row r="{number}">{cells}</row>' for number, cells in enumerate(lines, 1))
    return (
        f'<worksheet xmlns="{SHEET_MAIN_NS}">{FROZEN_HEADS_XML}<cols>{columns}</cols><sheetData>{written}</sheetData>'
        f'<autoFilter ref="A1:{letters[-1]}{len(lines)}"/></worksheet>'
    )


def _cell_xml(letter: str, number: int, value: CellValue, styles: Mapping[type, int]) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return _text_cell_xml(letter, number, value, 0)
    if isinstance(value, date):
        return f'<c r="{letter}{number}" s="{styles[type(value)]}"><v>{to_excel(value)}</v></c>'
    return f'<c r="{letter}{number}"><v>{value}</v></c>'


def _text_cell_xml(letter: str, number: int, text: str, style: int) -> str:
    """A cell that is text, whatever it begins with."""
    written = escape(INVALID_SHEET_CHARACTERS.sub("", text))
    return f'<c r="{letter}{number}" s="{style}" t="inlineStr"><is><t xml:space="preserve">{written}</t></is></c>'


class _SingleSheetWriter(ExcelWriter):  # type: ignore[misc]
    """Writes a workbook whose one sheet is written already, without openpyxl's temporary file."""

    def __init__(self, book: Workbook, archive: ZipFile, sheet: str) -> None:
        super().__init__(book, archive)
        self.sheet = sheet

    def write_worksheet(self, ws: Any) -> None:
        ws._drawing, ws._rels = SpreadsheetDrawing(), RelationshipList()
        self._archive.writestr(ws.path[1:], self.sheet)
        self.manifest.append(ws)
