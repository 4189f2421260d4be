"""Reading from several tables in one statement: their columns as texts, made values again here.

A page asks the database as often for a form with seven tables of rows as for one with a single one.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, NamedTuple

from sqlalchemy import Connection, Dialect, Select, literal, null, select, union_all
from sqlalchemy.orm import Session, scoped_session

from dosar.database.text.stored_texts import TextReader, column_as_text, text_reader

NO_VALUES: Mapping[str, Any] = MappingProxyType({})


class UnionPart(NamedTuple):
    """What is read of one table, or of what was joined."""

    of: Any
    columns: Sequence[Any]
    conditions: Sequence[Any] = ()
    grouped_by: Sequence[Any] = ()
    order_by: Sequence[Any] = ()
    """With ``most``: by what the first ones are the first."""
    most: int | None = None


@dataclass(frozen=True)
class UnionQuery:
    """A statement that reads from several tables, and how each column of each is read: its key and its reader."""

    statement: Any
    readers: Sequence[Sequence[tuple[str, TextReader]]]

    @classmethod
    def of(cls, parts: Sequence[tuple[Any, ...]]) -> "UnionQuery":
        """The parts may be plain tuples of what a :class:`UnionPart` says first."""
        if not parts:
            return cls(None, ())
        named = [UnionPart(*part) for part in parts]
        width = max(len(part.columns) for part in named)
        queries = [_text_query(position, width, part) for position, part in enumerate(named)]
        readers = [[(column.key, text_reader(column.type)) for column in part.columns] for part in named]
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
        if not self.readers:
            return []
        rows = session.execute(self.statement, values, execution_options={"with_deleted": with_deleted})
        return self._by_part(rows.all(), session.get_bind().dialect)

    def read_tables(self, connection: Connection, values: Mapping[str, Any] = NO_VALUES) -> list[list[dict[str, Any]]]:
        """The same below all scopes, of parts that name tables and no classes."""
        return (
            self._by_part(connection.execute(self.statement, values).all(), connection.dialect) if self.readers else []
        )

    def _by_part(self, rows: Iterable[Any], dialect: Dialect) -> list[list[dict[str, Any]]]:
        texts_by_part: list[list[Sequence[str | None]]] = [[] for _ in self.readers]
        for position, *texts in rows:
            texts_by_part[position].append(texts)
        return [
            _read_rows([(key, reader(dialect)) for key, reader in readers], of_part) if of_part else []
            for readers, of_part in zip(self.readers, texts_by_part, strict=True)
        ]


def _read_rows(
    readers: Sequence[tuple[str, Callable[[str], Any]]], rows: Iterable[Sequence[str | None]]
) -> list[dict[str, Any]]:
    return [
        {key: None if text is None else read(text) for (key, read), text in zip(readers, texts, strict=False)}
        for texts in rows
    ]


def read_union(
    session: Session | scoped_session[Any],
    parts: Sequence[tuple[Any, ...]],
    with_deleted: bool = False,
) -> list[list[dict[str, Any]]]:
    """For each part its rows, column → value, in a statement made for this once."""
    return UnionQuery.of(parts).read(session, with_deleted=with_deleted)


def _text_query(position: int, width: int, part: UnionPart) -> Select[Any]:
    blanks: list[Any] = [null()] * (width - len(part.columns))
    texts = [column_as_text(column) for column in part.columns]
    query = select(literal(position), *texts, *blanks).select_from(part.of).where(*part.conditions)
    query = query.group_by(*part.grouped_by) if part.grouped_by else query
    if part.most is None:
        return query
    first = query.order_by(*part.order_by).limit(part.most).subquery()  # SQLite puts no order into the part of a union
    return select(*first.c)
