"""A list as a file: real dates and numbers, and no word of it ever computed."""

import tempfile
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis.strategies import lists
from openpyxl import load_workbook

import dosar.fields  # noqa: F401 - tells the language its kinds of question
from dosar.exchange.spreadsheets import CellWriter, ExportColumn, csv_file, escape_formula, xlsx_file
from dosar.fields.money import Money
from dosar.language.form import Form
from dosar.language.question import Question, ReadingContext, Unknown
from tests.rigs.formulas import live_formulas, odd_texts, read_csv

TODAY = date(2026, 11, 22)
ROMANIAN = ReadingContext("ro", TODAY)
LABEL = {"en": "Question", "ro": "Întrebare"}
FORMULAS = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "=cmd|'/C calc'!A0",
    "  =1+1",
    "＝1+1",
    '=HYPERLINK("http://x","y")',
]


def question(kind: str, **options: Any) -> Question:
    asked = {"type": kind, "name": "asked", "label": LABEL, **options}
    form = Form.model_validate({"form": "f", "title": LABEL, "sections": [{"title": LABEL, "questions": [asked]}]})
    return form.questions["asked"]


def column(kind: str, **options: Any) -> ExportColumn:
    return ExportColumn("Întrebare", question(kind, **options), "Valuta")


def opened(contents: bytes) -> Any:
    return load_workbook(BytesIO(contents)).active


CHOICES = [
    {"code": "food", "label": {"en": "Food", "ro": "Alimente"}},
    {"code": "rent", "label": {"en": "Rent", "ro": "Chirie"}},
]


@pytest.mark.parametrize(
    ("asked", "answer", "cells"),
    [
        (column("date"), date(2026, 3, 1), [date(2026, 3, 1)]),
        (column("partial_date"), "1998-03-27", [date(1998, 3, 27)]),
        (column("partial_date"), "1998-03", ["martie 1998"]),
        (column("integer"), 7, [7]),
        (column("integer"), 0, [0]),
        (column("decimal"), Decimal("2.50"), [Decimal("2.50")]),
        (column("money"), Money(Decimal("150.00"), "MDL"), [Decimal("150.00"), "MDL"]),
        (column("money"), None, [None, None]),
        (column("yes_no"), True, ["Da"]),
        (column("select_one", choices=CHOICES), "food", ["Alimente"]),
        (column("text", unknown=True), Unknown.DONT_KNOW, ["Nu știu"]),
        (column("personal_number"), "0123456789012", ["0123456789012"]),
        (ExportColumn("Caz"), "D-2026-0001 · Pop Ana", ["D-2026-0001 · Pop Ana"]),
    ],
)
def test_answers_become_what_a_spreadsheet_reckons_with(asked: ExportColumn, answer: Any, cells: list[Any]) -> None:
    assert CellWriter(ROMANIAN).cells(asked, answer) == cells


def test_for_analysis_choices_are_their_codes() -> None:
    writing = CellWriter(ROMANIAN, as_codes=True)
    assert writing.cells(column("select_one", choices=CHOICES), "food") == ["food"]
    assert writing.cells(column("select_multiple", choices=CHOICES), ["food", "rent"]) == ["food rent"]
    assert writing.cells(column("text", unknown=True), Unknown.REFUSED) == ["refused"]


@pytest.mark.parametrize("text", FORMULAS)
def test_no_cell_is_ever_a_formula(text: str) -> None:
    sheet = opened(xlsx_file([text], [[text]], "case"))
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} == {"s"}
    for separator in ",;":
        cells = [cell for row in read_csv(csv_file([text], [[text]], separator), separator) for cell in row]
        assert all(cell.startswith("'") for cell in cells)


@pytest.mark.parametrize("text", ["Pop-Ionescu", "D-2026-0001", "a=b", "O'Neill", "", "ana@example.org"])
def test_ordinary_words_stay_as_they_are(text: str) -> None:
    assert escape_formula(text) == text


