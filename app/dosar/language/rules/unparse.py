"""A piece of a rule as its author would write it.

The opposite of :func:`dosar.language.rules.expressions.parse_rule`.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

DEFAULT_ARGUMENTS: Mapping[str, Any] = {"age": ["today"], "round": 0}
"""Values that are filled in where the author left them out."""
TURNED_OPERATORS = {"<": ">", "<=": ">="}
INFIX_OPERATORS = ("+", "-", "*", "/", "==", "<", "<=", "in", "and", "or")


def write_rule(tree: Any) -> str:
    """The text of a tree: ``["<", 2, ["name", "many"]]`` is ``many > 2``."""
    if not isinstance(tree, list):
        return f'"{tree}"' if isinstance(tree, str) else str(tree)
    operator, *parts = tree
    if operator in INFIX_OPERATORS:
        return _write_infix(operator, parts)
    return SPECIAL_WRITERS.get(operator, _write_call)(operator, parts)


def _write_infix(operator: str, parts: Sequence[Any]) -> str:
    if operator == "-" and not isinstance(parts[0], list) and parts[0] == 0:
        return f"-{_write_bracketed(parts[1])}"
    if operator in TURNED_OPERATORS and not isinstance(parts[0], list):
        operator, parts = TURNED_OPERATORS[operator], parts[::-1]
    return f" {operator} ".join(_write_bracketed(part) for part in parts)


def _write_bracketed(tree: Any) -> str:
    """A part in brackets where it is itself put together."""
    return f"({write_rule(tree)})" if isinstance(tree, list) and tree[0] in INFIX_OPERATORS else write_rule(tree)


def _write_negation(operator: str, parts: Sequence[Any]) -> str:
    inner = parts[0]
    word = inner[0] if isinstance(inner, list) else ""
    if word == "==":
        return f"{_write_bracketed(inner[1])} != {_write_bracketed(inner[2])}"
    if word == "in":
        return f"{_write_bracketed(inner[1])} not in {_write_bracketed(inner[2])}"
    if word == "answered":
        return f"missing({write_rule(inner[1])})"
    return f"not {_write_bracketed(inner)}"


def _write_call(operator: str, parts: Sequence[Any]) -> str:
    left_out = operator in DEFAULT_ARGUMENTS and len(parts) == 2 and parts[1] == DEFAULT_ARGUMENTS[operator]
    return f"{operator}({', '.join(write_rule(part) for part in (parts[:1] if left_out else parts))})"


SPECIAL_WRITERS: Mapping[str, Callable[[str, Sequence[Any]], str]] = {
    "name": lambda operator, parts: parts[0],
    "column": lambda operator, parts: ".".join(parts),
    "list": lambda operator, parts: f"[{', '.join(write_rule(part) for part in parts)}]",
    "not": _write_negation,
}
