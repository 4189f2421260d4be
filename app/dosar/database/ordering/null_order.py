"""Unanswered stands first going up and last going down: in ORDER BY and, the same on both databases, in indexes."""

from typing import Any

from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import GenericFunction


class blanks_first(GenericFunction[Any]):
    """A column of an index whose order is that of lists: SQLite's own, on PostgreSQL to be said."""

    name = "blanks_first"
    inherit_cache = True


@compiles(blanks_first)
def _column_itself(element: blanks_first, compiler: SQLCompiler, **kwargs: Any) -> str:
    return compiler.process(element.clauses, **kwargs)


@compiles(blanks_first, "postgresql")
def _nulls_first_sql(element: blanks_first, compiler: SQLCompiler, **kwargs: Any) -> str:
    return f"{compiler.process(element.clauses, **kwargs)} NULLS FIRST"


def ascending_order(column: Any) -> Any:
    """The column in rising order, what is not answered first."""
    return column.asc().nulls_first()


def descending_order(column: Any) -> Any:
    """The column in falling order, what is not answered last."""
    return column.desc().nulls_last()
