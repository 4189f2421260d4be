"""Running totals of a list: sums by choices, links or texts, each currency apart, and of all of it together.

What waits for acceptance is in none of the sums: it has a line of its own.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import BigInteger, Select, String, and_, cast, func, literal, null, select, type_coerce, union_all

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
    wishes: Mapping[str, ListQuery],
    reading: ReadingContext,
) -> list[tuple[Form, Total, list[TotalLine]]]:
    """The running totals of these forms over the records in reach: one statement for all of them."""
    asked = [(known[key], total) for key in wishes for total in known[key].totals]
    if not asked:
        return []
    sums = _read_sums(repository, asked, wishes)
    titles = link_titles(repository, known, _grouping_records(asked, sums), reading, with_deleted=True)
    return [
        (form, total, list(_total_lines(form, total, of_total, titles, reading)))
        for (form, total), of_total in zip(asked, sums, strict=True)
        if of_total
    ]


def _read_sums(
    repository: Repository, asked: Sequence[tuple[Form, Total]], wishes: Mapping[str, ListQuery]
) -> list[list[_Sum]]:
    """For each total its sums."""
    most = max(len(total.by) for _, total in asked)
    queries = [
        _sum_query(repository, form, total, wishes[form.key], place, most) for place, (form, total) in enumerate(asked)
    ]
    found: list[list[_Sum]] = [[] for _ in asked]
    for place, *codes, waits, currency, amount in repository.session.execute(
        union_all(*queries) if len(queries) > 1 else queries[0]
    ):
        found[place].append(_Sum(codes[: len(asked[place][1].by)], bool(waits), currency, amount))
    return found


def _sum_query(
    repository: Repository, form: Form, total: Total, list_query: ListQuery, place: int, most: int
) -> Select[Any]:
    """(which total, the codes it is grouped by, whether it waits, the currency or nothing, the sum in its smallest
    unit)."""
    record_class: Any = repository.record_class(form.key)
    value, *apart = [getattr(record_class, name) for name in form.questions[total.sum].column_types()]
    by = [getattr(record_class, name) for name in total.by]
    blanks: list[Any] = [null()] * (most - len(by))
    currency = cast(apart[0], String) if apart else null()
    asked: list[Any] = [
        literal(place),
        *[cast(column, String) for column in by],
        *blanks,
        record_class.to_check,
        currency,
        func.sum(type_coerce(value, BigInteger)),
    ]
    return (
        select(*asked)
        .where(and_(value.is_not(None), *list_conditions(form, record_class, list_query)))
        .group_by(*by, record_class.to_check, *apart)
    )


def _grouping_records(asked: Sequence[tuple[Form, Total]], sums: Sequence[Sequence[_Sum]]) -> dict[str, set[int]]:
    """The records that sums are grouped by."""
    wanted: dict[str, set[int]] = {}
    for (form, total), of_total in zip(asked, sums, strict=True):
        for one in of_total:
            for name, code in zip(total.by, one.codes, strict=True):
                target = form.questions[name].link_target()
                if target is not None and code:
                    wanted.setdefault(target, set()).add(int(code))
    return wanted


def _total_lines(
    form: Form,
    total: Total,
    sums: Sequence[_Sum],
    titles: Mapping[tuple[str, int], str],
    reading: ReadingContext,
) -> Iterator[TotalLine]:
    """The groups in their order, the total of them, and what waits."""
    grouped = [form.questions[name] for name in total.by]
    counting = [one for one in sums if not one.waits]
    lines = [
        ([_group_text(question, code, titles, reading) for question, code in zip(grouped, one.codes, strict=True)], one)
        for one in counting
        if grouped
    ]
    for by, one in sorted(lines, key=lambda line: _line_order(grouped, line[0], line[1], reading.language)):
        yield TotalLine(by, _amount_text(form, total, one.currency, one.amount, reading))
    yield from _joined_lines(form, total, counting, "total", reading)
    yield from _joined_lines(form, total, [one for one in sums if one.waits], "waiting", reading)


def _joined_lines(
    form: Form,
    total: Total,
    sums: Sequence[_Sum],
    kind: TotalLineKind,
    reading: ReadingContext,
) -> Iterator[TotalLine]:
    """These sums as one, in each currency."""
    for currency in sorted({one.currency or "" for one in sums}):
        amount = sum(int(one.amount) for one in sums if (one.currency or "") == currency)
        yield TotalLine([], _amount_text(form, total, currency, amount, reading), kind)


def _line_order(
    grouped: Sequence[Question],
    by: Sequence[str | None],
    one: _Sum,
    language: str,
) -> list[tuple[int, str]]:
    """Choices in the order of their list, all else by name, what is not answered last; then by currency."""
    order: list[tuple[int, str]] = []
    for question, code, text in zip(grouped, one.codes, by, strict=True):
        codes = list(question.ordered_codes(language))
        place = codes.index(code) if code in codes else len(codes) + (not code)
        order.append((place, sort_key(text or "")))
    return [*order, (0, one.currency or "")]


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
