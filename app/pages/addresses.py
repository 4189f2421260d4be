"""The addresses of records, and the numbers in them: only those a record can have.

A page names dozens of addresses; ``url_for`` would take longer than the page's statements.
"""

from typing import Any

from flask import Flask
from werkzeug.routing import IntegerConverter, Map

LARGEST = 2**31 - 1


class RecordNumber(IntegerConverter):
    """A number no database column could hold names no record: the address does not exist."""

    def __init__(self, map: Map, *arguments: Any, **options: Any) -> None:
        super().__init__(map, *arguments, **{"max": LARGEST, **options})


def expect_record_numbers(app: Flask) -> None:
    """Let ``<int:record_id>`` in every address mean such a number."""
    app.url_map.converters["int"] = RecordNumber


def record_number(text: str) -> int:
    """The number of a record in the query of an address; 0, which no record has, for one too large."""
    number = int(text)
    return number if 0 < number <= LARGEST else 0


def record_url(form: str, record_id: int | None) -> str:
    """Where a record is shown."""
    return f"/records/{form}/{record_id}"


def list_url(form: str, case_id: int) -> str:
    """Where the records of a form in one case are listed."""
    return f"/records/{form}?case={case_id}"


def new_url(form: str, case_id: int) -> str:
    """Where a sheet of a form is begun for a case."""
    return f"/records/{form}/new?case={case_id}"
