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

from app.fields.files import file_words
from app.language.form import CASE, Form
from app.language.moving import ingredients, made_anew, moving_answers, moving_questions
from app.language.question import Question, Reading
from app.language.same import Same
from app.language.texts import LANGUAGES
from app.records.acceptance import accepted
from app.records.attachments import FILE
from app.records.blanks import down, up
from app.records.cabinet import Cabinet
from app.records.filters import matching
from app.records.labels import (
    PERSON,
    after_code,
    case_codes,
    deleted_title,
    person_name,
    shown,
    title,
    title_columns,
    title_questions,
)
from app.records.search import asked_words, found_by, may_be_misspelled
from app.records.system import attachment
from app.records.tables import USER, Record, column_names, sort_order
from app.records.users import User

PAGE = 25
MOST_COUNTED = 1000
MOST_COLUMNS = 8
AT_ONCE = 500
"""So many records are read together where a whole list is."""


@dataclass(frozen=True)
class Wish:
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


_NOTHING = _Column((), lambda values: "", lambda values: "")
"""What is shown of a link to records the reader never sees."""


def list_page(
    cabinet: Cabinet, known: Mapping[str, Form], key: str, wish: Wish, reading: Reading,
    with_case: bool = True, size: int = PAGE,
) -> ListPage:
    """The page of form ``key`` that ``wish`` asks for; ``known`` are the forms as the reader knows them.

    The ids come first, off an index, and then the page's rows with what they point to.
    """
    form, kept = known[key], cabinet.record_class(key)
    start = (max(1, min(wish.page, 10**6)) - 1) * size
    read = _searched if asked_words(wish.words) and start + size <= MOST_COUNTED else _paged
    found = read(cabinet, form, wish, start, size, reading.language)
    columns = _columns(cabinet, form, known, reading, with_case and wish.case_id is None, wish)
    rows = _rows(cabinet, kept, found.ids, columns)
    waiting = frozenset(row[0] for row in rows if row[1])
    cells = _told_by_case(cabinet, known, rows, columns, _cells(rows, columns, "text"))
    return ListPage(found.ids, cells, start + 1, found.more, found.count, waiting)


@dataclass(frozen=True)
class _Found:
    """The records of a page, whether there are more, and how many in all."""

    ids: list[int]
    more: bool
    count: int | None


def _paged(cabinet: Cabinet, form: Form, wish: Wish, start: int, size: int, language: str) -> _Found:
    """Read off an index, and counted apart."""
    ids = _ids(cabinet, form, wish, start, size + 1, language)
    more = len(ids) > size
    is_last = not more and (ids or not start)
    return _Found(ids[:size], more, start + len(ids) if is_last else _count(cabinet, form, wish))


def _searched(cabinet: Cabinet, form: Form, wish: Wish, start: int, size: int, language: str) -> _Found:
    """Counted while they are read: to search a second time would take as long again."""
    every = _forgiving(wish, lambda wish: _ids(cabinet, form, wish, 0, MOST_COUNTED + 1, language))
    count = len(every) if len(every) <= MOST_COUNTED else None
    return _Found(every[start:start + size], len(every) > start + size, count)


def _forgiving(wish: Wish, read: Callable[[Wish], list[int]]) -> list[int]:
    """What is found; where that is nothing, what is found by nearly the same words."""
    found = read(wish)
    if not found and not wish.forgiving and may_be_misspelled(wish.words):
        return read(replace(wish, forgiving=True))
    return found


def _ids(cabinet: Cabinet, form: Form, wish: Wish, start: int, most: int, language: str) -> list[int]:
    kept = cabinet.record_class(form.key)
    return list(cabinet.session.scalars(
        _ordered(form, kept, wish, language).limit(most).offset(start), execution_options={"with_deleted": wish.deleted}
    ))


def listed(
    cabinet: Cabinet, known: Mapping[str, Form], key: str, wish: Wish, most: int, language: str = LANGUAGES[0],
) -> list[int]:
    """The records of the whole list in its order, at most so many."""
    form, kept = known[key], cabinet.record_class(key)
    return _forgiving(wish, lambda wish: list(cabinet.session.scalars(
        _ordered(form, kept, wish, language).limit(most)
    )))


def answers_listed(
    cabinet: Cabinet, known: Mapping[str, Form], key: str, wish: Wish, reading: Reading, ids: Sequence[int],
) -> Iterator[tuple[bool, list[Any]]]:
    """Whether each of these records waits for acceptance, and the answers that the list shows of it; before them
    the title of the case.

    A link is given by the words its record is called by.
    """
    kept = cabinet.record_class(key)
    columns = _columns(cabinet, known[key], known, reading, wish.case_id is None, wish)
    for begin in range(0, len(ids), AT_ONCE):
        rows = _rows(cabinet, kept, ids[begin:begin + AT_ONCE], columns)
        waiting = [bool(row[1]) for row in rows]
        cells = _told_by_case(cabinet, known, rows, columns, _cells(rows, columns, "answer"))
        yield from zip(waiting, cells, strict=True)


