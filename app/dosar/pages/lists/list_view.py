"""The page of a form's list: what it shows, and the addresses its heads and pager lead to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from flask import request, url_for
from flask_babel import format_decimal, gettext

from dosar.language.form import CASE_FORM, USER_LINK, Form
from dosar.language.question import Question
from dosar.language.text.texts import text_in_language
from dosar.pages.cases.find import remembered_search
from dosar.pages.context import PageContext, find_or_404, page_context
from dosar.pages.input.asked_days import AskedDay, asked_day, shown_day
from dosar.pages.rendering.question_view import MANY_FILTER_OPTIONS, ListFilter, PageOption, SearchBox
from dosar.pages.restricted import restriction_notices
from dosar.pages.urls import page_url, parse_record_number
from dosar.records.lists.filters import NO_ANSWER, THIS_MONTH, join_span, linked_records, parse_span
from dosar.records.lists.list_columns import shown_columns, shows_case_column
from dosar.records.lists.list_page import ListPage, list_page
from dosar.records.lists.list_query import MAX_COUNTED, ListQuery, is_list_sortable
from dosar.records.lists.saved_lists import OwnLists, own_lists
from dosar.records.lists.totals import TotalLine, list_totals

MAX_LIST_PAGE = 10**6
SPAN_ENDS = ("from", "to")


@dataclass(slots=True)
class ColumnHead:
    """The head of a column."""

    label: str
    sort_url: str = ""
    sorted: str = ""
    numeric: bool = False


@dataclass(slots=True)
class ListLine:
    """One record of the list."""

    url: str
    cells: list[str]
    is_waiting: bool = False
    """Whether the record waits for acceptance: it is in no sum."""


@dataclass(slots=True)
class SavedListLink:
    """A list saved under a name: where it leads, and where it is deleted."""

    name: str
    url: str
    forget_url: str
    current: bool


@dataclass(slots=True)
class ListTools:
    """What the reader may do with the list as a whole."""

    columns_url: str
    saved: list[SavedListLink]
    save_url: str
    """Where the filters and the order are saved; empty while there is nothing to save."""
    export_url: str
    ledger_url: str = ""
    """Where all lines of the case stand as on the paper, to be printed and signed."""


@dataclass(slots=True)
class ListPager:
    """Where this page stands, and the addresses around it."""

    label: str
    first: str = ""
    previous: str = ""
    next: str = ""


@dataclass(slots=True)
class RunningTotal:
    """A running total."""

    label: str
    lines: list[Any]


@dataclass(slots=True)
class RunningTotalLine:
    """One line of a running total."""

    by: str
    amounts: str
    kind: str = "group"
    """``group``, ``total`` or ``waiting``."""


def list_context(context: PageContext, form: Form) -> dict[str, Any]:
    """Everything ``list.html`` draws, in at most six statements."""
    own_list = own_lists(context.repository, context.worker.id, form.key)
    list_query = requested_list_query(form, own_list.columns)
    case = find_or_404(context.case, list_query.case_id) if list_query.case_id is not None and form.belongs_to else None
    found = list_page(context.repository, context.seen_forms(), form.key, list_query, context.reading)
    language = context.reading.language
    restricted = restriction_notices(context, case.id, form.key) if case is not None else []
    new_url = ""
    if context.worker.may("enter", form.key) and not restricted:
        new_url = url_for("RecordPages.new", form=form.key, case=list_query.case_id)
    return {
        "title": text_in_language(form.plural or form.title, language),
        "form_title": text_in_language(form.plural or form.title, language),
        "case": context.case_head(case),
        "restricted": restricted,
        "columns": _column_heads(context, form, list_query),
        "rows": _list_lines(form, found),
        "filters": _list_filters(context, form, list_query),
        "search": _search_box(form, list_query),
        "pager": _list_pager(found, list_query),
        "new_url": new_url,
        "new_label": gettext("Add"),
        "empty": _empty_list_text(list_query),
        "tools": _list_tools(context, form, list_query, own_list),
        "totals": running_totals(context, form, list_query),
        "to_sign": [text_in_language(signature.label, language) for signature in form.signatures if signature.each_row],
    }


def ledger_division(form: Form) -> str:
    """The question whose answers divide the ledger of a case: the one its first running total is kept by."""
    return next((total.by[0] for total in form.totals[:1] if form.belongs_to and len(total.by) == 1), "")


def requested_list_query(form: Form, columns: tuple[str, ...] = ()) -> ListQuery:
    """What the address asks of the list, and what the session keeps as its search."""
    arguments = request.args
    return ListQuery(
        sort=arguments.get("sort", ""),
        filters={name: asked_filter for name in form.filters if (asked_filter := requested_filter(name))},
        today=page_context().reading.today,
        words=remembered_search(form.key),
        page=min(max(arguments.get("page", 1, type=int), 1), MAX_LIST_PAGE),
        case_id=arguments.get("case", type=parse_record_number),
        columns=columns,
    )


def requested_filter(name: str) -> str:
    """What the address asks of a filter: an answer, or the days between its two boxes."""
    first, last = (asked_day(f"{name}.{end}").day for end in SPAN_ENDS)
    return join_span(first, last) or request.args.get(name, "")


def _changed_address(**changed: Any) -> str:
    """This list with other wishes; pages begin anew."""
    arguments = {**request.args.to_dict(), "page": None, **changed}
    return "?" + urlencode({name: value for name, value in arguments.items() if value not in (None, "")})


def _column_heads(context: PageContext, form: Form, list_query: ListQuery) -> list[ColumnHead]:
    with_case = shows_case_column(context.seen_forms(), form, list_query)
    heads = (
        [ColumnHead(text_in_language(context.forms[CASE_FORM].title, context.reading.language))] if with_case else []
    )
    return heads + [
        _column_head(form, name, list_query, context.reading.language) for name in shown_columns(form, list_query)
    ]


def _column_head(form: Form, name: str, list_query: ListQuery, language: str) -> ColumnHead:
    question = form.questions[name]
    current = list_query.sort or (form.sort[0] if form.sort else "")
    is_sorted = "" if current.removeprefix("-") != name else "desc" if current.startswith("-") else "asc"
    other_way = f"-{name}" if is_sorted == "asc" else name
    return ColumnHead(
        text_in_language(question.label, language),
        _changed_address(sort=other_way) if is_list_sortable(form, name) else "",
        is_sorted,
        question.summable,
    )


def _list_lines(form: Form, found: ListPage) -> list[ListLine]:
    start = "/cases/" if form.key == CASE_FORM else f"/records/{form.key}/"
    return [
        ListLine(f"{start}{record_id}", cells, record_id in found.waiting)
        for record_id, cells in zip(found.ids, found.cells, strict=True)
    ]


def _list_filters(context: PageContext, form: Form, list_query: ListQuery) -> list[ListFilter]:
    records = linked_records(context.repository, context.seen_forms(), form, context.reading, list_query.case_id)
    return [
        _list_filter(context, form.questions[name], list_query.filters.get(name, ""), records.get(name))
        for name in form.filters
        if not form.questions[name].link_target() or name in records
    ]


def _list_filter(
    context: PageContext, question: Question, asked_filter: str, records: Sequence[tuple[int, str]] | None
) -> ListFilter:
    language, by_day = context.reading.language, question.whole_day
    offered = [(str(number), label) for number, label in records or ()] or [
        (choice.code, text_in_language(choice.label, language))
        for choice in question.in_order(question.choices_to_filter_by(), language)
    ]
    offered = [(THIS_MONTH, gettext("This month"))] if by_day else offered
    every = [*offered, (NO_ANSWER, gettext("No answer"))]
    return ListFilter(
        question.name,
        text_in_language(question.label, language),
        [PageOption(code, label, code == asked_filter) for code, label in every],
        gettext("Everybody") if question.link_target() == USER_LINK else gettext("All"),
        bool(records) and len(offered) > MANY_FILTER_OPTIONS,
        _day_boxes(question.name, asked_filter, context.reading.today) if by_day else None,
    )


def _day_boxes(name: str, asked_filter: str, today: date) -> tuple[AskedDay, AskedDay]:
    """What stands in the two boxes of a span: the days asked for, or what was typed and is no day."""
    try:
        days = parse_span(asked_filter, today) if asked_filter != THIS_MONTH else (None, None)
    except ValueError:
        days = (None, None)
    first, last = (
        shown_day(f"{name}.{end}", day) if day else asked_day(f"{name}.{end}")
        for end, day in zip(SPAN_ENDS, days, strict=True)
    )
    return first, last


def _search_box(form: Form, list_query: ListQuery) -> SearchBox | None:
    if not any(question.search for question in form.questions.values()):
        return None
    action = url_for("RecordPages.search", form=form.key, case=list_query.case_id)
    return SearchBox(action, list_query.words, gettext("Search in this list"))


def _list_pager(found: ListPage, list_query: ListQuery) -> ListPager | None:
    if list_query.page == 1 and not found.more:
        return None
    last = found.first + len(found.ids) - 1
    span = f"{format_decimal(found.first)}–{format_decimal(last)}"
    every = format_decimal(MAX_COUNTED if found.count is None else found.count)
    if found.count is None:
        every = gettext("more than %(num)s", num=every)
    return ListPager(
        gettext("%(span)s of %(every)s", span=span, every=every),
        first=_changed_address() if list_query.page > 2 else "",
        previous=_changed_address(page=list_query.page - 1) if list_query.page > 1 else "",
        next=_changed_address(page=list_query.page + 1) if found.more else "",
    )


def _list_tools(context: PageContext, form: Form, list_query: ListQuery, own_list: OwnLists) -> ListTools:
    query = {**request.args.to_dict(), "page": None}
    return ListTools(
        page_url("ListPages.columns", query, form=form.key),
        _saved_list_links(form, list_query, own_list),
        page_url("ListPages.save", query, form=form.key) if list_query.filters or list_query.sort else "",
        page_url("ExportPages.export", query, form=form.key) if context.worker.may("export", form.key) else "",
        url_for("LedgerPages.ledger", form=form.key, case=list_query.case_id)
        if list_query.case_id and ledger_division(form)
        else "",
    )


def _saved_list_links(form: Form, list_query: ListQuery, own_list: OwnLists) -> list[SavedListLink]:
    return [
        SavedListLink(
            saved_list.name,
            page_url("RecordPages.list", {**saved_list.filters, "sort": saved_list.sort or None}, form=form.key),
            url_for("ListPages.forget", form=form.key, list_id=saved_list.id),
            (saved_list.filters, saved_list.sort) == (dict(list_query.filters), list_query.sort),
        )
        for saved_list in own_list.saved
    ]


def _empty_list_text(list_query: ListQuery) -> str:
    if list_query.page > 1:
        return gettext("The list does not reach this far. Go back to its first page.")
    if list_query.words or list_query.filters:
        return gettext("Nothing fits. Try fewer letters of the word, or clear the filters.")
    return gettext("Nothing has been entered here yet.")


def running_totals(context: PageContext, form: Form, list_query: ListQuery) -> list[RunningTotal]:
    """The running totals of what is wished for, as they are drawn."""
    return [
        RunningTotal(
            text_in_language(total.label or form.questions[total.sum].label, context.reading.language),
            running_total_lines(lines),
        )
        for _, total, lines in list_totals(
            context.repository, context.seen_forms(), {form.key: list_query}, context.reading
        )
    ]


def running_total_lines(lines: list[TotalLine]) -> list[RunningTotalLine]:
    """The lines of a running total as they are drawn."""
    return [RunningTotalLine(_total_line_label(line), line.amount, line.kind) for line in lines]


def _total_line_label(line: TotalLine) -> str:
    if line.kind == "waiting":
        return gettext("Waits for acceptance, not counted")
    return " · ".join(total_group_label(text) for text in line.by) if line.kind == "group" else gettext("Total")


def total_group_label(text: str | None) -> str:
    """What a group is called whose records have this answer in common."""
    return gettext("(no answer)") if text is None else text or gettext("(not for you to see)")
