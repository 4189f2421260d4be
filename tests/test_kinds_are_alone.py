"""A kind of question is known by its class alone: everything else asks the question itself."""

import ast
import re
from collections.abc import Callable, Iterator

import pytest

import dosar.fields
from dosar.fields import QUESTION_KINDS
from dosar.language.question import Question
from tests.sources import APP, Syntax, file_names, nodes_of

FIELDS = APP / "fields"
PACKAGE = dosar.fields.__name__
CODE = Syntax(file_names(without=lambda file: file.is_relative_to(FIELDS)))
KIND_CODE = Syntax(file_names(without=lambda file: not file.is_relative_to(FIELDS)))
TEMPLATES = {str(file.relative_to(APP)): file.read_text("utf-8") for file in sorted(APP.rglob("*.html"))}
SCRIPTS = {str(file.relative_to(APP)): file.read_text("utf-8") for file in sorted(APP.rglob("*.js"))}
DRAWS_LOOKS = next(name for name in TEMPLATES if name.endswith("inputs.html"))
LOOKS = {kind.look for kind in QUESTION_KINDS.values() if isinstance(kind.look, str)} | {"radios", "select"}
WORDS = {
    *QUESTION_KINDS,
    *LOOKS,
    *(kind.value_type for kind in QUESTION_KINDS.values() if isinstance(kind.value_type, str)),
}


def _below(kind: type[Question]) -> Iterator[type[Question]]:
    for subclass in kind.__subclasses__():
        yield from (subclass, *_below(subclass))


CLASSES = {kind.__name__: kind for kind in _below(Question) if kind.__module__.startswith(PACKAGE)}
"""The kinds, and what families of them share."""
VALUES = {"Money"}
"""Classes of answers that only one kind gives."""
OWN = {name for kind in CLASSES.values() for name in (*kind.model_fields, *vars(kind)) if not name.startswith("_")} - {
    *dir(Question),
    *Question.model_fields,
}
"""What only some kinds have: whoever asks whether it is there asks for the kind."""
TELLS_THE_KIND = {"type", "look", "cell_look", "value_type"}
"""The attributes of a question that a kind could be guessed from."""

Rule = Callable[[ast.Module], Iterator[str]]


def _constants(node: ast.AST) -> set[object]:
    return {inner.value for inner in ast.walk(node) if isinstance(inner, ast.Constant)}


def _named(node: ast.AST) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def _read_from_file(node: ast.AST) -> bool:
    """``question["type"]``, ``question.get("type")``: the kind as a form file says it."""
    asked = (
        node.args[:1]
        if isinstance(node, ast.Call) and _named(node.func) == "get"
        else ([node.slice] if isinstance(node, ast.Subscript) else [])
    )
    return any(isinstance(question, ast.Constant) and question.value == "type" for question in asked)


def compared(tree: ast.Module) -> Iterator[str]:
    """Places where a kind, or how it looks, is compared with anything but another question's."""
    for node in nodes_of(tree):
        if isinstance(node, ast.Match) and _named(node.subject) in TELLS_THE_KIND:
            yield ast.unparse(node.subject)
        if not isinstance(node, ast.Compare):
            continue
        parts = [node.left, *node.comparators]
        asked = [part.attr if isinstance(part, ast.Attribute) else "" for part in parts]
        of_two = len(set(asked)) == 1
        from_file = any(map(_read_from_file, parts)) and _constants(node) & WORDS
        if from_file or (TELLS_THE_KIND.intersection(asked) and not of_two):
            yield ast.unparse(node)


def looked_up(tree: ast.Module) -> Iterator[str]:
    """Tables by kind: what stands in them belongs into the classes."""
    for node in nodes_of(tree):
        key = (
            node.slice
            if isinstance(node, ast.Subscript)
            else (node.args[0] if isinstance(node, ast.Call) and _named(node.func) == "get" and node.args else None)
        )
        if isinstance(key, ast.Attribute) and key.attr in ("type", "look", "cell_look"):
            yield ast.unparse(node)


def listed(tree: ast.Module) -> Iterator[str]:
    """Collections of nothing but kinds, or keyed by nothing else."""
    for node in nodes_of(tree):
        words = (
            node.keys
            if isinstance(node, ast.Dict)
            else (node.elts if isinstance(node, (ast.Set, ast.List, ast.Tuple)) else [])
        )
        said = [word.value for word in words if isinstance(word, ast.Constant)]
        if len(said) > 1 and len(said) == len(words) and {*said} <= {*QUESTION_KINDS}:
            yield ast.unparse(node)


def probed(tree: ast.Module) -> Iterator[str]:
    """Questions that are asked for what only their kind has."""
    for node in nodes_of(tree):
        if isinstance(node, ast.Call) and _named(node.func) in ("getattr", "hasattr") and len(node.args) > 1:
            name = node.args[1]
            if isinstance(name, ast.Constant) and name.value in OWN:
                yield ast.unparse(node)


def _from_elsewhere(tree: ast.Module) -> Iterator[str]:
    """What a file takes from other packages, where a class may be called as a kind is."""
    for node in nodes_of(tree):
        if isinstance(node, ast.ImportFrom) and not (node.module or "").startswith(PACKAGE):
            yield from (alias.name for alias in node.names if alias.name in CLASSES)


def told_by_class(tree: ast.Module) -> Iterator[str]:
    """Questions told apart by their class, and answers by theirs: only that one is :class:`Unknown` may be asked."""
    for node in nodes_of(tree):
        if not isinstance(node, ast.Call) or _named(node.func) not in ("isinstance", "issubclass", "type"):
            continue
        asked, *classes = node.args
        wanted = {_named(inner) for kind in classes for inner in ast.walk(kind)} - {"", *_from_elsewhere(tree)}
        is_answer = _named(asked).endswith("answer") and wanted != {"Unknown"}
        if wanted & {*CLASSES, *VALUES} or is_answer:
            yield ast.unparse(node)


