"""A piece of a rule as its author would write it: the opposite of :func:`app.language.expressions.parsed`."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

LEFT_OUT: Mapping[str, Any] = {"age": ["today"], "round": 0}
"""Values that are filled in where the author left them out."""
TURNED = {"<": ">", "<=": ">="}
INFIX = ("+", "-", "*", "/", "==", "<", "<=", "in", "and", "or")


def written(tree: Any) -> str:
    """The text of a tree: ``["<", 2, ["name", "many"]]`` is ``many > 2``."""
    if not isinstance(tree, list):
        return f'"{tree}"' if isinstance(tree, str) else str(tree)
    operator, *parts = tree
    if operator in INFIX:
        return _between(operator, parts)
    return OTHERWISE.get(operator, _called)(operator, parts)


def _between(operator: str, parts: Sequence[Any]) -> str:
    if operator == "-" and not isinstance(parts[0], list) and parts[0] == 0:
        return f"-{_within(parts[1])}"
    if operator in TURNED and not isinstance(parts[0], list):
        operator, parts = TURNED[operator], parts[::-1]
    return f" {operator} ".join(_within(part) for part in parts)


def _within(tree: Any) -> str:
    """A part in brackets where it is itself put together."""
    return f"({written(tree)})" if isinstance(tree, list) and tree[0] in INFIX else written(tree)


def _not(operator: str, parts: Sequence[Any]) -> str:
    inner = parts[0]
    word = inner[0] if isinstance(inner, list) else ""
    if word == "==":
        return f"{_within(inner[1])} != {_within(inner[2])}"
    if word == "in":
        return f"{_within(inner[1])} not in {_within(inner[2])}"
    if word == "answered":
        return f"missing({written(inner[1])})"
    return f"not {_within(inner)}"


def _called(operator: str, parts: Sequence[Any]) -> str:
    left_out = operator in LEFT_OUT and len(parts) == 2 and parts[1] == LEFT_OUT[operator]
    return f"{operator}({', '.join(written(part) for part in (parts[:1] if left_out else parts))})"


OTHERWISE: Mapping[str, Callable[[str, Sequence[Any]], str]] = {
    "name": lambda operator, parts: parts[0],
    "column": lambda operator, parts: ".".join(parts),
    "list": lambda operator, parts: f"[{', '.join(written(part) for part in parts)}]",
    "not": _not,
}
