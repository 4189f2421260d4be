"""What stands in the columns of a list: answers as texts, links by what their records are called."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from typing import Any

from sqlalchemy import (
    Select,
    bindparam,
    null,
    select,
)
from sqlalchemy.orm import aliased

from dosar.database.audit.trail import note_listed, note_named
from dosar.database.form_tables import Record
from dosar.database.system_tables import attachment_table
from dosar.database.users import User
from dosar.fields.files import describe_file
from dosar.language.answers.day_bound import day_bound_answers, day_bound_questions, recompute_answer, source_questions
from dosar.language.form import CASE_FORM, USER_LINK, Form
from dosar.language.identity_cache import IdentityKey
from dosar.language.question import Question, ReadingContext
from dosar.records.attachments import FILE_TARGET
from dosar.records.lists.list_query import ListQuery
from dosar.records.repository import Repository
from dosar.records.titles import (
    PERSON_COLUMNS,
    case_codes,
    deleted_title,
    person_name,
    show_answer,
    title_after_code,
    title_asks_clearance,
    title_columns,
    title_of_record,
    title_questions,
)

MAX_LIST_COLUMNS = 8
FIRST_CELL = 2
"""Before what is shown of a record stand its id and whether it waits."""


@dataclass(frozen=True)
class ListColumn:
    """Some selected columns and how they become the text of one cell."""

    names: tuple[str, ...]
    """What is selected: columns of the form's table, or of the one it is linked to."""
    text: Any
    answer: Any
    """How they become the answer itself; of a link, the words its record is called by."""
    link: str = ""
    """The column that points to the other table, if it is a link."""
    target: str = ""
    asks_clearance: bool = False
    """Whether not everybody who sees the form may know what stands in it."""


_EMPTY_COLUMN = ListColumn((), lambda values: "", lambda values: "")
"""What is shown of a link to records the reader never sees."""


def showable_columns(form: Form) -> Sequence[str]:
    """The questions that a list can show, those of the form's own list first."""
    return _showable_columns(IdentityKey(form))


@lru_cache(maxsize=1024)
def _showable_columns(same: IdentityKey[Form]) -> tuple[str, ...]:
    names = [
        question.name
        for question in same.thing.asked_questions()
        if question.column_types()
        and not question.attached
        and not question.long
        and question.name not in day_bound_questions(same.thing) - day_bound_answers(same.thing)
    ]
    return tuple(dict.fromkeys([*same.thing.list, *names]))


def shown_columns(form: Form, list_query: ListQuery) -> list[str]:
    """The questions this list shows: those wished for that the reader knows, else the form's own."""
    wished = set(list_query.columns)
    return [name for name in showable_columns(form) if name in wished][:MAX_LIST_COLUMNS] or list(form.list)


def shows_case_column(known: Mapping[str, Form], form: Form, list_query: ListQuery) -> bool:
    """Whether the list begins with the case of each record."""
    return bool(form.belongs_to) and list_query.case_id is None and CASE_FORM in known


def list_columns(
    repository: Repository,
    form: Form,
    known: Mapping[str, Form],
    reading: ReadingContext,
    with_case: bool,
    list_query: ListQuery,
) -> list[ListColumn]:
    """The columns of the list: the case of each record first, where it is asked for."""
    full_form = repository.forms[form.key]
    columns = [
        _list_column(full_form, form.questions[name], known, reading) for name in shown_columns(form, list_query)
    ]
    if with_case and shows_case_column(known, form, list_query):
        columns.insert(0, _link_column("case_id", CASE_FORM, known, reading))
    return columns


def _list_column(full_form: Form, question: Question, known: Mapping[str, Form], reading: ReadingContext) -> ListColumn:
    """How a question of the form is shown; of the ``full_form``, which a reader may know less of."""
    target = question.link_target()
    if target is not None and target != USER_LINK and target not in known:
        return _EMPTY_COLUMN
    if target is not None:
        return _link_column(question.name, target, known, reading)
    if question.attached:
        return _file_column(question, reading)
    if question.name in day_bound_questions(full_form):
        return _day_bound_column(full_form, question, reading)
    names = tuple(question.column_names())

    def answer(values: Sequence[Any]) -> Any:
        return question.restore_answer(dict(zip(names, values, strict=True)))

    return _answer_column(question, names, answer, reading)


def _answer_column(question: Question, names: tuple[str, ...], answer: Any, reading: ReadingContext) -> ListColumn:
    asks_clearance = bool(question.clearances)
    return ListColumn(
        names, lambda values: show_answer(question, answer(values), reading), answer, asks_clearance=asks_clearance
    )


def _day_bound_column(full_form: Form, question: Question, reading: ReadingContext) -> ListColumn:
    """What goes with the day is made anew, of answers that the reader need not know."""
    made_of = source_questions(full_form, [question.name]) or ()
    names = tuple(name for source in made_of for name in source.column_names())

    def answer(values: Sequence[Any]) -> Any:
        columns = dict(zip(names, values, strict=True))
        answers = {source.name: source.restore_answer(columns) for source in made_of}
        return recompute_answer(full_form, question.name, answers, reading.today)

    return _answer_column(question, names, answer, reading)


