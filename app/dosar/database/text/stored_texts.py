"""Values as the texts that the database casts them to, and back: bytes as hexadecimal digits."""

from collections.abc import Callable, Sequence
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Date,
    DateTime,
    Dialect,
    Integer,
    LargeBinary,
    String,
    Time,
    cast,
    func,
    type_coerce,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import GenericFunction
from sqlalchemy.types import TypeDecorator, TypeEngine

TextReader = Callable[[Dialect | None], Callable[[str], Any]]
"""Gives what makes the value of its text; what lies sealed is opened by the keys of the engine with this dialect."""

TEXT_READERS: Sequence[tuple[type[TypeEngine[Any]], Callable[[str], Any]]] = (
    (Boolean, lambda text: text in ("1", "true", "t")),
    (Integer, int),
    (DateTime, datetime.fromisoformat),
    (Date, lambda text: date.fromisoformat(text[:10])),
    (Time, time.fromisoformat),
    (LargeBinary, bytes.fromhex),
)
"""How a value of a type is read from its text; every other type is a text."""


class hex_digits(GenericFunction[str]):
    """Bytes as hexadecimal digits; SQLite makes an empty text of no bytes at all."""

    name = "hex"
    identifier = "hex_digits"
    type = String()
    inherit_cache = True


@compiles(hex_digits, "postgresql")
def _encoded(element: hex_digits, compiler: SQLCompiler, **kwargs: Any) -> str:
    return f"encode({compiler.process(element.clauses, **kwargs)}, 'hex')"


def column_as_text(column: Any) -> Any:
    """The column's stored value as a text."""
    stored = column.type.impl_instance if isinstance(column.type, TypeDecorator) else column.type
    if isinstance(stored, LargeBinary):
        return func.nullif(hex_digits(type_coerce(column, stored)), "")
    plain = BigInteger() if isinstance(stored, Integer) else stored
    return cast(type_coerce(column, plain), String)


def value_from_text(kind: TypeEngine[Any], text: str | None, dialect: Dialect | None = None) -> Any:
    """The value a column of this type has, from its text."""
    return None if text is None else text_reader(kind)(dialect)(text)


def text_reader(kind: TypeEngine[Any]) -> TextReader:
    """How values of this type are read from their texts."""
    if isinstance(kind, TypeDecorator):
        stored: Any = text_reader(kind.impl_instance)(None)
        made: Any = kind.process_result_value
        return lambda dialect: lambda text: made(stored(text), dialect)
    read = next((read for stored_as, read in TEXT_READERS if isinstance(kind, stored_as)), str)
    return lambda _: read
