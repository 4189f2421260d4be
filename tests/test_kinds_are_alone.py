"""A kind of question is known by its class alone: everything else asks the question itself."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.fields import KINDS

APP = Path(__file__).parents[1] / "app"
CODE = {
    str(file.relative_to(APP)): ast.parse(file.read_text("utf-8"))
    for file in sorted(APP.rglob("*.py")) if file.parent.name != "fields"
}
TEMPLATES = {
    str(file.relative_to(APP)): file.read_text("utf-8") for file in sorted((APP / "templates").rglob("*.html"))
}
LOOKS = {kind.look for kind in KINDS.values() if isinstance(kind.look, str)} | {"radios", "select"}
CLASSES = {kind.__name__ for kind in KINDS.values()}
WORDS = {*KINDS, *LOOKS}
DRAWS_LOOKS = "templates/parts/inputs.html"
TELLS_THE_KIND = {"type", "look"}
"""The attributes of a question that a kind could be guessed from."""


def guesses(tree: ast.Module) -> Iterator[str]:
    """Places where a kind, or how it looks, is compared with a word."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare):
            parts = [node.left, *node.comparators]
            asked = any(isinstance(part, ast.Attribute) and part.attr in TELLS_THE_KIND for part in parts)
            words = {inner.value for part in parts for inner in ast.walk(part) if isinstance(inner, ast.Constant)}
            if asked and words & WORDS:
                yield ast.unparse(node)
        elif isinstance(node, ast.Match) and getattr(node.subject, "attr", "") in TELLS_THE_KIND:
            yield ast.unparse(node.subject)


def classes_of_kinds(tree: ast.Module) -> Iterator[str]:
    """Classes of kinds that a file takes from their package."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("app.fields."):
            yield from (alias.name for alias in node.names if alias.name in CLASSES)


@pytest.mark.parametrize("rule", [guesses, classes_of_kinds])
def test_nobody_guesses_a_kind(rule) -> None:  # type: ignore[no-untyped-def]
    assert {name: found for name, tree in CODE.items() if (found := list(rule(tree)))} == {}


def test_no_template_guesses_a_kind() -> None:
    guess = re.compile(r"\.(?:look|type)\s*(?:==|!=|in\b)[^%}]*")
    found = {name: guess.findall(text) for name, text in TEMPLATES.items() if name != DRAWS_LOOKS}
    kinds = {name: [one for one in places if set(re.findall(r"\w+", one)) & WORDS] for name, places in found.items()}
    assert {name: places for name, places in kinds.items() if places} == {}


@pytest.mark.parametrize(("rule", "source"), [
    (guesses, "if question.type == 'code': pass"),
    (guesses, "found = question.look in ('file', 'image')"),
    (guesses, "match question.type:\n    case 'date': pass"),
    (classes_of_kinds, "from app.fields.rows import Table"),
])
def test_a_guess_is_noticed(rule, source: str) -> None:  # type: ignore[no-untyped-def]
    assert list(rule(ast.parse(source)))


def test_every_look_is_drawn() -> None:
    drawn = set(re.findall(r'"(\w+)":', TEMPLATES[DRAWS_LOOKS].partition("looks = {")[2]))
    assert drawn >= LOOKS
