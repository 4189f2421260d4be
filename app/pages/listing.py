"""The page of a form's list: what it shows, and the addresses its heads and pager lead to."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from flask import request, url_for
from flask_babel import format_decimal, gettext

from app.language.form import CASE, Form
from app.language.question import Question
from app.language.texts import say
from app.pages.addresses import record_number
from app.pages.asked import AskedOption, SearchBox
from app.pages.desk import Desk, desk, found_or_404
from app.pages.finding import searched
from app.records.filters import NO_ANSWER, THIS_MONTH, ends_of, linked, span
from app.records.lists import (
    MOST_COUNTED,
    ListPage,
    Wish,
    list_page,
    names_case,
    shown_columns,
    sortable,
)
from app.records.saved_lists import OwnLists, own_lists
from app.records.totals import TotalLine, totals

MOST_PAGES = 10**6
MANY = 20
"""Among more records than this one searches for the one meant."""


@dataclass(slots=True)
class Head:
    """The head of a column."""

    label: str
    sort_url: str = ""
    sorted: str = ""
    numeric: bool = False


@dataclass(slots=True)
class Line:
    """One record of the list."""

    url: str
    cells: list[str]
    is_waiting: bool = False
    """Whether the record waits for acceptance: it is in no sum."""


@dataclass(slots=True)
class Filter:
    """What narrows the list: some answers, or days."""

    name: str
    label: str
    options: list[AskedOption]
    is_long: bool = False
    """Whether there are so many that one searches among them."""
    days: tuple[str, str] | None = None
    """The first and the last day asked for, of a filter by days."""


@dataclass(slots=True)
class Saved:
    """A list saved under a name: where it leads, and where it is deleted."""

    name: str
    url: str
    forget_url: str
    current: bool


@dataclass(slots=True)
class Tools:
    """What the reader may do with the list as a whole."""

    columns_url: str
    saved: list[Saved]
    save_url: str
    """Where the filters and the order are saved; empty while there is nothing to save."""
    export_url: str
    ledger_url: str = ""
    """Where all lines of the case stand as on the paper, to be printed and signed."""


@dataclass(slots=True)
class Pager:
    """Where this page stands, and the addresses around it."""

    label: str
    first: str = ""
    previous: str = ""
    next: str = ""


@dataclass(slots=True)
class Sum:
    """A running total."""

    label: str
    lines: list[Any]


@dataclass(slots=True)
class SumLine:
    """One line of a running total."""

    by: str
    amounts: str
    kind: str = "group"
    """``group``, ``total`` or ``waiting``."""


def list_context(at: Desk, form: Form) -> dict[str, Any]:
    """Everything ``list.html`` draws, in at most six statements."""
    own = own_lists(at.cabinet, at.worker.id, form.key)
    wish = wish_of(form, own.columns)
    case = found_or_404(at.cabinet.case, wish.case_id) if wish.case_id is not None and form.belongs_to else None
    found = list_page(at.cabinet, at.seen_forms(), form.key, wish, at.reading)
    language = at.reading.language
    new_url = ""
    if at.worker.may("enter", form.key):
        new_url = url_for("RecordPages.new", form=form.key, case=wish.case_id)
    return {
        "title": say(form.plural or form.title, language), "form_title": say(form.plural or form.title, language),
        "case": at.case_head(case), "columns": _heads(at, form, wish), "rows": _lines(form, found),
        "filters": _filters(at, form, wish), "search": _search(form, wish), "pager": _pager(found, wish),
        "new_url": new_url, "new_label": gettext("Add"), "empty": _empty(wish), "tools": _tools(at, form, wish, own),
        "totals": running_totals(at, form, wish),
        "to_sign": [say(one.label, language) for one in form.signatures if one.each_row],
    }


def divided_by(form: Form) -> str:
    """The question whose answers divide the ledger of a case: the one its first running total is kept by."""
    return next((total.by[0] for total in form.totals[:1] if form.belongs_to and len(total.by) == 1), "")


def wish_of(form: Form, columns: tuple[str, ...] = ()) -> Wish:
    """What the address asks of the list, and what the session keeps as its search."""
    asked = request.args
    return Wish(
        sort=asked.get("sort", ""),
        filters={name: wanted for name in form.filters if (wanted := asked_of(name))},
        today=desk().reading.today,
        words=searched(form.key),
        page=min(max(asked.get("page", 1, type=int), 1), MOST_PAGES),
        case_id=asked.get("case", type=record_number),
        columns=columns,
    )


def asked_of(name: str) -> str:
    """What the address asks of a filter: an answer, or the days between its two boxes."""
    asked = request.args
    return span(asked.get(f"{name}.from", ""), asked.get(f"{name}.to", "")) or asked.get(name, "")


def _address(**changed: Any) -> str:
    """This list with other wishes; pages begin anew."""
    asked = {**request.args.to_dict(), "page": None, **changed}
    return "?" + urlencode({name: value for name, value in asked.items() if value not in (None, "")})


def _heads(at: Desk, form: Form, wish: Wish) -> list[Head]:
    with_case = names_case(at.seen_forms(), form, wish)
    heads = [Head(say(at.forms[CASE].title, at.reading.language))] if with_case else []
    return heads + [_head(form, name, wish, at.reading.language) for name in shown_columns(form, wish)]


def _head(form: Form, name: str, wish: Wish, language: str) -> Head:
    question = form.questions[name]
    current = wish.sort or (form.sort[0] if form.sort else "")
    is_sorted = "" if current.removeprefix("-") != name else "desc" if current.startswith("-") else "asc"
    other_way = f"-{name}" if is_sorted == "asc" else name
    return Head(
        say(question.label, language), _address(sort=other_way) if sortable(form, name) else "", is_sorted,
        question.summable,
    )


def _lines(form: Form, found: ListPage) -> list[Line]:
    start = "/cases/" if form.key == CASE else f"/records/{form.key}/"
    return [
        Line(f"{start}{one}", cells, one in found.waiting) for one, cells in zip(found.ids, found.cells, strict=True)
    ]


def _filters(at: Desk, form: Form, wish: Wish) -> list[Filter]:
    records = linked(at.cabinet, at.seen_forms(), form, at.reading, wish.case_id)
    return [
        _filter(at, form.questions[name], wish.filters.get(name, ""), records.get(name))
        for name in form.filters if not form.questions[name].link_target() or name in records
    ]


def _filter(at: Desk, question: Question, wanted: str, records: Sequence[tuple[int, str]] | None) -> Filter:
    language, by_day = at.reading.language, question.whole_day
    offered = [(str(number), label) for number, label in records or ()] or [
        (choice.code, say(choice.label, language))
        for choice in question.in_order(question.choices_to_filter_by(), language)
    ]
    offered = [(THIS_MONTH, gettext("This month"))] if by_day else offered
    every = [*offered, (NO_ANSWER, gettext("No answer"))]
    return Filter(
        question.name, say(question.label, language),
        [AskedOption(code, label, code == wanted) for code, label in every], bool(records) and len(offered) > MANY,
        ends_of(wanted) if by_day else None,
    )


def _search(form: Form, wish: Wish) -> SearchBox | None:
    if not any(question.search for question in form.questions.values()):
        return None
    action = url_for("RecordPages.search", form=form.key, case=wish.case_id)
    return SearchBox(action, wish.words, gettext("Search in this list"))


def _pager(found: ListPage, wish: Wish) -> Pager | None:
    if wish.page == 1 and not found.more:
        return None
    last = found.first + len(found.ids) - 1
    span = f"{format_decimal(found.first)}–{format_decimal(last)}"
    every = format_decimal(MOST_COUNTED if found.count is None else found.count)
    if found.count is None:
        every = gettext("more than %(num)s", num=every)
    return Pager(
        gettext("%(span)s of %(every)s", span=span, every=every),
        first=_address() if wish.page > 2 else "",
        previous=_address(page=wish.page - 1) if wish.page > 1 else "",
        next=_address(page=wish.page + 1) if found.more else "",
    )


def _tools(at: Desk, form: Form, wish: Wish, own: OwnLists) -> Tools:
    query = {**request.args.to_dict(), "form": form.key, "page": None}
    return Tools(
        url_for("ListPages.columns", **query), _saved(form, wish, own),
        url_for("ListPages.save", **query) if wish.filters or wish.sort else "",
        url_for("ExportPages.export", **query) if at.worker.may("export", form.key) else "",
        url_for("LedgerPages.ledger", form=form.key, case=wish.case_id) if wish.case_id and divided_by(form) else "",
    )


def _saved(form: Form, wish: Wish, own: OwnLists) -> list[Saved]:
    return [
        Saved(
            one.name, url_for("RecordPages.list", form=form.key, **{**one.filters, "sort": one.sort or None}),
            url_for("ListPages.forget", form=form.key, list_id=one.id),
            (one.filters, one.sort) == (dict(wish.filters), wish.sort),
        )
        for one in own.saved
    ]


def _empty(wish: Wish) -> str:
    if wish.page > 1:
        return gettext("The list does not reach this far. Go back to its first page.")
    if wish.words or wish.filters:
        return gettext("Nothing fits. Try fewer letters of the word, or clear the filters.")
    return gettext("Nothing has been entered here yet.")


def running_totals(at: Desk, form: Form, wish: Wish) -> list[Sum]:
    """The running totals of what is wished for, as they are drawn."""
    return [
        Sum(say(total.label or form.questions[total.sum].label, at.reading.language), sum_lines(lines))
        for _, total, lines in totals(at.cabinet, at.seen_forms(), {form.key: wish}, at.reading)
    ]


def sum_lines(lines: list[TotalLine]) -> list[SumLine]:
    """The lines of a running total as they are drawn."""
    return [SumLine(_sum_label(line), line.amount, line.kind) for line in lines]


def _sum_label(line: TotalLine) -> str:
    if line.kind == "waiting":
        return gettext("Waits for acceptance, not counted")
    return " · ".join(group_label(text) for text in line.by) if line.kind == "group" else gettext("Total")


def group_label(text: str | None) -> str:
    """What a group is called whose records have this answer in common."""
    return gettext("(no answer)") if text is None else text or gettext("(not for you to see)")