def taken(tree: ast.Module) -> Iterator[str]:
    """Classes of kinds, or of their answers, that a file takes from their package."""
    for node in nodes_of(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(f"{PACKAGE}."):
            yield from (alias.name for alias in node.names if alias.name in {*CLASSES, *VALUES})


RULES: tuple[Rule, ...] = (compared, looked_up, listed, probed, told_by_class, taken)


def among_kinds(tree: ast.Module) -> Iterator[str]:
    """Inside their package: a class that knows another one, which it does not come from."""
    for place in nodes_of(tree):
        if not isinstance(place, ast.ClassDef) or place.name not in CLASSES:
            continue
        known = {kind.__name__ for kind in CLASSES[place.name].__mro__}
        for node in ast.walk(place):
            if isinstance(node, ast.Call) and _named(node.func) in ("isinstance", "issubclass"):
                wanted = {_named(inner) for inner in ast.walk(node.args[1])} & {*CLASSES}
                if wanted - known:
                    yield ast.unparse(node)


def test_nobody_guesses_a_kind() -> None:
    found = {name: [slip for rule in RULES for slip in rule(tree)] for name, tree in CODE.items()}
    assert {name: places for name, places in found.items() if places} == {}


def test_no_kind_guesses_another() -> None:
    found = {
        name: [slip for rule in (compared, among_kinds) for slip in rule(tree)] for name, tree in KIND_CODE.items()
    }
    assert {name: places for name, places in found.items() if places} == {}


GUESS = re.compile(r"\.(?:look|type|cell_look|value_type)\s*(?:==|!=|in\b)[^%}]*")


def _guessed(text: str) -> list[str]:
    return [guess for guess in GUESS.findall(text) if set(re.findall(r"\w+", guess)) & WORDS]


def test_no_template_guesses_a_kind() -> None:
    assert {name: found for name, text in TEMPLATES.items() if (found := _guessed(text))} == {}


SCRIPT_GUESS = re.compile(r"(?:valueType|\.look|\.kind)\s*[!=]==?\s*\S+|\.matches\(\W*question-\w+")
"""A table of readers by the type of a value is no guess: a new kind has one of the types that rules know."""


def test_no_script_guesses_a_kind() -> None:
    assert {name: found for name, text in SCRIPTS.items() if (found := SCRIPT_GUESS.findall(text))} == {}


@pytest.mark.parametrize(
    ("rule", "source"),
    [
        (compared, "if question.type == 'code': pass"),
        (compared, "EXACT = {'code', 'phone'}\nif question.type in EXACT: pass"),
        (compared, "found = question.look in ('file', 'image')"),
        (compared, "is_number = question.value_type == 'number'"),
        (compared, "if question.value_type != NUMBER: pass"),
        (compared, "match question.type:\n    case 'date': pass"),
        (compared, "if question.get('type') == 'text': pass"),
        (compared, "if 'text' == contents['type']: pass"),
        (looked_up, "width = WIDTHS[question.type]"),
        (looked_up, "width = WIDTHS.get(question.look, 3)"),
        (listed, "EXACT_KINDS = {'code', 'personal_number', 'phone', 'email'}"),
        (listed, "WIDTHS = {'date': 16, 'code': 16}"),
        (probed, "fewest = getattr(question, 'min_rows', 0)"),
        (probed, "if hasattr(question, 'choices'): pass"),
        (told_by_class, "isinstance(question, FromList)"),
        (told_by_class, "isinstance(value, fields.Table)"),
        (told_by_class, "if isinstance(answer, (date, datetime)): pass"),
        (told_by_class, "if isinstance(answer, int) and not isinstance(answer, Unknown): pass"),
        (told_by_class, "if type(self.answer) is str: pass"),
        (taken, "from dosar.fields.tables import Table"),
        (taken, "from dosar.fields.choices import FromList, code_of"),
        (taken, "from dosar.fields.money import Money"),
        (among_kinds, "class SelectOne(FromList):\n    def widens(self, older): return isinstance(older, YesNo)"),
    ],
)
def test_a_guess_is_noticed(rule: Rule, source: str) -> None:
    assert list(rule(ast.parse(source.replace("dosar.fields", PACKAGE))))


@pytest.mark.parametrize(
    ("rule", "source"),
    [
        (compared, "if now.type == older.type: pass"),
        (told_by_class, "if isinstance(answer, Unknown): pass"),
        (told_by_class, "if isinstance(value, dict): pass"),
        (probed, "getattr(record, 'case_id')"),
        (among_kinds, "class SelectOne(FromList):\n    def widens(self, older): return isinstance(older, SelectOne)"),
    ],
)
def test_what_is_no_guess_is_not_taken_for_one(rule: Rule, source: str) -> None:
    assert not list(rule(ast.parse(source)))


def test_a_guess_in_a_page_is_noticed() -> None:
    assert _guessed('{% if asked.look == "money" %}')
    assert _guessed("{% if asked.value_type in ('rows', 'none') %}")
    assert SCRIPT_GUESS.findall('const holdsRows = (question) => question.dataset.valueType === "rows";')


def test_every_look_is_drawn() -> None:
    drawn = set(re.findall(r'"(\w+)":', TEMPLATES[DRAWS_LOOKS].partition("looks = {")[2]))
    assert drawn >= LOOKS
