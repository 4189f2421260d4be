"""The indexes of a form's table and of its tables of rows: what its lists sort and filter on."""

from collections.abc import Sequence
from typing import Any
from zlib import crc32

from sqlalchemy import ColumnElement, Index, Table

from dosar.database.ordering.null_order import blanks_first
from dosar.database.ordering.sort_columns import (
    is_choice_sealed,
    is_order_sealed,
    list_orders,
    sort_column,
    sort_columns,
    sort_order,
)
from dosar.database.sealing.answer_columns import SealedAnswer
from dosar.language.form import CASE_FORM, Form
from dosar.language.question import Question
from dosar.language.text.translations import LANGUAGES

INDEX_PREFIX = "ix_"
"""How the names of indexes begin: they come and go with the forms."""
CURRENCY_SUFFIX = "__money"
"""How the name of an index ends that keeps currencies apart."""


def index_table(table: Table, form: Form) -> None:
    """What lists sort and filter on, and every foreign key, each with the id that breaks ties.

    A filtered list in the form's own order is read off the filter's index. Deleted records stand in no
    list, so they stand in no index of one.
    """
    listed = [form.questions[name.removeprefix("-")] for name in (*form.list, *form.filters, *form.sort)]
    listed = [question for question in listed if not is_order_sealed(question)]
    _index_columns(table, form, listed)
    _index_list_orders(table, form, listed)
    _index_sums(table, form)
    if form.append_only:
        _index_reversals(table)
    Index(f"ix_{form.key}__entered", table.c.created_by, table.c.created_at)
    not_deleted = table.c.deleted_at.is_(None)
    _index_partially(table, "waiting", table.c.to_check.is_(True) & not_deleted, "to_check", "created_at")
    _index_partially(table, "deleted", table.c.deleted_at.is_not(None), "deleted_at")


def index_rows(table: Table, question: Question) -> None:
    """The rows of a sheet in their order, and those that point to a case."""
    Index(f"{INDEX_PREFIX}{table.name}__record", table.c.record_id, table.c.position)
    to_case = [asked.name for asked in question.columns_asked() if asked.link_target() == CASE_FORM]
    for name in ["case_id"] * ("case_id" in table.c) + to_case:
        Index(f"{INDEX_PREFIX}{table.name}__{name}", table.c[name])


def _index_columns(table: Table, form: Form, listed: Sequence[Question]) -> None:
    money = {question.name: sort_columns(question) for question in listed if question.in_currencies}
    indexed = {sort_column(question) if question.sortable else question.name for question in listed}
    indexed |= {question.name for question in form.stored_questions if question.link_target()}
    indexed |= {"case_id", "changed_at"}
    for name in sorted(indexed & set(table.c.keys())):
        names = money.get(name, [name])
        then = [order for order in _order_after(name, table, form) if getattr(order, "name", "") not in names]
        ending = CURRENCY_SUFFIX if name in money else ""
        _index_not_deleted(table, f"{name}{ending}", [*(table.c[column] for column in names), *then])


def _order_after(name: str, table: Table, form: Form) -> list[Any]:
    """The form's own order, in which a list filtered by the column stands."""
    if name not in form.filters:
        return []
    in_order = [form.questions[sorted_by.removeprefix("-")] for sorted_by in form.sort[:1]]
    return [
        order
        for question in in_order
        if not is_order_sealed(question) and not is_choice_sealed(question, table.c)
        for order in sort_order(question, table.c, LANGUAGES[0])
    ]


def _index_list_orders(table: Table, form: Form, listed: Sequence[Question]) -> None:
    for question in {question.name: question for question in listed}.values():
        for order in list_orders(question, table.c):
            # another order of the list is another index
            turn = f"{crc32(str(order.clauses.clauses[0]).encode()) & 0xFFFFFF:06x}"
            _index_not_deleted(table, f"{question.name}__{turn}", [order])


def _index_not_deleted(table: Table, name: str, columns: Sequence[Any]) -> None:
    not_deleted = table.c.deleted_at.is_(None)
    Index(
        f"{INDEX_PREFIX}{table.name}__{name}",
        *map(blanks_first, columns),
        table.c.id,
        sqlite_where=not_deleted,
        postgresql_where=not_deleted,
    )


def _index_sums(table: Table, form: Form) -> None:
    """All that a sum is made of and narrowed by: no record is opened for it."""
    for position, total in enumerate(form.totals):
        asked_names = (*total.by, total.sum, *form.filters)
        summed = dict.fromkeys(name for asked in asked_names for name in form.questions[asked].column_types())
        asked = [name for name in (*summed, "case_id", "deleted_at", "to_check") if name in table.c]
        columns = [name for name in asked if not isinstance(table.c[name].type, SealedAnswer)]
        _index_partially(table, f"sum{position}", table.c.deleted_at.is_(None), *columns)


def _index_reversals(table: Table) -> None:
    reverses = table.c.reverses.is_not(None)  # the others are too many to be looked for by it
    Index(
        f"{INDEX_PREFIX}{table.name}__reverses",
        table.c.reverses,
        unique=True,
        sqlite_where=reverses,
        postgresql_where=reverses,
    )


def _index_partially(table: Table, name: str, condition: ColumnElement[bool], *columns: str) -> None:
    """An index of only those records that are asked for by this condition; no question has such a name."""
    Index(
        f"{INDEX_PREFIX}{table.name}__{name}__only",
        *[table.c[column] for column in columns],
        sqlite_where=condition,
        postgresql_where=condition,
    )