def any_waiting(cabinet: Cabinet, form: Form, wish: Wish) -> bool:
    """Whether a record of the list waits for acceptance."""
    kept: Any = cabinet.record_class(form.key)
    some = select(kept.id).where(kept.to_check.is_(True), *conditions_of(form, kept, wish)).limit(1)
    return cabinet.session.scalar(some) is not None


def _ordered(form: Form, kept: type[Record], wish: Wish, language: str) -> Select[Any]:
    return select(kept.id).where(*conditions_of(form, kept, wish)).order_by(*in_order(form, kept, wish, language))


def latest(cabinet: Cabinet, form: Form, case_id: int) -> Record | None:
    """The case's last sheet of this form, in the form's own order, of those that wait for nobody: what a new one
    carries on from."""
    kept: Any = cabinet.record_class(form.key)
    wanted = cabinet.statement(("latest", Same(form)), lambda: (
        select(kept).where(kept.case_id == bindparam("of_case"), accepted(kept))
        .order_by(*in_order(form, kept, Wish())).limit(1)
    ))
    found: Record | None = cabinet.session.scalars(wanted, {"of_case": case_id}).one_or_none()
    return found


def conditions_of(form: Form, kept: type[Record], wish: Wish) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wish.deleted:
        conditions.append(kept.deleted_at.is_not(None))
    if wish.case_id is not None and form.belongs_to:
        conditions.append(kept.case_id == wish.case_id)
    for name, wanted in wish.filters.items():
        if name in form.filters and wanted:
            conditions.append(matching(form.questions[name], kept, wanted, wish.today))
    if asked_words(wish.words):
        conditions.append(found_by(form, kept.id, wish.words, wish.forgiving))
    return conditions


def in_order(form: Form, kept: type[Record], wish: Wish, language: str = LANGUAGES[0]) -> list[ColumnElement[Any]]:
    """The order the reader wants, else the form's own."""
    wanted = wish.sort if sortable(form, wish.sort.removeprefix("-")) else (form.sort[0] if form.sort else "")
    name = wanted.removeprefix("-")
    if name not in form.questions:
        return [kept.id.desc()]
    columns = sort_order(form.questions[name], kept, language)
    if wanted.startswith("-"):
        return [*map(down, columns), kept.id.desc()]
    return [*map(up, columns), kept.id.asc()]


def sortable(form: Form, name: str) -> bool:
    """Whether a list of this form may be sorted by the question: only one the form itself lists is indexed."""
    return name in form.list and form.questions[name].sortable and name not in moving_questions(form)


def showable(form: Form) -> Sequence[str]:
    """The questions that a list can show, those of the form's own list first."""
    return _showable(Same(form))


@lru_cache(maxsize=1024)
def _showable(same: Same[Form]) -> tuple[str, ...]:
    asked = [
        question.name for question in same.thing.asked()
        if question.column_types() and not question.attached and not question.long
        and question.name not in moving_questions(same.thing) - moving_answers(same.thing)
    ]
    return tuple(dict.fromkeys([*same.thing.list, *asked]))


def shown_columns(form: Form, wish: Wish) -> list[str]:
    """The questions this list shows: those wished for that the reader knows, else the form's own."""
    wished = set(wish.columns)
    return [name for name in showable(form) if name in wished][:MOST_COLUMNS] or list(form.list)


def names_case(known: Mapping[str, Form], form: Form, wish: Wish) -> bool:
    """Whether the list begins with the case of each record."""
    return bool(form.belongs_to) and wish.case_id is None and CASE in known


def _count(cabinet: Cabinet, form: Form, wish: Wish) -> int | None:
    kept = cabinet.record_class(form.key)
    some = select(kept.id).where(*conditions_of(form, kept, wish)).limit(MOST_COUNTED + 1).subquery()
    found: int = cabinet.session.execute(
        select(func.count()).select_from(some), execution_options={"with_deleted": wish.deleted}
    ).scalar_one()
    return found if found <= MOST_COUNTED else None


def _columns(
    cabinet: Cabinet, form: Form, known: Mapping[str, Form], reading: Reading, with_case: bool, wish: Wish,
) -> list[_Column]:
    whole = cabinet.forms[form.key]
    columns = [_column(whole, form.questions[name], known, reading) for name in shown_columns(form, wish)]
    if with_case and names_case(known, form, wish):
        columns.insert(0, _link_column("case_id", CASE, known, reading))
    return columns


