"""The rules of a form: ``show_if``, ``check``, ``required_if``, ``warn`` and computed values.

A rule is one line in a small part of Python's grammar. It is read once, here, into a tree of plain
JSON lists (``["<=", ["name", "visit_date"], ["today"]]``); :mod:`dosar.language.rules.evaluation` and
``static/js/expressions.js`` both say what a tree means. Nothing of the text is ever run as Python.
"""

import ast
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from json import dumps
from typing import Any

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

from dosar.language.rules.evaluation import LARGEST_NUMBER, RuleTree, RuleValue, compile_rule, simplify_result
from dosar.language.rules.syntax_hints import explain_refused, explain_unreadable, unknown_function
from dosar.language.text.message import Mistake

MAX_RULE_LENGTH = 2_000
MAX_RULE_DEPTH = 40
MAX_ARGUMENTS = 200

RULE_FUNCTIONS: dict[str, tuple[int, int]] = {
    "today": (0, 0),
    "age": (1, 2),
    "days_between": (2, 2),
    "months_between": (2, 2),
    "add_months": (2, 2),
    "add_days": (2, 2),
    "year": (1, 1),
    "sum": (1, MAX_ARGUMENTS),
    "count": (1, MAX_ARGUMENTS),
    "min": (1, MAX_ARGUMENTS),
    "max": (1, MAX_ARGUMENTS),
    "answered": (1, 1),
    "missing": (1, 1),
    "round": (1, 2),
    "contains": (2, 2),
    "count_of": (2, 2),
}
"""The functions of the language: the fewest and the most values each takes."""


