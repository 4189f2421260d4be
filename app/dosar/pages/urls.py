"""The addresses of records, and the numbers in them: only those a record can have.

A page names dozens of addresses; ``url_for`` would take longer than the page's statements.
"""

from collections.abc import Callable, Mapping
from functools import cache, lru_cache
from typing import Any
from urllib.parse import parse_qs, urlencode

from flask import Flask, current_app, request, url_for
from werkzeug.routing import IntegerConverter, Map, Rule

from dosar.fields.links import LARGEST_ID
from dosar.records.unsaved.drafts import DraftPlace

MAX_DIGITS = len(str(LARGEST_ID))


class RecordNumberConverter(IntegerConverter):
    """A number no database column could hold names no record: the address does not exist."""

    def __init__(self, map: Map, *arguments: Any, **options: Any) -> None:
        super().__init__(map, *arguments, **{"max": LARGEST_ID, **options})


class LazyRule(Rule):
    """An address whose making is compiled when it is made first: a start has hundreds, and its first page a dozen."""

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        compile_builder = super()._compile_builder
        compiled = cache(lambda: compile_builder(append_unknown))
        return lambda rule, /, **values: compiled()(rule, **values)


def install_addresses(app: Flask) -> None:
    """Let ``<int:record_id>`` in every address mean such a number, and have them ready in less time."""
    app.url_map.converters["int"] = RecordNumberConverter
    app.url_rule_class = LazyRule


def parse_record_number(text: str) -> int:
    """The number of a record in the query of an address; 0, which no record has, for one too large."""
    number = int(text[: MAX_DIGITS + 1])
    return number if 0 < number <= LARGEST_ID else 0


def record_url(form: str, record_id: int | None) -> str:
    """Where a record is shown."""
    return f"/records/{form}/{record_id}"


def case_list_url(form: str, case_id: int) -> str:
    """Where the records of a form in one case are listed."""
    return f"/records/{form}?case={case_id}"


def new_sheet_url(form: str, case_id: int | None, back: str = "") -> str:
    """Where a sheet of a form is begun, for a case or for none; ``back`` is where it leads when it is saved."""
    asked = [f"case={case_id}"] if case_id else []
    asked += [next_query(back)] if back else []
    return f"/records/{form}/new?{'&'.join(asked)}" if asked else f"/records/{form}/new"


@lru_cache(maxsize=64)
def next_query(back: str) -> str:
    """What says in an address where it leads in the end: the same for every line of a page."""
    return urlencode({"next": back})


def sheet_page_url(place: DraftPlace, face: str = "") -> str:
    """The page of a sheet that is filled in: a new one, or a record's."""
    if not place.record_id:
        arguments = {"case": place.case_id, "face": face}
        page = f"/records/{place.form}/new"
    else:
        arguments = {"face": face}
        page = f"{record_url(place.form, place.record_id)}/edit" + (f"/{place.step}" if place.step else "")
    query = urlencode({name: value for name, value in arguments.items() if value})
    return f"{page}?{query}" if query else page


def page_url(endpoint: str, query: Mapping[str, object], /, **address: Any) -> str:
    """The address of a page, with parameters that were read from another address or belong to a form.

    They do not go through ``url_for``: it would take some of their names (``_external``, ``_scheme``) for orders.
    """
    page = url_for(endpoint, **address)
    more = urlencode({name: value for name, value in query.items() if value is not None and name not in address})
    return f"{page}{'&' if '?' in page else '?'}{more}" if more else page


def requested_place() -> DraftPlace:
    """The page of a sheet that this request is for."""
    named = request.view_args or {}
    case_id = 0 if "record_id" in named else request.args.get("case", 0, type=parse_record_number)
    return DraftPlace(str(named["form"]), case_id, named.get("record_id", 0), named.get("step", 0))


def place_at(address: str) -> DraftPlace:
    """The page of a sheet at this address, which was asked for once."""
    path, _, query = address.partition("?")
    named = current_app.url_map.bind("").match(path, method="POST")[1]
    case = parse_qs(query).get("case", ["0"])[0]
    case_id = parse_record_number(case) if case.isdecimal() and "record_id" not in named else 0
    return DraftPlace(str(named["form"]), case_id, named.get("record_id", 0), named.get("step", 0))


def draft_url(place: DraftPlace, face: str) -> str:
    """Where what stands on a page is kept while somebody types."""
    arguments = {"case": place.case_id, "record": place.record_id, "step": place.step, "face": face}
    return f"/drafts/{place.form}?{urlencode({name: value for name, value in arguments.items() if value})}"
