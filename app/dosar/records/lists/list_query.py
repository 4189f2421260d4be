"""One page of a list: at most three statements, whatever its rows and columns; or all of it, to take along."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    bindparam,
    func,
    select,
)
from sqlalchemy.orm import aliased

from dosar.database.form_tables import Record, column_names, sort_order
from dosar.database.null_order import ascending_order, descending_order
from dosar.database.system_tables import attachment_table
from dosar.database.users import User
from dosar.fields.files import describe_file
from dosar.language.form import CASE_FORM, USER_LINK, Form
from dosar.language.identity_cache import IdentityKey
from dosar.language.question import Question, ReadingContext
from dosar.language.text.translations import LANGUAGES
from dosar.language.volatile_answers import day_bound_answers, day_bound_questions, recompute_answer, source_questions
from dosar.records.attachments import FILE_TARGET
from dosar.records.lists.filters import filter_condition
from dosar.records.repository import Repository
from dosar.records.search import may_be_misspelled, search_condition, search_words
from dosar.records.sheets.acceptance import is_accepted
from dosar.records.titles import (
    PERSON_COLUMNS,
    case_codes,
    deleted_title,
    person_name,
    show_answer,
    title_after_code,
    title_columns,
    title_of_record,
    title_questions,
)

LIST_PAGE_SIZE = 25
MAX_COUNTED = 1000
MAX_LIST_COLUMNS = 8
IDS_AT_ONCE = 500
"""So many records are read together where a whole list is."""


@dataclass(frozen=True)
class ListQuery:
    """What the reader wants to see of a list. Anything she may not know is quietly not done."""

    sort: str = ""
    """A question's name, with "-" for the other way round; empty for the form's own order."""
    filters: Mapping[str, str] = field(default_factory=dict)
    words: str = ""
    page: int = 1
    case_id: int | None = None
    deleted: bool = False
    columns: tuple[str, ...] = ()
    """The questions to show; empty for the form's own choice."""
    today: date = date.min
    """The day of the reader, for "this month"."""
    forgiving: bool = False
    """A wrong letter at the beginning of a word is forgiven: set where nothing is found otherwise."""


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


@dataclass(frozen=True)
class _Column:
    """Some selected columns and how they become the text of one cell."""

    names: tuple[str, ...]
    """What is selected: columns of the form's table, or of the one it is linked to."""
    text: Any
    answer: Any
    """How they become the answer itself; of a link, the words its record is called by."""
    link: str = ""
    """The column that points to the other table, if it is a link."""
    target: str = ""


_EMPTY_COLUMN = _Column((), lambda values: "", lambda values: "")
"""What is shown of a link to records the reader never sees."""


def list_page(
    repository: Repository,
    known: Mapping[str, Form],
    key: str,
    wish: ListQuery,
    reading: ReadingContext,
    with_case: bool = True,
    size: int = LIST_PAGE_SIZE,
) -> ListPage:
    """The page of form ``key`` that ``wish`` asks for; ``known`` are the forms as the reader knows them.

    The ids come first, off an index, and then the page's rows with what they point to.
    """
    form, kept = known[key], repository.record_class(key)
    start = (max(1, min(wish.page, 10**6)) - 1) * size
    read = _search_page if search_words(wish.words) and start + size <= MAX_COUNTED else _find_page
    found = read(repository, form, wish, start, size, reading.language)
    columns = _list_columns(repository, form, known, reading, with_case and wish.case_id is None, wish)
    rows = _read_rows(repository, kept, found.ids, columns)
    waiting = frozenset(row[0] for row in rows if row[1])
    cells = _cells_with_case(repository, known, rows, columns, _make_cells(rows, columns, "text"))
    return ListPage(found.ids, cells, start + 1, found.more, found.count, waiting)


@dataclass(frozen=True)
class _FoundRecords:
    """The records of a page, whether there are more, and how many in all."""

    ids: list[int]
    more: bool
    count: int | None


def _find_page(
    repository: Repository, form: Form, wish: ListQuery, start: int, size: int, language: str
) -> _FoundRecords:
    """Read off an index, and counted apart."""
    ids = _find_ids(repository, form, wish, start, size + 1, language)
    more = len(ids) > size
    is_last = not more and (ids or not start)
    return _FoundRecords(ids[:size], more, start + len(ids) if is_last else _count_records(repository, form, wish))


