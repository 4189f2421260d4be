"""Reading from several tables in one statement: their columns as texts, made values again here.

A page asks the database as often for a form with seven tables of rows as for one with a single one.
"""

from collections.abc import Callable, Sequence
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Date,
    DateTime,
    Integer,
    Select,
    String,
    Time,
    cast,
    literal,
    null,
    select,
    type_coerce,
    union_all,
)
from sqlalchemy.types import TypeDecorator, TypeEngine

from app.records.cabinet import Cabinet

READERS: Sequence[tuple[type[TypeEngine[Any]], Callable[[str], Any]]] = (
    (Boolean, lambda text: text in ("1", "true", "t")),
    (Integer, int),
    (DateTime, datetime.fromisoformat),
    (Date, lambda text: date.fromisoformat(text[:10])),
    (Time, time.fromisoformat),
)
"""How a value of a type is read from its text; every other type is a text."""


def read_together(
    cabinet: Cabinet, parts: Sequence[tuple[Any, ...]],
) -> list[list[dict[str, Any]]]:
    """For each part (class, its columns, conditions, what it is grouped by) the rows as column name → value.

    The classes' scopes apply as ever. A part's rows come in the order of its first column.
    """
    if not parts:
        return []
    width = max(len(columns) for _, columns, *_ in parts)
    queries = [_texts(place, width, *part[1:]) for place, part in enumerate(parts)]
    found: list[list[dict[str, Any]]] = [[] for _ in parts]
    for place, *texts in cabinet.session.execute(union_all(*queries) if len(queries) > 1 else queries[0]):
        columns = parts[place][1]
        found[place].append({
            column.key: value_of(column.type, text) for column, text in zip(columns, texts, strict=False)
        })
    return found


def _texts(
    place: int, width: int, columns: Sequence[Any], conditions: Sequence[Any], grouped_by: Sequence[Any] = (),
) -> Select[Any]:
    blanks: list[Any] = [null()] * (width - len(columns))
    asked = select(literal(place), *[as_text(column) for column in columns], *blanks).where(*conditions)
    return asked.group_by(*grouped_by) if grouped_by else asked


def as_text(column: Any) -> Any:
    """The column's stored value as a text."""
    stored = column.type.impl_instance if isinstance(column.type, TypeDecorator) else column.type
    plain = BigInteger() if isinstance(stored, Integer) else stored
    return cast(type_coerce(column, plain), String)


def value_of(kind: TypeEngine[Any], text: str | None) -> Any:
    """The value a column of this type has, from its text."""
    if text is None:
        return None
    if isinstance(kind, TypeDecorator):
        return kind.process_result_value(value_of(kind.impl_instance, text), None)  # type: ignore[arg-type]
    return next((read(text) for stored, read in READERS if isinstance(kind, stored)), text)
