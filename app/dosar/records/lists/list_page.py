"""One page of a list: at most three statements, whatever its rows and columns; or all of it, to take along."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from dosar.language.form import Form
from dosar.language.question import ReadingContext
from dosar.language.text.translations import LANGUAGES
from dosar.records.finding.search import may_be_misspelled, search_words
from dosar.records.lists.list_columns import cells_with_case, list_columns, make_cells, read_rows
from dosar.records.lists.list_query import MAX_COUNTED, ListQuery, count_records, ordered_ids
from dosar.records.repository import Repository

LIST_PAGE_SIZE = 25
IDS_AT_ONCE = 500
"""So many records are read together where a whole list is."""


@dataclass(frozen=True)
class ListPage:
    """The rows of one page as texts, ready to draw."""

    ids: list[int]
    cells: list[list[str]]
    first: int
    more: bool
    count: int | None
    """How many there are in all; ``None`` for more than a thousand."""
    waiting: frozenset[int] = frozenset()
    """Those of the records that wait for acceptance."""


def list_page(
    repository: Repository,
    known: Mapping[str, Form],
    key: str,
    list_query: ListQuery,
    reading: ReadingContext,
    with_case: bool = True,
    size: int = LIST_PAGE_SIZE,
) -> ListPage:
    """The page of form ``key`` that ``list_query`` asks for; ``known`` are the forms as the reader knows them.

    The ids come first, off an index, and then the page's rows with what they point to.
    """
    form, record_class = known[key], repository.record_class(key)
    start = (max(1, min(list_query.page, 10**6)) - 1) * size
    read = _search_page if search_words(list_query.words) and start + size <= MAX_COUNTED else _find_page
    found = read(repository, form, list_query, start, size, reading.language)
    columns = list_columns(repository, form, known, reading, with_case and list_query.case_id is None, list_query)
    rows = read_rows(repository, record_class, found.ids, columns)
    waiting = frozenset(row[0] for row in rows if row[1])
    cells = cells_with_case(repository, known, rows, columns, make_cells(rows, columns, "text"))
    return ListPage(found.ids, cells, start + 1, found.more, found.count, waiting)


@dataclass(frozen=True)
class _FoundRecords:
    """The records of a page, whether there are more, and how many in all."""

    ids: list[int]
    more: bool
    count: int | None


def _find_page(
    repository: Repository, form: Form, list_query: ListQuery, start: int, size: int, language: str
) -> _FoundRecords:
    """Read off an index, and counted apart."""
    ids = ordered_ids(repository, form, list_query, language, size + 1, start)
    more = len(ids) > size
    is_last = not more and (ids or not start)
    return _FoundRecords(ids[:size], more, start + len(ids) if is_last else count_records(repository, form, list_query))


def _search_page(
    repository: Repository, form: Form, list_query: ListQuery, start: int, size: int, language: str
) -> _FoundRecords:
    """Counted while they are read: to search a second time would take as long again."""
    every = _search_forgivingly(
        list_query, lambda list_query: ordered_ids(repository, form, list_query, language, MAX_COUNTED + 1)
    )
    count = len(every) if len(every) <= MAX_COUNTED else None
    return _FoundRecords(every[start : start + size], len(every) > start + size, count)


def _search_forgivingly(list_query: ListQuery, read: Callable[[ListQuery], list[int]]) -> list[int]:
    """What is found; where that is nothing, what is found by nearly the same words."""
    found = read(list_query)
    if not found and not list_query.forgiving and may_be_misspelled(list_query.words):
        return read(replace(list_query, forgiving=True))
    return found


def list_record_ids(
    repository: Repository,
    known: Mapping[str, Form],
    key: str,
    list_query: ListQuery,
    most: int,
    language: str = LANGUAGES[0],
) -> list[int]:
    """The records of the whole list in its order, at most so many."""
    form = known[key]
    return _search_forgivingly(list_query, lambda list_query: ordered_ids(repository, form, list_query, language, most))


def list_answers(
    repository: Repository,
    known: Mapping[str, Form],
    key: str,
    list_query: ListQuery,
    reading: ReadingContext,
    ids: Sequence[int],
) -> Iterator[tuple[bool, list[Any]]]:
    """Whether each of these records waits for acceptance, and the answers that the list shows of it; before them
    the title of the case.

    A link is given by the words its record is called by.
    """
    record_class = repository.record_class(key)
    columns = list_columns(repository, known[key], known, reading, list_query.case_id is None, list_query)
    for begin in range(0, len(ids), IDS_AT_ONCE):
        rows = read_rows(repository, record_class, ids[begin : begin + IDS_AT_ONCE], columns)
        waiting = [bool(row[1]) for row in rows]
        cells = cells_with_case(repository, known, rows, columns, make_cells(rows, columns, "answer"))
        yield from zip(waiting, cells, strict=True)
