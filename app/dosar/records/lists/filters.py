"""Filters of a list: by a choice, by a link, by a day or a span of days, and by there being no answer."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, and_, false, func, null, select

from dosar.database.form_tables import Record
from dosar.language.form import USER_LINK, Form
from dosar.language.question import Question, ReadingContext
from dosar.language.text.collation import sort_key
from dosar.records.repository import Repository
from dosar.records.scope.row_scope import current_scope
from dosar.records.titles import titles_where

NO_ANSWER, THIS_MONTH = "~none", "~month"
"""What is asked for in place of an answer."""
DAYS_SPAN = re.compile(r"(\d{4}-\d\d-\d\d)?\.\.(\d{4}-\d\d-\d\d)?")
"""From one day to another; an end that is left open is empty."""
MAX_LINKED = 500
"""So many records are offered to narrow a list by."""


def join_span(first: date | None, last: date | None) -> str:
    """What is asked for of a day, from the days of its two boxes; nothing where there is neither."""
    return f"{first or ''}..{last or ''}" if first or last else ""


def filter_condition(
    question: Question, record_class: type[Record], asked_filter: str, today: date
) -> ColumnElement[bool]:
    """The condition of a filter. What cannot be an answer of the question is the answer of no record."""
    if asked_filter == NO_ANSWER:
        return and_(*(_filter_column(record_class, name).is_(None) for name in question.column_names()))
    if question.whole_day:
        return _days_condition(_filter_column(record_class, question.name), asked_filter, today)
    try:
        question.chosen_alone(asked_filter)
    except (ValueError, ArithmeticError):
        return false()
    return question.matches_choice({question.name: _filter_column(record_class, question.name)}, asked_filter)


def _days_condition(column: Any, span: str, today: date) -> ColumnElement[bool]:
    try:
        first, last = parse_span(span, today)
    except ValueError:
        return false()
    within: ColumnElement[bool] = column.between(first or date.min, last or date.max)
    return within


def parse_span(span: str, today: date) -> tuple[date | None, date | None]:
    """The first and the last day asked for. Raises :class:`ValueError` for anything else."""
    if span == THIS_MONTH:
        first = today.replace(day=1)
        return first, (first + timedelta(31)).replace(day=1) - timedelta(1)
    found = DAYS_SPAN.fullmatch(span)
    if not found:
        raise ValueError(span)
    first_day, last_day = (date.fromisoformat(end) if end else None for end in found.groups())
    return first_day, last_day


def _filter_column(record_class: type[Record], name: str) -> Any:
    """The column a filter looks at. The records of a few cases are found by their cases: SQLite would gather
    all that have the answer, of everybody's cases."""
    column = getattr(record_class, name)
    if current_scope.get().reaches_all_cases or record_class.case_column is None:
        return column
    return func.coalesce(column, null(), type_=column.type)


def linked_records(
    repository: Repository,
    known: Mapping[str, Form],
    form: Form,
    reading: ReadingContext,
    case_id: int | None,
) -> dict[str, Sequence[tuple[int, str]]]:
    """For each filter that is a link, the records that records in reach point to, as far as the reader may know
    what they are called, deleted ones marked: one statement for all of them."""
    record_class: Any = repository.record_class(form.key)
    names = [name for name in form.filters if _target_of_link(form, known, name)]
    of_case = [record_class.case_id == case_id] if case_id and form.belongs_to else []
    among_all = not of_case and current_scope.get().reaches_all_cases
    targets = [
        (
            target,
            partial(
                _is_pointed_to,
                getattr(record_class, name),
                [record_class.deleted_at.is_(None), *of_case],
                by_index=among_all and target != form.key,
            ),
        )
        for name in names
        for target in (_target_of_link(form, known, name),)
    ]
    found = titles_where(repository, known, targets, reading) if targets else []
    return {name: _sort_titles(titles) for name, titles in zip(names, found, strict=True)}


def _is_pointed_to(link: Any, conditions: list[Any], possible: Any, by_index: bool) -> ColumnElement[bool]:
    """Whether a record under these ``conditions`` points to a possible one, told by its id.

    Among all records each possible one is looked up in the index of the filter: going through 100,000 cases for
    twenty organisations took a quarter of a second. A few records are gone through; so are those of the form
    itself, whose ids the condition would take for the possible ones.
    """
    if by_index:
        pointing: ColumnElement[bool] = select(link).where(*conditions, link == possible).exists()
        return pointing
    among: ColumnElement[bool] = possible.in_(select(link).where(*conditions, link.is_not(None)))
    return among


def _target_of_link(form: Form, known: Mapping[str, Form], name: str) -> str:
    target = form.questions[name].link_target() or ""
    return target if target == USER_LINK or target in known else ""


def _sort_titles(titles: Mapping[int, str]) -> Sequence[tuple[int, str]]:
    return sorted(titles.items(), key=lambda titled: sort_key(titled[1]))[:MAX_LINKED]
