"""Which records a list holds, and in which order: what the reader wants to see of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import Any

from sqlalchemy import (
    ColumnElement,
    bindparam,
    func,
    select,
    type_coerce,
)

from dosar.database.form_tables import Record
from dosar.database.ordering.null_order import ascending_order, descending_order
from dosar.database.ordering.sort_columns import is_order_sealed, sort_column, sort_order
from dosar.database.sealing.answer_columns import StoredBytes
from dosar.database.sealing.sealed_columns import sealing_keys
from dosar.language.answers.day_bound import day_bound_questions
from dosar.language.form import Form
from dosar.language.identity_cache import IdentityKey
from dosar.language.question import Question
from dosar.language.text.translations import LANGUAGES
from dosar.records.finding.search import search_condition, search_words
from dosar.records.lists.filters import filter_condition
from dosar.records.repository import Repository
from dosar.records.sheets.acceptance import is_accepted

MAX_COUNTED = 1000


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


def list_conditions(form: Form, record_class: type[Record], list_query: ListQuery) -> list[ColumnElement[bool]]:
    """What a record must be to stand in the list."""
    conditions: list[ColumnElement[bool]] = []
    if list_query.deleted:
        conditions.append(record_class.deleted_at.is_not(None))
    if list_query.case_id is not None and form.belongs_to:
        conditions.append(record_class.case_id == list_query.case_id)
    for name, asked_filter in list_query.filters.items():
        if name in form.filters and asked_filter:
            conditions.append(filter_condition(form.questions[name], record_class, asked_filter, list_query.today))
    if search_words(list_query.words):
        conditions.append(search_condition(form, record_class.id, list_query.words, list_query.forgiving))
    return conditions


def list_order(
    form: Form, record_class: type[Record], list_query: ListQuery, language: str = LANGUAGES[0]
) -> list[ColumnElement[Any]]:
    """The order the reader wants, else the form's own, as far as the database knows it; the newest first where what
    orders them lies sealed."""
    question, falling = _sorted_by(form, list_query)
    if question is None or is_order_sealed(question):
        return [record_class.id.desc()]
    columns = sort_order(question, record_class, language)
    if falling:
        return [*map(descending_order, columns), record_class.id.desc()]
    return [*map(ascending_order, columns), record_class.id.asc()]


def _sorted_by(form: Form, list_query: ListQuery) -> tuple[Question | None, bool]:
    """The question that puts the list in order, and whether it does so the other way round."""
    sort = (
        list_query.sort
        if is_list_sortable(form, list_query.sort.removeprefix("-"))
        else (form.sort[0] if form.sort else "")
    )
    return form.questions.get(sort.removeprefix("-")), sort.startswith("-")


def ordered_ids(
    repository: Repository, form: Form, list_query: ListQuery, language: str, most: int, start: int = 0
) -> list[int]:
    """The numbers of the records in the order of the list, at most so many from a place on.

    By words that lie sealed the database puts nothing in order: what orders all records of the list is opened and
    sorted here.
    """
    record_class, options = repository.record_class(form.key), {"with_deleted": list_query.deleted}
    conditions = list_conditions(form, record_class, list_query)
    question, falling = _sorted_by(form, list_query)
    if question is None or not is_order_sealed(question):
        order = list_order(form, record_class, list_query, language)
        query = select(record_class.id).where(*conditions).order_by(*order).limit(most).offset(start)
        return list(repository.session.scalars(query, execution_options=options))
    sorted_by = getattr(record_class, sort_column(question))
    query = select(type_coerce(sorted_by, StoredBytes), record_class.id).where(*conditions)
    opened = partial(sealing_keys(repository.store.engine.dialect).open_kept, sorted_by.type)
    in_order = sorted(
        (
            (envelope is not None, "" if envelope is None else opened(envelope), number)
            for envelope, number in repository.session.execute(query, execution_options=options)
        ),
        reverse=falling,
    )
    return [number for *_, number in in_order[start : start + most]]


def is_list_sortable(form: Form, name: str) -> bool:
    """Whether a list of this form may be sorted by the question: only one the form itself lists is indexed."""
    return name in form.list and form.questions[name].sortable and name not in day_bound_questions(form)


def has_waiting_records(repository: Repository, form: Form, list_query: ListQuery) -> bool:
    """Whether a record of the list waits for acceptance."""
    record_class: Any = repository.record_class(form.key)
    some = (
        select(record_class.id)
        .where(record_class.to_check.is_(True), *list_conditions(form, record_class, list_query))
        .limit(1)
    )
    return repository.session.scalar(some) is not None


def count_records(repository: Repository, form: Form, list_query: ListQuery) -> int | None:
    """How many records the list has; ``None`` for more than a thousand."""
    record_class = repository.record_class(form.key)
    some = (
        select(record_class.id)
        .where(*list_conditions(form, record_class, list_query))
        .limit(MAX_COUNTED + 1)
        .subquery()
    )
    found: int = repository.session.execute(
        select(func.count()).select_from(some), execution_options={"with_deleted": list_query.deleted}
    ).scalar_one()
    return found if found <= MAX_COUNTED else None


def latest_sheet(repository: Repository, form: Form, case_id: int) -> Record | None:
    """The case's last sheet of this form, in the form's own order, of those that wait for nobody: what a new one
    carries on from."""
    record_class: Any = repository.record_class(form.key)
    query = repository.statement(
        ("latest", IdentityKey(form)),
        lambda: (
            select(record_class)
            .where(record_class.case_id == bindparam("of_case"), is_accepted(record_class))
            .order_by(*list_order(form, record_class, ListQuery()))
            .limit(1)
        ),
    )
    found: Record | None = repository.session.scalars(query, {"of_case": case_id}).one_or_none()
    return found