class Expression:
    """A rule as the form's author wrote it, read and ready. Raises :class:`Mistake` on other texts."""

    __slots__ = ("_evaluate", "names", "text", "tree")

    text: str
    tree: RuleTree
    """The rule as JSON: what the page carries."""
    names: frozenset[str]
    """The questions it asks about; ``rows.value`` for a column of a table."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tree = parse_rule(text)
        self.names = frozenset(names_in_tree(self.tree))
        self._evaluate = compile_rule(self.tree)

    @property
    def is_day_bound(self) -> bool:
        """Whether it says something else on another day, as an age does."""
        return '["today"]' in dumps(self.tree)

    def value(self, answers: Mapping[str, RuleValue], today: date) -> RuleValue:
        """What the rule says about these answers on this day; ``None`` is missing."""
        return simplify_result(self._evaluate(answers, today.isoformat()))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Expression) and self.text == other.text

    def __hash__(self) -> int:
        return hash(self.text)

    def __repr__(self) -> str:
        return f"Expression({self.text!r})"

    def __reduce__(self) -> tuple[type["Expression"], tuple[str]]:
        return Expression, (self.text,)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_wrap_validator_function(
            lambda value, as_text: value if isinstance(value, cls) else cls(as_text(value)),
            core_schema.str_schema(min_length=1),
            serialization=core_schema.plain_serializer_function_ser_schema(
                lambda rule: rule.text,
                return_schema=core_schema.str_schema(),
            ),
        )


COMPARISON_SIGNS: dict[type[ast.cmpop], str] = {
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.In: "in",
    ast.NotIn: "not in",
}
ARITHMETIC_SIGNS: dict[type[ast.operator], str] = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/"}


def parse_rule(text: str) -> RuleTree:
    """The tree of a rule; raises :class:`Mistake` naming the first piece that may not stand in one."""
    if len(text) > MAX_RULE_LENGTH:
        raise Mistake(
            "The rule is longer than %(limit)s characters. Split it into computed questions.", limit=MAX_RULE_LENGTH
        )
    line = text.replace("\n", " ").strip()
    try:
        body = ast.parse(line, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise explain_unreadable(line) from None
    return RuleParser(line).tree(body, 1)


class RuleParser:
    """Turns Python's syntax tree of one rule into ours, piece by piece, and refuses the rest."""

    def __init__(self, line: str) -> None:
        self.line = line

    def tree(self, piece: ast.expr, depth: int) -> RuleTree:
        if depth > MAX_RULE_DEPTH:
            raise Mistake(
                "The rule is nested more than %(limit)s deep. Split it into computed questions.", limit=MAX_RULE_DEPTH
            )
        read = self.READERS.get(type(piece))
        if read is None:
            raise explain_refused(piece, self.text_of(piece)) or self.refusal(piece)
        return read(self, piece, depth + 1)

    def refusal(self, piece: ast.expr) -> Mistake:
        return Mistake(
            "“%(piece)s” may not stand in a rule. Allowed are question names, rows.column, texts, "
            "numbers, True, False, lists of these, and, or, not, comparisons, + - * / and the functions "
            "%(functions)s.",
            piece=self.text_of(piece),
            functions=", ".join(RULE_FUNCTIONS),
        )

    def text_of(self, piece: ast.expr) -> str:
        return ast.get_source_segment(self.line, piece) or self.line

    def name(self, piece: ast.Name, depth: int) -> RuleTree:
        return ["name", piece.id]

    def column(self, piece: ast.Attribute, depth: int) -> RuleTree:
        if not isinstance(piece.value, ast.Name):
            raise self.refusal(piece)
        return ["column", piece.value.id, piece.attr]

    def constant(self, piece: ast.Constant, depth: int) -> RuleTree:
        value = piece.value
        if value == "":
            raise Mistake("A rule cannot compare with an empty text. Write missing(question) instead.")
        if isinstance(value, bool | str):
            return value
        if isinstance(value, int | float) and abs(value) < LARGEST_NUMBER:
            return value
        raise self.refusal(piece)

    def list(self, piece: ast.List, depth: int) -> RuleTree:
        if not all(isinstance(part, ast.Constant) for part in piece.elts):
            raise Mistake("The list “%(piece)s” may hold only texts and numbers.", piece=self.text_of(piece))
        return ["list", *(self.tree(part, depth) for part in piece.elts)]

    def logic(self, piece: ast.BoolOp, depth: int) -> RuleTree:
        word = "and" if isinstance(piece.op, ast.And) else "or"
        return [word, *(self.tree(part, depth) for part in piece.values)]

    def sign(self, piece: ast.UnaryOp, depth: int) -> RuleTree:
        if isinstance(piece.op, ast.Not):
            return ["not", self.tree(piece.operand, depth)]
        if isinstance(piece.op, ast.USub):
            return ["-", 0, self.tree(piece.operand, depth)]
        raise self.refusal(piece)

    def comparison(self, piece: ast.Compare, depth: int) -> RuleTree:
        middle = piece.comparators[:-1]
        if any(isinstance(inner, ast.Compare) for part in middle for inner in ast.walk(part)):
            raise self.refusal(piece)
        parts = [self.tree(part, depth) for part in (piece.left, *piece.comparators)]
        links = []
        for operator, left, right in zip(piece.ops, parts, parts[1:], strict=False):
            if type(operator) not in COMPARISON_SIGNS:
                raise self.refusal(piece)
            links.append(make_comparison(COMPARISON_SIGNS[type(operator)], left, right))
        return links[0] if len(links) == 1 else ["and", *links]

    def arithmetic(self, piece: ast.BinOp, depth: int) -> RuleTree:
        if type(piece.op) not in ARITHMETIC_SIGNS:
            raise self.refusal(piece)
        return [ARITHMETIC_SIGNS[type(piece.op)], self.tree(piece.left, depth), self.tree(piece.right, depth)]

    def call(self, piece: ast.Call, depth: int) -> RuleTree:
        function = piece.func.id if isinstance(piece.func, ast.Name) else None
        if function is None or piece.keywords:
            raise self.refusal(piece)
        if function not in RULE_FUNCTIONS:
            raise unknown_function(function, RULE_FUNCTIONS, self.text_of(piece))
        fewest, most = RULE_FUNCTIONS[function]
        if not fewest <= len(piece.args) <= most:
            raise Mistake(
                "%(function)s() takes %(fewest)s to %(most)s values; “%(piece)s” gives it %(given)s.",
                function=function,
                fewest=fewest,
                most=most,
                given=len(piece.args),
                piece=self.text_of(piece),
            )
        return fill_arguments(function, [self.tree(part, depth) for part in piece.args])

    READERS: Mapping[type[ast.expr], Callable[["RuleParser", Any, int], RuleTree]] = {
        ast.Name: name,
        ast.Attribute: column,
        ast.Constant: constant,
        ast.List: list,
        ast.BoolOp: logic,
        ast.UnaryOp: sign,
        ast.Compare: comparison,
        ast.BinOp: arithmetic,
        ast.Call: call,
    }


def make_comparison(operator: str, left: RuleTree, right: RuleTree) -> RuleTree:
    """Every comparison said with ``==``, ``<`` or ``in`` and ``not``: fewer things to evaluate."""
    return {
        "==": ["==", left, right],
        "!=": ["not", ["==", left, right]],
        "<": ["<", left, right],
        ">": ["<", right, left],
        "<=": ["<=", left, right],
        ">=": ["<=", right, left],
        "in": ["in", left, right],
        "not in": ["not", ["in", left, right]],
    }[operator]


def fill_arguments(function: str, parts: list[RuleTree]) -> RuleTree:
    """A call with its left-out values: an age is today's, a number is rounded to a whole one."""
    if function == "contains":
        return ["in", parts[1], parts[0]]
    if function == "missing":
        return ["not", ["answered", *parts]]
    left_out: dict[str, list[RuleTree]] = {"age": [["today"]], "round": [0]}
    missing = RULE_FUNCTIONS[function][1] - len(parts) if function in left_out else 0
    return [function, *parts, *left_out.get(function, [])[:missing]]


def names_in_tree(tree: RuleTree) -> Iterator[str]:
    """Every question a tree asks about."""
    if not isinstance(tree, list):
        return
    if tree[0] in ("name", "column"):
        yield ".".join(tree[1:])
        return
    for part in tree[1:]:
        yield from names_in_tree(part)