def _link_column(name: str, target: str, known: Mapping[str, Form], reading: ReadingContext) -> ListColumn:
    if target == USER_LINK:

        def full_name(values: Sequence[Any]) -> str:
            return person_name(values, reading)

        return ListColumn(tuple(column.key for column in PERSON_COLUMNS), full_name, full_name, name, target)
    form = known[target]
    questions = title_questions(form)
    names = title_columns(form)

    def text(values: Sequence[Any]) -> str:
        number, deleted_at, *rest = values
        if number is None:
            return ""
        columns = dict(zip(names, rest, strict=True))
        title = title_of_record(
            form, {question.name: question.restore_answer(columns) for question in questions}, reading, number
        )
        return deleted_title(title, reading.language) if deleted_at else title

    return ListColumn(("id", "deleted_at", *names), text, text, name, target, title_asks_clearance(form))


def _file_column(question: Question, reading: ReadingContext) -> ListColumn:
    def text(values: Sequence[Any]) -> str:
        return "" if values[0] is None else describe_file(values[0], values[1], values[2], reading.language)

    names = ("name", "media_type", "size")
    return ListColumn(names, text, text, question.name, FILE_TARGET, bool(question.clearances))


def read_rows(
    repository: Repository, record_class: type[Record], ids: Sequence[int], columns: Sequence[ListColumn]
) -> list[Any]:
    """What is selected of these records, in their order; first the id and whether the record waits, last its case.

    What they point to is read though it was deleted.
    """
    if not ids:
        return []
    note_listed(record_class.form_key, ids)
    key = ("rows of a list", record_class.form_key, *((column.names, column.link, column.target) for column in columns))
    query = repository.statement(key, lambda: _rows_query(record_class, columns))
    found = repository.session.execute(query, {"ids": ids}, execution_options={"with_deleted": True})
    rows = {row[0]: row for row in found}
    note_named(_cases_named(rows.values(), columns))
    return [rows[number] for number in ids if number in rows]


def _cases_named(rows: Iterable[Any], columns: Sequence[ListColumn]) -> Iterator[int | None]:
    """The cases that the rows tell of what not everybody may know: their own, which come last, and those pointed to."""
    if not any(column.asks_clearance for column in columns):
        return
    ends = accumulate((len(column.names) for column in columns), initial=FIRST_CELL)
    pointing = [start for start, column in zip(ends, columns, strict=False) if column.target == CASE_FORM]
    for row in rows:
        yield row[-1]
        yield from (row[start] for start in pointing)


def _rows_query(record_class: type[Record], columns: Sequence[ListColumn]) -> Select[Any]:
    query: Select[Any] = select(record_class.id, record_class.to_check).where(
        record_class.id.in_(bindparam("ids", expanding=True))
    )
    for column in columns:
        if not column.link:
            query = query.add_columns(*[getattr(record_class, name) for name in column.names])
            continue
        linked, joined = _link_join(record_class, column)
        query = query.add_columns(*[getattr(linked, name) for name in column.names])
        query = query.outerjoin(*joined)
    return query.add_columns(getattr(record_class, record_class.case_column) if record_class.case_column else null())


def _link_join(record_class: type[Record], column: ListColumn) -> tuple[Any, tuple[Any, Any]]:
    """What a column leads to, and how it is joined; a file has to be the record's own."""
    if column.target == FILE_TARGET:
        file = attachment_table.alias()
        is_own = (file.c.form == record_class.form_key) & (file.c.record_id == record_class.id)
        return file.c, (file, is_own & (file.c.id == getattr(record_class, column.link)))
    linked: Any = (
        aliased(User)
        if column.target == USER_LINK
        else aliased(record_class.links[column.link], select(record_class.links[column.link]).subquery())
    )
    return linked, (linked, getattr(record_class, column.link) == linked.id)


def make_cells(rows: Sequence[Any], columns: Sequence[ListColumn], made: str) -> list[list[Any]]:
    """A list of cells for each row: texts to draw (``text``) or answers (``answer``)."""
    cells: list[list[Any]] = []
    start = FIRST_CELL
    for column in columns:
        end = start + len(column.names)
        make = getattr(column, made)
        cells.append([make(row[start:end]) for row in rows])
        start = end
    return [list(of_row) for of_row in zip(*cells, strict=True)] if cells else [[] for _ in rows]


def cells_with_case(
    repository: Repository,
    known: Mapping[str, Form],
    rows: Sequence[Any],
    columns: Sequence[ListColumn],
    cells: list[list[Any]],
) -> list[list[Any]]:
    """The cells, and before a sheet that other cases point to the code of its case."""
    start = FIRST_CELL
    for position, column in enumerate(columns):
        if column.target in repository.cross_case_targets and CASE_FORM in known:
            codes = case_codes(repository, known, column.target, [row[start] for row in rows if row[start] is not None])
            for row, of_row in zip(rows, cells, strict=True):
                of_row[position] = title_after_code(codes.get(row[start]), of_row[position])
        start += len(column.names)
    return cells