def _search_page(
    repository: Repository, form: Form, wish: ListQuery, start: int, size: int, language: str
) -> _FoundRecords:
    """Counted while they are read: to search a second time would take as long again."""
    every = _search_forgivingly(wish, lambda wish: _find_ids(repository, form, wish, 0, MAX_COUNTED + 1, language))
    count = len(every) if len(every) <= MAX_COUNTED else None
    return _FoundRecords(every[start : start + size], len(every) > start + size, count)


def _search_forgivingly(wish: ListQuery, read: Callable[[ListQuery], list[int]]) -> list[int]:
    """What is found; where that is nothing, what is found by nearly the same words."""
    found = read(wish)
    if not found and not wish.forgiving and may_be_misspelled(wish.words):
        return read(replace(wish, forgiving=True))
    return found


def _find_ids(repository: Repository, form: Form, wish: ListQuery, start: int, most: int, language: str) -> list[int]:
    kept = repository.record_class(form.key)
    return list(
        repository.session.scalars(
            _ordered_query(form, kept, wish, language).limit(most).offset(start),
            execution_options={"with_deleted": wish.deleted},
        )
    )


def list_record_ids(
    repository: Repository,
    known: Mapping[str, Form],
    key: str,
    wish: ListQuery,
    most: int,
    language: str = LANGUAGES[0],
) -> list[int]:
    """The records of the whole list in its order, at most so many."""
    form, kept = known[key], repository.record_class(key)
    return _search_forgivingly(
        wish, lambda wish: list(repository.session.scalars(_ordered_query(form, kept, wish, language).limit(most)))
    )


def list_answers(
    repository: Repository,
    known: Mapping[str, Form],
    key: str,
    wish: ListQuery,
    reading: ReadingContext,
    ids: Sequence[int],
) -> Iterator[tuple[bool, list[Any]]]:
    """Whether each of these records waits for acceptance, and the answers that the list shows of it; before them
    the title of the case.

    A link is given by the words its record is called by.
    """
    kept = repository.record_class(key)
    columns = _list_columns(repository, known[key], known, reading, wish.case_id is None, wish)
    for begin in range(0, len(ids), IDS_AT_ONCE):
        rows = _read_rows(repository, kept, ids[begin : begin + IDS_AT_ONCE], columns)
        waiting = [bool(row[1]) for row in rows]
        cells = _cells_with_case(repository, known, rows, columns, _make_cells(rows, columns, "answer"))
        yield from zip(waiting, cells, strict=True)


def has_waiting_records(repository: Repository, form: Form, wish: ListQuery) -> bool:
    """Whether a record of the list waits for acceptance."""
    kept: Any = repository.record_class(form.key)
    some = select(kept.id).where(kept.to_check.is_(True), *list_conditions(form, kept, wish)).limit(1)
    return repository.session.scalar(some) is not None


def _ordered_query(form: Form, kept: type[Record], wish: ListQuery, language: str) -> Select[Any]:
    return select(kept.id).where(*list_conditions(form, kept, wish)).order_by(*list_order(form, kept, wish, language))


def latest_sheet(repository: Repository, form: Form, case_id: int) -> Record | None:
    """The case's last sheet of this form, in the form's own order, of those that wait for nobody: what a new one
    carries on from."""
    kept: Any = repository.record_class(form.key)
    wanted = repository.statement(
        ("latest", IdentityKey(form)),
        lambda: (
            select(kept)
            .where(kept.case_id == bindparam("of_case"), is_accepted(kept))
            .order_by(*list_order(form, kept, ListQuery()))
            .limit(1)
        ),
    )
    found: Record | None = repository.session.scalars(wanted, {"of_case": case_id}).one_or_none()
    return found


def list_conditions(form: Form, kept: type[Record], wish: ListQuery) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wish.deleted:
        conditions.append(kept.deleted_at.is_not(None))
    if wish.case_id is not None and form.belongs_to:
        conditions.append(kept.case_id == wish.case_id)
    for name, wanted in wish.filters.items():
        if name in form.filters and wanted:
            conditions.append(filter_condition(form.questions[name], kept, wanted, wish.today))
    if search_words(wish.words):
        conditions.append(search_condition(form, kept.id, wish.words, wish.forgiving))
    return conditions


