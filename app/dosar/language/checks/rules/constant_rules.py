"""Rules that say the same of every sheet: ``1 == 2``, or ``answered(visited) and 1 == 2``."""

from json import dumps
from typing import Any

from dosar.language.rules.evaluation import compile_rule

ANY_DAY = "2026-01-31"


def constant_truth(tree: Any) -> bool | None:
    """Whether a rule is true of every sheet, or of none; ``None`` where that hangs on answers, or on the day."""
    if isinstance(tree, list) and tree[0] == "not":
        inner = constant_truth(tree[1])
        return None if inner is None else not inner
    if isinstance(tree, list) and tree[0] in ("and", "or"):
        parts = [constant_truth(part) for part in tree[1:]]
        decides = bool(tree[0] == "or")
        if decides in parts:
            return decides
        return None if None in parts else not decides
    if any(f'["{asked}"' in dumps(tree) for asked in ("name", "column", "today")):
        return None
    return bool(compile_rule(tree)({}, ANY_DAY) is True)