def _column(whole: Form, question: Question, known: Mapping[str, Form], reading: Reading) -> _Column:
    """How a question of the form is shown; of the ``whole`` form, which a reader may know less of."""
    target = question.link_target()
    if target is not None and target != USER and target not in known:
        return _NOTHING
    if target is not None:
        return _link_column(question.name, target, known, reading)
    if question.attached:
        return _file_column(question.name, reading)
    if question.name in moving_questions(whole):
        return _moving_column(whole, question, reading)
    names = tuple(column_names(question))

    def answer(values: Sequence[Any]) -> Any:
        return question.restored(dict(zip(names, values, strict=True)))

    return _Column(names, lambda values: shown(question, answer(values), reading), answer)


def _moving_column(whole: Form, question: Question, reading: Reading) -> _Column:
    """What goes with the day is made anew, of answers that the reader need not know."""
    made_of = ingredients(whole, [question.name]) or ()
    names = tuple(name for one in made_of for name in column_names(one))

    def answer(values: Sequence[Any]) -> Any:
        columns = dict(zip(names, values, strict=True))
        answers = {one.name: one.restored(columns) for one in made_of}
        return made_anew(whole, question.name, answers, reading.today)

    return _Column(names, lambda values: shown(question, answer(values), reading), answer)


def _link_column(name: str, target: str, known: Mapping[str, Form], reading: Reading) -> _Column:
    if target == USER:
        def full_name(values: Sequence[Any]) -> str:
            return person_name(values, reading)

        return _Column(tuple(column.key for column in PERSON), full_name, full_name, name, target)
    form = known[target]
    questions = title_questions(form)
    names = title_columns(form)

    def text(values: Sequence[Any]) -> str:
        number, deleted_at, *rest = values
        if number is None:
            return ""
        columns = dict(zip(names, rest, strict=True))
        said = title(form, {one.name: one.restored(columns) for one in questions}, reading, number)
        return deleted_title(said, reading.language) if deleted_at else said

    return _Column(("id", "deleted_at", *names), text, text, name, target)


def _file_column(name: str, reading: Reading) -> _Column:
    def text(values: Sequence[Any]) -> str:
        return "" if values[0] is None else file_words(values[0], values[1], values[2], reading.language)

    return _Column(("name", "media_type", "size"), text, text, name, FILE)


def _rows(cabinet: Cabinet, kept: type[Record], ids: Sequence[int], columns: Sequence[_Column]) -> list[Any]:
    """What is selected of these records, in their order; first the id and whether the record waits.

    What they point to is read though it was deleted.
    """
    if not ids:
        return []
    key = ("rows of a list", kept.form_key, *((column.names, column.link, column.target) for column in columns))
    query = cabinet.statement(key, lambda: _rows_query(kept, columns))
    found = cabinet.session.execute(query, {"ids": ids}, execution_options={"with_deleted": True})
    rows = {row[0]: row for row in found}
    return [rows[one] for one in ids if one in rows]


def _rows_query(kept: type[Record], columns: Sequence[_Column]) -> Select[Any]:
    query: Select[Any] = select(kept.id, kept.to_check).where(kept.id.in_(bindparam("ids", expanding=True)))
    for column in columns:
        if not column.link:
            query = query.add_columns(*[getattr(kept, name) for name in column.names])
            continue
        linked, joined = _linked(kept, column)
        query = query.add_columns(*[getattr(linked, name) for name in column.names])
        query = query.outerjoin(*joined)
    return query


def _linked(kept: type[Record], column: _Column) -> tuple[Any, tuple[Any, Any]]:
    """What a column leads to, and how it is joined; a file has to be the record's own."""
    if column.target == FILE:
        file = attachment.alias()
        own = (file.c.form == kept.form_key) & (file.c.record_id == kept.id)
        return file.c, (file, own & (file.c.id == getattr(kept, column.link)))
    linked: Any = aliased(User) if column.target == USER else aliased(
        kept.links[column.link], select(kept.links[column.link]).subquery()
    )
    return linked, (linked, getattr(kept, column.link) == linked.id)


def _cells(rows: Sequence[Any], columns: Sequence[_Column], made: str) -> list[list[Any]]:
    """A list of cells for each row: texts to draw (``text``) or answers (``answer``)."""
    cells: list[list[Any]] = []
    start = 2
    for column in columns:
        end = start + len(column.names)
        make = getattr(column, made)
        cells.append([make(row[start:end]) for row in rows])
        start = end
    return [list(of_row) for of_row in zip(*cells, strict=True)] if cells else [[] for _ in rows]


def _told_by_case(
    cabinet: Cabinet, known: Mapping[str, Form], rows: Sequence[Any], columns: Sequence[_Column],
    cells: list[list[Any]],
) -> list[list[Any]]:
    """The cells, and before a sheet that other cases point to the code of its case."""
    start = 2
    for place, column in enumerate(columns):
        if column.target in cabinet.across_cases and CASE in known:
            codes = case_codes(cabinet, known, column.target, [row[start] for row in rows if row[start] is not None])
            for row, of_row in zip(rows, cells, strict=True):
                of_row[place] = after_code(codes.get(row[start]), of_row[place])
        start += len(column.names)
    return cells