def list_order(
    form: Form, kept: type[Record], wish: ListQuery, language: str = LANGUAGES[0]
) -> list[ColumnElement[Any]]:
    """The order the reader wants, else the form's own."""
    wanted = wish.sort if is_list_sortable(form, wish.sort.removeprefix("-")) else (form.sort[0] if form.sort else "")
    name = wanted.removeprefix("-")
    if name not in form.questions:
        return [kept.id.desc()]
    columns = sort_order(form.questions[name], kept, language)
    if wanted.startswith("-"):
        return [*map(descending_order, columns), kept.id.desc()]
    return [*map(ascending_order, columns), kept.id.asc()]


def is_list_sortable(form: Form, name: str) -> bool:
    """Whether a list of this form may be sorted by the question: only one the form itself lists is indexed."""
    return name in form.list and form.questions[name].sortable and name not in day_bound_questions(form)


def showable_columns(form: Form) -> Sequence[str]:
    """The questions that a list can show, those of the form's own list first."""
    return _showable_columns(IdentityKey(form))


@lru_cache(maxsize=1024)
def _showable_columns(same: IdentityKey[Form]) -> tuple[str, ...]:
    asked = [
        question.name
        for question in same.thing.asked()
        if question.column_types()
        and not question.attached
        and not question.long
        and question.name not in day_bound_questions(same.thing) - day_bound_answers(same.thing)
    ]
    return tuple(dict.fromkeys([*same.thing.list, *asked]))


def shown_columns(form: Form, wish: ListQuery) -> list[str]:
    """The questions this list shows: those wished for that the reader knows, else the form's own."""
    wished = set(wish.columns)
    return [name for name in showable_columns(form) if name in wished][:MAX_LIST_COLUMNS] or list(form.list)


def shows_case_column(known: Mapping[str, Form], form: Form, wish: ListQuery) -> bool:
    """Whether the list begins with the case of each record."""
    return bool(form.belongs_to) and wish.case_id is None and CASE_FORM in known


def _count_records(repository: Repository, form: Form, wish: ListQuery) -> int | None:
    kept = repository.record_class(form.key)
    some = select(kept.id).where(*list_conditions(form, kept, wish)).limit(MAX_COUNTED + 1).subquery()
    found: int = repository.session.execute(
        select(func.count()).select_from(some), execution_options={"with_deleted": wish.deleted}
    ).scalar_one()
    return found if found <= MAX_COUNTED else None


def _list_columns(
    repository: Repository,
    form: Form,
    known: Mapping[str, Form],
    reading: ReadingContext,
    with_case: bool,
    wish: ListQuery,
) -> list[_Column]:
    whole = repository.forms[form.key]
    columns = [_list_column(whole, form.questions[name], known, reading) for name in shown_columns(form, wish)]
    if with_case and shows_case_column(known, form, wish):
        columns.insert(0, _link_column("case_id", CASE_FORM, known, reading))
    return columns


def _list_column(whole: Form, question: Question, known: Mapping[str, Form], reading: ReadingContext) -> _Column:
    """How a question of the form is shown; of the ``whole`` form, which a reader may know less of."""
    target = question.link_target()
    if target is not None and target != USER_LINK and target not in known:
        return _EMPTY_COLUMN
    if target is not None:
        return _link_column(question.name, target, known, reading)
    if question.attached:
        return _file_column(question.name, reading)
    if question.name in day_bound_questions(whole):
        return _day_bound_column(whole, question, reading)
    names = tuple(column_names(question))

    def answer(values: Sequence[Any]) -> Any:
        return question.restore_answer(dict(zip(names, values, strict=True)))

    return _Column(names, lambda values: show_answer(question, answer(values), reading), answer)


def _day_bound_column(whole: Form, question: Question, reading: ReadingContext) -> _Column:
    """What goes with the day is made anew, of answers that the reader need not know."""
    made_of = source_questions(whole, [question.name]) or ()
    names = tuple(name for one in made_of for name in column_names(one))

    def answer(values: Sequence[Any]) -> Any:
        columns = dict(zip(names, values, strict=True))
        answers = {one.name: one.restore_answer(columns) for one in made_of}
        return recompute_answer(whole, question.name, answers, reading.today)

    return _Column(names, lambda values: show_answer(question, answer(values), reading), answer)


