"""What one organisation calls its forms, questions, roles and lists stands in its YAML, never in the engine."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from dosar.language.load.yaml_reader import read_text
from tests.sources import APP, Syntax, file_names, nodes_of

FORMS = Path(__file__).parents[1] / "forms"
PO = next(FORMS.parent.glob("translations/*/LC_MESSAGES/messages.po"))
DEMO = "demo.py"
"""The demo's own filler knows the demo's forms."""
CODE = Syntax(file_names(without=lambda file: file.name == DEMO))
PAGES = {
    str(file.relative_to(APP)): file.read_text("utf-8")
    for ending in ("*.html", "*.js")
    for file in sorted(APP.rglob(ending))
}
ENGINE = {
    "case": "the case file, in which everything stands",
    "administrator": "the role that every organisation has: it appoints the others",
    "programme": "the part of stages.yaml about places and stays",
    "person": "the part of a form: whom it is about",
    "organisation": "the page about the house itself",
    "face": "a paper that a form is printed on",
    "list": "the columns of a form's list",
    "needs": "the documents of a stage",
    "level": "how grave a risk is",
    "currency": "of an amount",
    "sex": "what a personal number tells",
    "birth_date": "what a personal number tells",
    "first_name": "of somebody who signs in",
    "last_name": "of somebody who signs in",
    "missing_documents": "what a stage of a case lacks",
    "written_by": "the roles that may write an answer",
    "county_ro": "the counties of a country, by ISO 3166-2",
    "region_md": "the counties of a country, by ISO 3166-2",
}
"""Words that the engine has for itself, beside the forms that have them too, and what they mean there."""


def _contents() -> Iterator[tuple[Path, dict[str, object]]]:
    for file in sorted(FORMS.rglob("*.yaml")):
        values = read_text(file.read_text("utf-8"), file.name).contents
        if isinstance(values, dict) and "demo" not in file.parts:
            yield file, values


def _named(values: object, key: str, beside: str) -> Iterator[str]:
    """The values of ``key`` in every mapping that has the key ``beside`` as well."""
    if isinstance(values, dict):
        if beside in values and isinstance(values.get(key), str):
            yield values[key]
        values = list(values.values())
    for value in values if isinstance(values, list) else ():
        yield from _named(value, key, beside)


@dataclass(frozen=True)
class Names:
    """What the shipped forms call their own."""

    alone: set[str]
    """What stands for itself: forms, roles, faces, lists, stages."""
    questions: set[str]

    @cached_property
    def unmistakable(self) -> set[str]:
        """Nobody writes these by chance."""
        return {name for name in self.alone | self.questions if "_" in name} - {*ENGINE}

    @cached_property
    def of_one_word(self) -> set[str]:
        """Forms, roles and lists that are plain English too: as a text in the code they mean the form."""
        return self.alone - self.unmistakable - {*ENGINE}


@cache
def names() -> Names:
    """Those of all the forms."""
    alone, questions = set(), set()
    for _, values in _contents():
        alone |= {
            str(values[key])
            for key, beside in (("form", "sections"), ("list", "choices"), ("face", "of"))
            if key in values and beside in values
        }
        alone |= {*_named(values, "role", "title"), *_named(values, "stage", "title")}
        questions |= {*_named(values, "name", "type")}
    return Names(alone, questions)


@cache
def sentences() -> set[str]:
    """What is said to people may give an example."""
    messages = read_po(PO.read_text("utf-8").splitlines())
    return {said for message in messages for said in ([message.id] if isinstance(message.id, str) else message.id)}


ANSWERS = re.compile(r"(?:answers|questions|asked|case|record|columns|beside)$")
"""What somebody looks for a question in."""


def _docstrings(tree: ast.Module) -> set[int]:
    return {id(node.value) for node in nodes_of(tree) if isinstance(node, ast.Expr)}


def _last_name_of(node: ast.AST) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def _looked_for(tree: ast.Module) -> Iterator[tuple[ast.AST, object]]:
    """``answers["code"]``, ``answers.get("code")``, ``getattr(case, "code")``: what, and in which node."""
    for node in nodes_of(tree):
        if isinstance(node, ast.Subscript):
            within, key = node.value, node.slice
        elif isinstance(node, ast.Call) and _last_name_of(node.func) in ("get", "getattr") and node.args:
            of_get = isinstance(node.func, ast.Attribute)
            within = node.func.value if isinstance(node.func, ast.Attribute) else node.args[0]
            key = node.args[0] if of_get else node.args[min(1, len(node.args) - 1)]
        else:
            continue
        if isinstance(key, ast.Constant) and ANSWERS.search(_last_name_of(within)):
            yield node, key.value


OF_WTFORMS = {"short_name"}
"""Attributes that every field of WTForms has; a question may be called so, too."""


def theirs(tree: ast.Module) -> Iterator[str]:
    """Every place where a name of the shipped forms stands in the code."""
    told = _docstrings(tree)
    for node in nodes_of(tree):
        text = node.value if isinstance(node, ast.Constant) and id(node) not in told else None
        name = node.attr if isinstance(node, ast.Attribute) else None
        if isinstance(text, str):
            within = {*re.findall(r"\w+", text)} & names().unmistakable
            if (within and text not in sentences()) or text in names().of_one_word:
                yield text
        elif name in names().unmistakable - OF_WTFORMS:
            yield f".{name}"
    for node, key in _looked_for(tree):
        if key in names().questions - {*ENGINE} and key not in WORDS_OF_ROWS:
            yield ast.unparse(node)


WORDS_OF_ROWS = {"id", "form", "count", "name", "title", "number"}
"""Columns of Dosar's own tables and keys of its files, by which rows are read; questions may be called so, too."""


def test_no_name_of_an_organisation_stands_in_the_code() -> None:
    assert {name: found for name, tree in CODE.items() if (found := sorted({*theirs(tree)}))} == {}


def test_no_name_of_an_organisation_stands_in_a_page() -> None:
    found = {name: sorted({*re.findall(r"\w+", text)} & names().unmistakable) for name, text in PAGES.items()}
    assert {name: words for name, words in found.items() if words} == {}


def test_the_shipped_forms_are_read() -> None:
    assert {"stay", "service_log", "case_manager", "ipp", "phase", "identification"} <= names().alone
    assert {"code", "last_day", "target_number"} <= names().questions


@pytest.mark.parametrize(
    "source",
    [
        'MANAGER = "case_manager"',
        "where = text(\"role = 'case_manager' AND until IS NULL\")",
        'STAY = "stay"',
        'code = answers.get("code")',
        'code = getattr(case, "code", None)',
        'phase = at.forms[KEY].questions["phase"]',
        "day = kept.given_on",
    ],
)
def test_a_name_is_noticed(source: str) -> None:
    assert list(theirs(ast.parse(source)))


@pytest.mark.parametrize(
    "source",
    [
        '"""A worker stays with the service_log."""',
        'code = found["code"]',
        'title = gettext("Who stays now")',
        "first = user.first_name",
    ],
)
def test_plain_words_are_no_names(source: str) -> None:
    assert not list(theirs(ast.parse(source)))