def test_a_workbook_holds_dates_and_numbers() -> None:
    rows = [[date(2026, 3, 1), 7, Decimal("2.5"), None, "\x01ceva\x0b", "#N/A"]]
    sheet = opened(xlsx_file(["Data", "Copii", "Ore", "Gol", "Text", "Altul"], rows, "visit_report"))
    day, *others = [cell.value for cell in sheet[2]]
    assert day == datetime(2026, 3, 1)
    assert others == [7, 2.5, None, "ceva", "#N/A"]
    assert sheet.freeze_panes == "A2"
    assert sheet.title == "visit_report"


def test_a_day_that_spreadsheets_count_differently_is_text() -> None:
    sheet = opened(xlsx_file(["Data"], [[date(1899, 12, 31)], [datetime(1850, 1, 1, 9, 30)]], "case"))
    assert [sheet["A2"].value, sheet["A3"].value] == ["1899-12-31", "1850-01-01T09:30:00"]


def test_heads_stay_and_rows_are_filtered() -> None:
    sheet = opened(xlsx_file(["Nume", "Ore"], [["un nume destul de lung", 1], ["Ana", 2]], "case"))
    assert sheet.auto_filter.ref == "A1:B3"
    assert sheet["A1"].font.bold and not sheet["A2"].font.bold
    assert sheet.column_dimensions["A"].width > sheet.column_dimensions["B"].width


def test_romanian_excel_gets_semicolons_and_decimal_commas() -> None:
    rows = [[date(2026, 3, 1), Decimal("2.50"), "Țîrcă; Ion"]]
    assert csv_file(["Data"], rows, ";").startswith(b"\xef\xbb\xbf")
    assert read_csv(csv_file(["a", "b", "c"], rows, ";"), ";")[1] == ["2026-03-01", "2,50", "Țîrcă; Ion"]
    assert read_csv(csv_file(["a", "b", "c"], rows, ","), ",")[1] == ["2026-03-01", "2.50", "Țîrcă; Ion"]


@pytest.mark.parametrize("text", ["x;=1+1", "x,=1+1", 'x;"=1+1&"', "x\n=1+1;y", "x|\u200b@SUM(A1)", "a\t -1"])
def test_under_another_separator_no_formula_begins_inside_a_text(text: str) -> None:
    assert live_formulas([["a", text, "b"]]) == []


@given(lists(lists(odd_texts(), min_size=3, max_size=3), min_size=1, max_size=4))
@settings(max_examples=150, deadline=None, derandomize=True, database=None)
def test_of_odd_words_none_is_a_formula(rows: list[list[str]]) -> None:
    assert live_formulas(rows) == []


def test_texts_stand_in_quotes_and_numbers_do_not() -> None:
    written = csv_file(["a", "b"], [['zise "da"', Decimal("-2.50")], [None, -7]], ";").decode("utf-8-sig")
    assert written == '"a";"b"\r\n"zise ""da""";-2,50\r\n;-7\r\n'


def test_a_workbook_says_of_what_looks_like_a_formula_that_it_is_text() -> None:
    sheet = opened(xlsx_file(["a", "b"], [["=1+1", "Ana"]], "case"))
    assert [sheet[2][0].value, sheet[2][0].quotePrefix, sheet[2][1].quotePrefix] == ["=1+1", True, False]


def test_a_sheet_without_records_has_its_heads() -> None:
    assert [cell.value for cell in opened(xlsx_file(["Nume", "<b>&"], [], "case"))[1]] == ["Nume", "<b>&"]


def test_nothing_lies_in_a_temporary_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "missing"))
    assert opened(xlsx_file(["Nume"], [["Țîrcă"]], "case"))["A2"].value == "Țîrcă"


def test_a_text_too_long_for_a_cell_says_where_the_rest_is() -> None:
    longest, longer = "ș" * 32_767, "ț" * 40_000
    cells = opened(xlsx_file(["a", "b"], [[longest, longer]], "f", "[Restul este în Dosar.]"))[2]
    assert cells[0].value == longest
    assert cells[1].value.endswith("țț [Restul este în Dosar.]") and len(cells[1].value) == 32_767
    assert read_csv(csv_file(["a"], [[longer]], ";"), ";") == [["a"], [longer]]
