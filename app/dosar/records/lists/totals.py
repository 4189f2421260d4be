"""Running totals of a list: sums by choices, links or texts, each currency apart, and of all of it together.

What waits for acceptance is in none of the sums: it has a line of its own.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

from sqlalchemy import BigInteger, Select, String, and_, cast, func, literal, null, select, type_coerce, union_all

from dosar.database.sealing.sealed_columns import KeyedColumn
from dosar.database.text.stored_texts import column_as_text, value_from_text
from dosar.language.form import Form, Total
from dosar.language.question import Question, ReadingContext
from dosar.language.text.collation import sort_key
from dosar.records.lists.list_query import ListQuery, list_conditions
from dosar.records.repository import Repository
from dosar.records.titles import link_titles, show_answer

TotalLineKind = Literal["group", "total", "waiting"]
OUT_OF_REACH_GROUP = ""
"""What a group is called whose record the reader may not see."""


@dataclass(frozen=True)
class TotalLine:
    """One line of a running total, in one currency: a group, all of them together, or what waits."""

    by: list[str | None]
    """The answers a group has in common; None where nothing was answered."""
    amount: str
    kind: TotalLineKind = "group"


@dataclass(frozen=True)
class _Sum:
    """What the database summed up: of one group, in one currency, that waits or does not."""

    codes: Sequence[str | None]
    waits: bool
    currency: str | None
    amount: Any


def list_totals(
    repository: Repository,
    known: Mapping[str, Form],
    list_queries: Mapping[str, ListQuery],
    reading: ReadingContext,
) -> list[tuple[Form, Total, list[TotalLine]]]:
    """(form, total, its lines) of these forms over the records in reach: one statement for all of them."""
    form_totals = [(known[key], total) for key in list_queries for total in known[key].totals]
    if not form_totals:
        return []
    sums = _read_sums(repository, form_totals, list_queries)
    titles = link_titles(repository, known, _grouping_records(form_totals, sums), reading, with_deleted=True)
    return [
        (form, total, list(_total_lines(form, total, of_total, titles, reading)))
        for (form, total), of_total in zip(form_totals, sums, strict=True)
        if of_total
    ]


def _read_sums(
    repository: Repository, form_totals: Sequence[tuple[Form, Total]], list_queries: Mapping[str, ListQuery]
) -> list[list[_Sum]]:
    """For each total its sums."""
    most = max(len(total.by) for _, total in form_totals)
    queries = [
        _sum_query(repository, form, total, list_queries[form.key], position, most)
        for position, (form, total) in enumerate(form_totals)
    ]
    readers = [_code_readers(repository, form, total) for form, total in form_totals]
    found: list[dict[Any, _Sum]] = [{} for _ in form_totals]
    for position, *texts, waits, currency, amount in repository.session.execute(
        union_all(*queries) if len(queries) > 1 else queries[0]
    ):
        codes = [read(text) for read, text in zip(readers[position], texts, strict=False)]
        group = (*codes, bool(waits), currency)
        before = found[position].get(group)
        found[position][group] = _Sum(codes, bool(waits), currency, amount + before.amount if before else amount)
    return [[*of_total.values()] for of_total in found]


def _code_readers(repository: Repository, form: Form, total: Total) -> Sequence[Callable[[str | None], str | None]]:
    """How what a total is grouped by is read: words, which lie sealed, are opened; the same lie there differently."""
    record_class, dialect = repository.record_class(form.key), repository.store.engine.dialect
    types = {name: getattr(record_class, name).type for name in total.by if _lies_sealed(getattr(record_class, name))}
    return [
        partial(value_from_text, types[name], dialect=dialect) if name in types else _as_it_stands for name in total.by
    ]


def _lies_sealed(column: Any) -> bool:
    return isinstance(column.type, KeyedColumn)


def _as_it_stands(text: str | None) -> str | None:
    return text


def _sum_query(
    repository: Repository, form: Form, total: Total, list_query: ListQuery, position: int, most: int
) -> Select[Any]:
    """(which total, the codes it is grouped by, whether it waits, the currency or nothing, the sum in its smallest
    unit)."""
    record_class: Any = repository.record_class(form.key)
    value, *apart = [getattr(record_class, name) for name in form.questions[total.sum].column_types()]
    by = [getattr(record_class, name) for name in total.by]
    blanks: list[Any] = [null()] * (most - len(by))
    currency = cast(apart[0], String) if apart else null()
    columns: list[Any] = [
        literal(position),
        *[column_as_text(column) if _lies_sealed(column) else cast(column, String) for column in by],
        *blanks,
        record_class.to_check,
        currency,
        func.sum(type_coerce(value, BigInteger)),
    ]
    return (
        select(*columns)
        .where(and_(value.is_not(None), *list_conditions(form, record_class, list_query)))
        .group_by(*by, record_class.to_check, *apart)
    )


def _grouping_records(form_totals: Sequence[tuple[Form, Total]], sums: Sequence[Sequence[_Sum]]) -> dict[str, set[int]]:
    """The records that sums are grouped by."""
    ids_by_form: dict[str, set[int]] = {}
    for (form, total), of_total in zip(form_totals, sums, strict=True):
        for part_sum in of_total:
            for name, code in zip(total.by, part_sum.codes, strict=True):
                target = form.questions[name].link_target()
                if target is not None and code:
                    ids_by_form.setdefault(target, set()).add(int(code))
    return ids_by_form


def _total_lines(
    form: Form,
    total: Total,
    sums: Sequence[_Sum],
    titles: Mapping[tuple[str, int], str],
    reading: ReadingContext,
) -> Iterator[TotalLine]:
    """The groups in their order, the total of them, and what waits."""
    grouped = [form.questions[name] for name in total.by]
    counting = [part_sum for part_sum in sums if not part_sum.waits]
    lines = [
        (
            [
                _group_text(question, code, titles, reading)
                for question, code in zip(grouped, part_sum.codes, strict=True)
            ],
            part_sum,
        )
        for part_sum in counting
        if grouped
    ]
    for by, part_sum in sorted(lines, key=lambda line: _line_order(grouped, line[0], line[1], reading.language)):
        yield TotalLine(by, _amount_text(form, total, part_sum.currency, part_sum.amount, reading))
    yield from _joined_lines(form, total, counting, "total", reading)
    yield from _joined_lines(form, total, [part_sum for part_sum in sums if part_sum.waits], "waiting", reading)


def _joined_lines(
    form: Form,
    total: Total,
    sums: Sequence[_Sum],
    kind: TotalLineKind,
    reading: ReadingContext,
) -> Iterator[TotalLine]:
    """These sums as one, in each currency."""
    for currency in sorted({part_sum.currency or "" for part_sum in sums}):
        amount = sum(int(part_sum.amount) for part_sum in sums if (part_sum.currency or "") == currency)
        yield TotalLine([], _amount_text(form, total, currency, amount, reading), kind)


def _line_order(
    grouped: Sequence[Question],
    by: Sequence[str | None],
    part_sum: _Sum,
    language: str,
) -> list[tuple[int, str]]:
    """Choices in the order of their list, all else by name, what is not answered last; then by currency."""
    order: list[tuple[int, str]] = []
    for question, code, text in zip(grouped, part_sum.codes, by, strict=True):
        codes = list(question.ordered_codes(language))
        position = codes.index(code) if code in codes else len(codes) + (not code)
        order.append((position, sort_key(text or "")))
    return [*order, (0, part_sum.currency or "")]


def _group_text(
    question: Question, code: str | None, titles: Mapping[tuple[str, int], str], reading: ReadingContext
) -> str | None:
    if not code:
        return None
    target = question.link_target()
    if target:
        return titles.get((target, int(code)), OUT_OF_REACH_GROUP)
    return show_answer(question, question.from_json(code), reading)


def _amount_text(form: Form, total: Total, currency: str | None, amount: Any, reading: ReadingContext) -> str:
    summed = form.questions[total.sum]
    stored = dict(zip(summed.column_types(), (amount, currency), strict=False))
    return show_answer(summed, summed.restore_answer(_typed_values(summed, stored)), reading)


def _typed_values(question: Question, stored: Mapping[str, Any]) -> dict[str, Any]:
    """Column values as the database gives them, through their types."""
    return {name: _typed_value(kind, stored.get(name)) for name, kind in question.column_types().items()}


def _typed_value(kind: Any, value: Any) -> Any:
    made = kind() if isinstance(kind, type) else kind
    reads = getattr(made, "process_result_value", None)
    return reads(int(value), None) if reads is not None and value is not None else value
