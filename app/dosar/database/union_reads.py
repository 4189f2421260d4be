"""Reading from several tables in one statement: their columns as texts, made values again here.

A page asks the database as often for a form with seven tables of rows as for one with a single one.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from types import MappingProxyType
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
from sqlalchemy.orm import Session, scoped_session
from sqlalchemy.types import TypeDecorator, TypeEngine

TEXT_READERS: Sequence[tuple[type[TypeEngine[Any]], Callable[[str], Any]]] = (
    (Boolean, lambda text: text in ("1", "true", "t")),
    (Integer, int),
    (DateTime, datetime.fromisoformat),
    (Date, lambda text: date.fromisoformat(text[:10])),
    (Time, time.fromisoformat),
)
"""How a value of a type is read from its text; every other type is a text."""

NO_VALUES: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True)
class UnionQuery:
    """A statement that reads from several tables, and how each column of each is read: its key and its reader."""

    statement: Any
    readers: Sequence[Sequence[tuple[str, Callable[[str], Any]]]]

    @classmethod
    def of(cls, parts: Sequence[tuple[Any, ...]]) -> "UnionQuery":
        """Each part is a class, its columns, the conditions and what it is grouped by."""
        if not parts:
            return cls(None, ())
        width = max(len(columns) for _, columns, *_ in parts)
        queries = [_text_query(position, width, *part[1:]) for position, part in enumerate(parts)]
        readers = [[(column.key, text_reader(column.type)) for column in part[1]] for part in parts]
        return cls(union_all(*queries) if len(queries) > 1 else queries[0], readers)

    def read(
        self,
        session: Session | scoped_session[Any],
        values: Mapping[str, Any] = NO_VALUES,
        with_deleted: bool = False,
    ) -> list[list[dict[str, Any]]]:
        """For each part its rows, as column name → value; ``values`` are those the conditions leave open.

        The classes' scopes apply as ever; what was deleted is read only ``with_deleted``. A part's rows come in
        no order.
        """
        found: list[list[dict[str, Any]]] = [[] for _ in self.readers]
        if not found:
            return found
        for position, *texts in session.execute(
            self.statement, values, execution_options={"with_deleted": with_deleted}
        ):
            found[position].append(
                {
                    key: None if text is None else read(text)
                    for (key, read), text in zip(self.readers[position], texts, strict=False)
                }
            )
        return found


def read_union(
    session: Session | scoped_session[Any],
    parts: Sequence[tuple[Any, ...]],
    with_deleted: bool = False,
) -> list[list[dict[str, Any]]]:
    """For each part its rows, column → value, in a statement made for this once."""
    return UnionQuery.of(parts).read(session, with_deleted=with_deleted)


def _text_query(
    position: int,
    width: int,
    columns: Sequence[Any],
    conditions: Sequence[Any],
    grouped_by: Sequence[Any] = (),
) -> Select[Any]:
    blanks: list[Any] = [null()] * (width - len(columns))
    query = select(literal(position), *[column_as_text(column) for column in columns], *blanks).where(*conditions)
    return query.group_by(*grouped_by) if grouped_by else query


def column_as_text(column: Any) -> Any:
    """The column's stored value as a text."""
    stored = column.type.impl_instance if isinstance(column.type, TypeDecorator) else column.type
    plain = BigInteger() if isinstance(stored, Integer) else stored
    return cast(type_coerce(column, plain), String)


def value_from_text(kind: TypeEngine[Any], text: str | None) -> Any:
    """The value a column of this type has, from its text."""
    return None if text is None else text_reader(kind)(text)


def text_reader(kind: TypeEngine[Any]) -> Callable[[str], Any]:
    """How values of this type are read from their texts."""
    if isinstance(kind, TypeDecorator):
        stored: Any = text_reader(kind.impl_instance)
        made: Any = kind.process_result_value
        return lambda text: made(stored(text), None)
    return next((read for stored_as, read in TEXT_READERS if isinstance(kind, stored_as)), str)
