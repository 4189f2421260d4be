"""Sorting by the alphabets of the languages inside the database.

``alphabetical(column)`` stands in ORDER BY and in an index, on both databases: on SQLite it is a
collation, on PostgreSQL a function of the same rule (not every PostgreSQL is built with ICU). When
:func:`dosar.language.text.collation.sort_key` changes, the indexes over it must be built anew.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Integer, String, literal_column
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import GenericFunction

from dosar.language.text.collation import CEDILLA_TO_COMMA, UNDECOMPOSED_LETTERS, alphabets, sort_key, sorted_after

ALPHABETICAL = "alphabetical"
OTHER_SMALL = "".join(map(chr, [*range(0x3B1, 0x3C2), *range(0x3C3, 0x3CA), *range(0x430, 0x460)]))
"""The letters of names from neighbouring countries that are no Latin ones: Greek, and Cyrillic."""


class alphabetical(GenericFunction[str]):
    """A text column in the order of the alphabets."""

    name = "sort_key"
    identifier = "alphabetical"
    type = String()
    inherit_cache = True


def code_point_string(length: int) -> String:
    """The type of a column that holds folded words or sort keys: no database's locale may reorder them."""
    return String(length).with_variant(String(length, collation="C"), "postgresql")


class in_list(GenericFunction[int]):
    """The place of a code in a list of codes, given as one text: what sorts a choice by its list's own order.

    Stands in ORDER BY and, letter by letter the same, in an index.
    """

    name = "instr"
    identifier = "place_in_list"
    type = Integer()
    inherit_cache = True


def place_in_list(column: Any, codes: Sequence[str]) -> Any:
    """What sorts by the order of these codes; a code that is none of them comes before them."""
    written = "|".join(codes).replace("'", "''")
    return in_list(literal_column(f"'|{written}|'"), column)


@compiles(in_list)
def _place_sql(element: in_list, compiler: SQLCompiler, **kwargs: Any) -> str:
    written, column = (compiler.process(clause, **kwargs) for clause in element.clauses)
    find = "strpos" if compiler.dialect.name == "postgresql" else "instr"
    return f"{find}({written}, '|' || {column} || '|')"


@compiles(alphabetical, "sqlite")
def _collation_sql(element: alphabetical, compiler: SQLCompiler, **kwargs: Any) -> str:
    return f"{compiler.process(element.clauses, **kwargs)} COLLATE {ALPHABETICAL}"


def compare_texts(text: str, other_text: str) -> int:
    """The SQLite collation :data:`ALPHABETICAL`."""
    left, right = sort_key(text), sort_key(other_text)
    return (left > right) - (left < right)


def _sort_key_in_sql() -> str:
    """:func:`sort_key` as an expression of PostgreSQL over ``$1``.

    Capitals that no alphabet decomposes are named because lower() knows only ASCII where the database's locale is C;
    the others are small ones as soon as their marks are off.
    """
    own_letters = {letter for alphabet in alphabets() for letter in alphabet} | {*UNDECOMPOSED_LETTERS}
    small = "".join(sorted(letter for letter in own_letters if _has_capital(letter)))
    old, new = "".join(map(chr, CEDILLA_TO_COMMA)), "".join(map(chr, CEDILLA_TO_COMMA.values()))
    letters = f"lower(translate(normalize($1, NFC), '{old}{small.upper()}', '{new.lower()}{small}'))"
    for letter, key in (UNDECOMPOSED_LETTERS | sorted_after()).items():
        letters = f"replace({letters}, '{letter}', '{key}')"
    bare = f"regexp_replace(normalize({letters}, NFKD), '[\\u0300-\\u036f]', '', 'g')"
    return f"lower(translate({bare}, '{OTHER_SMALL.upper()}', '{OTHER_SMALL}')) COLLATE \"C\""


def _has_capital(letter: str) -> bool:
    return not letter.isascii() and len(letter) == len(letter.upper()) == 1 and not letter.upper().isascii()


def sort_key_function() -> tuple[str, str]:
    """The statement that makes PostgreSQL's function, and its body, by which it is known."""
    body = f" SELECT {_sort_key_in_sql()} "
    made = "CREATE OR REPLACE FUNCTION sort_key(text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE"
    return f"{made} AS $rule${body}$rule$", body