def _link_column(name: str, target: str, known: Mapping[str, Form], reading: ReadingContext) -> _Column:
    if target == USER_LINK:

        def full_name(values: Sequence[Any]) -> str:
            return person_name(values, reading)

        return _Column(tuple(column.key for column in PERSON_COLUMNS), full_name, full_name, name, target)
    form = known[target]
    questions = title_questions(form)
    names = title_columns(form)

    def text(values: Sequence[Any]) -> str:
        number, deleted_at, *rest = values
        if number is None:
            return ""
        columns = dict(zip(names, rest, strict=True))
        said = title_of_record(
            form, {question.name: question.restore_answer(columns) for question in questions}, reading, number
        )
        return deleted_title(said, reading.language) if deleted_at else said

    return _Column(("id", "deleted_at", *names), text, text, name, target)


def _file_column(name: str, reading: ReadingContext) -> _Column:
    def text(values: Sequence[Any]) -> str:
        return "" if values[0] is None else describe_file(values[0], values[1], values[2], reading.language)

    return _Column(("name", "media_type", "size"), text, text, name, FILE_TARGET)


def _read_rows(repository: Repository, kept: type[Record], ids: Sequence[int], columns: Sequence[_Column]) -> list[Any]:
    """What is selected of these records, in their order; first the id and whether the record waits.

    What they point to is read though it was deleted.
    """
    if not ids:
        return []
    key = ("rows of a list", kept.form_key, *((column.names, column.link, column.target) for column in columns))
    query = repository.statement(key, lambda: _rows_query(kept, columns))
    found = repository.session.execute(query, {"ids": ids}, execution_options={"with_deleted": True})
    rows = {row[0]: row for row in found}
    return [rows[one] for one in ids if one in rows]


def _rows_query(kept: type[Record], columns: Sequence[_Column]) -> Select[Any]:
    query: Select[Any] = select(kept.id, kept.to_check).where(kept.id.in_(bindparam("ids", expanding=True)))
    for column in columns:
        if not column.link:
            query = query.add_columns(*[getattr(kept, name) for name in column.names])
            continue
        linked, joined = _link_join(kept, column)
        query = query.add_columns(*[getattr(linked, name) for name in column.names])
        query = query.outerjoin(*joined)
    return query


def _link_join(kept: type[Record], column: _Column) -> tuple[Any, tuple[Any, Any]]:
    """What a column leads to, and how it is joined; a file has to be the record's own."""
    if column.target == FILE_TARGET:
        file = attachment_table.alias()
        own = (file.c.form == kept.form_key) & (file.c.record_id == kept.id)
        return file.c, (file, own & (file.c.id == getattr(kept, column.link)))
    linked: Any = (
        aliased(User)
        if column.target == USER_LINK
        else aliased(kept.links[column.link], select(kept.links[column.link]).subquery())
    )
    return linked, (linked, getattr(kept, column.link) == linked.id)


def _make_cells(rows: Sequence[Any], columns: Sequence[_Column], made: str) -> list[list[Any]]:
    """A list of cells for each row: texts to draw (``text``) or answers (``answer``)."""
    cells: list[list[Any]] = []
    start = 2
    for column in columns:
        end = start + len(column.names)
        make = getattr(column, made)
        cells.append([make(row[start:end]) for row in rows])
        start = end
    return [list(of_row) for of_row in zip(*cells, strict=True)] if cells else [[] for _ in rows]


def _cells_with_case(
    repository: Repository,
    known: Mapping[str, Form],
    rows: Sequence[Any],
    columns: Sequence[_Column],
    cells: list[list[Any]],
) -> list[list[Any]]:
    """The cells, and before a sheet that other cases point to the code of its case."""
    start = 2
    for place, column in enumerate(columns):
        if column.target in repository.across_cases and CASE_FORM in known:
            codes = case_codes(repository, known, column.target, [row[start] for row in rows if row[start] is not None])
            for row, of_row in zip(rows, cells, strict=True):
                of_row[place] = title_after_code(codes.get(row[start]), of_row[place])
        start += len(column.names)
    return cells
