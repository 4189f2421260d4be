"""Rules that say the same of every sheet: ``1 == 2``, ``answered(visited) and 1 == 2``, ``a < b and b < a``."""

from collections.abc import Collection, Sequence
from json import dumps
from typing import Any

from dosar.language.rules.evaluation import compile_rule

ANY_DAY = "2026-01-31"


def constant_truth(tree: Any, answered: Collection[str] = ()) -> bool | None:
    """Whether a rule is true of every sheet, or of none; ``None`` where that hangs on answers, or on the day. Of every
    sheet it asks about the questions that are ``answered`` are."""
    if isinstance(tree, list) and tree[0] == "not":
        inner = constant_truth(tree[1], answered)
        return None if inner is None else not inner
    if isinstance(tree, list) and tree[0] in ("and", "or"):
        parts = [constant_truth(part, answered) for part in tree[1:]]
        decides = bool(tree[0] == "or")
        if decides in parts:
            return decides
        if tree[0] == "and" and _contradict(tree[1:]):
            return False
        return None if None in parts else not decides
    if isinstance(tree, list) and tree[0] == "answered" and tree[1] in [["name", name] for name in answered]:
        return True
    if any(f'["{asked}"' in dumps(tree) for asked in ("name", "column", "today")):
        return None
    return bool(compile_rule(tree)({}, ANY_DAY) is True)


def _contradict(parts: Sequence[Any]) -> bool:
    """Whether two of these are never true together: something and its opposite, or less and more."""
    return any(opposite in parts for part in parts for opposite in _opposites(part))


def _opposites(part: Any) -> list[Any]:
    if isinstance(part, list) and part[0] in ("<", "<="):
        operator, left, right = part
        reverse = [[other, right, left] for other in ("<", "<=") if (operator, other) != ("<=", "<=")]
        return [["not", part], *reverse]
    return [["not", part]]
