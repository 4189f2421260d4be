"""Reading from several tables in one statement: their columns as texts, made values again here.

A page asks the database as often for a form with seven tables of rows as for one with a single one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from sqlalchemy import Select, literal, null, select, union_all
from sqlalchemy.orm import Session, scoped_session

from dosar.database.text.stored_texts import TextReader, column_as_text, text_reader

NO_VALUES: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True)
class UnionQuery:
    """A statement that reads from several tables, and how each column of each is read: its key and its reader."""

    statement: Any
    readers: Sequence[Sequence[tuple[str, TextReader]]]

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
        dialect = session.get_bind().dialect
        for position, *texts in session.execute(
            self.statement, values, execution_options={"with_deleted": with_deleted}
        ):
            found[position].append(
                {
                    key: None if text is None else read(text, dialect)
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
