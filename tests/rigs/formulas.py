"""``python -m tests.rigs.formulas [how many]``: odd texts in exported files, looked through for a live formula.

Each is read back with both separators, whichever it was written with: a worker's spreadsheet may expect the other.
"""

import csv
import re
import sys
import time
from collections.abc import Iterator, Sequence
from io import BytesIO, StringIO

from hypothesis import HealthCheck, given, settings
from hypothesis.strategies import SearchStrategy, lists, one_of, sampled_from, text
from openpyxl import load_workbook

from dosar.exchange.spreadsheets import csv_file, xlsx_file

SIGNS = "=+-@\t\r\n '\"<&>;,|!aĂț1\x00\x1f\x85\u200b\u2028\ufeff＝－﹢−"
ATTACKS = ("=1+1", "+1", "-2+3", "@SUM(A1)", "=cmd|'/C calc'!A0", '"=1+1&"', ";=1", ",=1", "\n=1;", "\r\n-1,")
LIVE = re.compile(r"[\s\"\x00-\x1f\xad\u200b-\u200f\u2060\ufeff]*[=+\-@＝＋－＠﹦﹢﹣﹫−]")
SEPARATORS = ",;\t"
COLUMNS, ROWS = 5, 10


def odd_texts() -> SearchStrategy[str]:
    """Texts that look for a way to be computed."""
    pieces = one_of(text(SIGNS, max_size=6), sampled_from(ATTACKS), text(max_size=5))
    return lists(pieces, max_size=4).map("".join)


def read_csv(contents: bytes, separator: str) -> list[list[str]]:
    """The cells that a program with this separator sees."""
    written = contents.decode("utf-8-sig")
    return list(csv.reader(StringIO(written, newline=""), delimiter=separator))


def live_formulas(rows: Sequence[Sequence[str]]) -> list[str]:
    """The cells that a program would compute, of files made of these texts."""
    return [*_live_in_csv(rows), *_live_in_workbook(rows)]


def _live_in_csv(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    for written in ",;":
        contents = csv_file(rows[0], rows, written)
        for separator in SEPARATORS:
            yield from (cell for row in read_csv(contents, separator) for cell in row if LIVE.match(cell))


def _live_in_workbook(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    sheet = load_workbook(BytesIO(xlsx_file(rows[0], rows, "case"))).active
    assert sheet is not None
    yield from (str(cell.value) for row in sheet.iter_rows() for cell in row if cell.data_type not in "sn")


def main(wanted: int) -> int:
    """Try this many texts; says how many were tried, and fails at the first live formula."""
    tried = 0
    row = lists(odd_texts(), min_size=COLUMNS, max_size=COLUMNS)

    @settings(max_examples=-(-wanted // (COLUMNS * ROWS)), deadline=None, suppress_health_check=list(HealthCheck))
    @given(lists(row, min_size=ROWS, max_size=ROWS))
    def look(rows: list[list[str]]) -> None:
        nonlocal tried
        tried += COLUMNS * ROWS
        assert live_formulas(rows) == []

    began = time.monotonic()
    look()
    print(f"{tried} texts, 0 live formulas, {time.monotonic() - began:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000))
