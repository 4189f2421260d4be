"""The rules of a form: ``show_if``, ``check``, ``required_if``, ``warn`` and computed values.

A rule is one line in a small part of Python's grammar. It is read once, here, into a tree of plain
JSON lists (``["<=", ["name", "visit_date"], ["today"]]``), which this module and
``static/js/expressions.js`` both evaluate; ``tests/language/expressions.json`` holds them to the same
results. Nothing of the text is ever run as Python.

What a rule sees are plain values: text, number, true/false, an ISO date (also partial: ``"1998"``,
``"1998-03"``), a list of codes, the rows of a table, or ``None`` for a missing answer.

* A missing part makes a comparison or a sum of two terms missing; so do parts of different kinds
  (text with number) and a division by zero. Evaluating never fails.
* ``and``, ``or`` and ``not`` are three-valued: ``False and missing`` is false, ``True or missing`` true.
* ``sum``, ``count``, ``min`` and ``max`` leave missing answers out; a sum of nothing is 0.
* A partial date counts as its first day, so ``age`` of a birth year is the greatest age possible.
* Numbers are decimal, rounded to six places; beyond :data:`LARGEST` they are missing.
"""

import ast
import re
from calendar import monthrange
from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import reduce
from typing import Any, cast

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

from app.language.message import Mistake

Value = Any
Tree = Any
Evaluate = Callable[[Mapping[str, Value], str], Value]

LONGEST = 2_000
DEEPEST = 40
LARGEST = 10**15
MANY = 200

FUNCTIONS: dict[str, tuple[int, int]] = {
    "today": (0, 0), "age": (1, 2), "days_between": (2, 2), "months_between": (2, 2),
    "add_months": (2, 2), "add_days": (2, 2), "year": (1, 1), "sum": (1, MANY), "count": (1, MANY),
    "min": (1, MANY), "max": (1, MANY), "answered": (1, 1), "missing": (1, 1), "round": (1, 2),
    "contains": (2, 2),
}
"""The functions of the language: the fewest and the most values each takes."""

DATE = re.compile(r"([12]\d{3})(?:-(\d\d)(?:-(\d\d)(?:T.*)?)?)?", re.ASCII)
SIX_PLACES = Decimal("0.000001")


class Expression:
    """A rule as the form's author wrote it, read and ready. Raises :class:`Mistake` on other texts."""

    __slots__ = ("_evaluate", "names", "text", "tree")

    text: str
    tree: Tree
    """The rule as JSON: what the page carries."""
    names: frozenset[str]
    """The questions it asks about; ``rows.value`` for a column of a table."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tree = parsed(text)
        self.names = frozenset(names_in(self.tree))
        self._evaluate = compiled(self.tree)

    def value(self, answers: Mapping[str, Value], today: date) -> Value:
        """What the rule says about these answers on this day; ``None`` is missing."""
        return settled(self._evaluate(answers, today.isoformat()))

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
                lambda rule: rule.text, return_schema=core_schema.str_schema(),
            ),
        )


# --- from the text to the tree ----------------------------------------------------------------------

COMPARISONS: dict[type[ast.cmpop], str] = {
    ast.Eq: "==", ast.NotEq: "!=", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.In: "in",
    ast.NotIn: "not in",
}
ARITHMETIC: dict[type[ast.operator], str] = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/"}


def parsed(text: str) -> Tree:
    """The tree of a rule; raises :class:`Mistake` naming the first piece that may not stand in one."""
    if len(text) > LONGEST:
        raise Mistake("The rule is longer than %(limit)s characters. Split it into computed questions.",
                      limit=LONGEST)
    line = text.replace("\n", " ").strip()
    try:
        body = ast.parse(line, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise Mistake("The rule “%(rule)s” cannot be read. "
                      "Write it like “visit_date <= today() and in_school”.", rule=line) from None
    return RuleReader(line).tree(body, 1)


class RuleReader:
    """Turns Python's syntax tree of one rule into ours, piece by piece, and refuses the rest."""

    def __init__(self, line: str) -> None:
        self.line = line

    def tree(self, piece: ast.expr, depth: int) -> Tree:
        if depth > DEEPEST:
            raise Mistake("The rule is nested more than %(limit)s deep. Split it into computed questions.",
                          limit=DEEPEST)
        read = self.READERS.get(type(piece))
        if read is None:
            raise self.refusal(piece)
        return read(self, piece, depth + 1)

    def refusal(self, piece: ast.expr) -> Mistake:
        return Mistake(
            "“%(piece)s” may not stand in a rule. Allowed are question names, rows.column, texts, "
            "numbers, True, False, lists of these, and, or, not, comparisons, + - * / and the functions "
            "%(functions)s.",
            piece=self.text_of(piece), functions=", ".join(FUNCTIONS),
        )

    def text_of(self, piece: ast.expr) -> str:
        return ast.get_source_segment(self.line, piece) or self.line

    def name(self, piece: ast.Name, depth: int) -> Tree:
        return ["name", piece.id]

    def column(self, piece: ast.Attribute, depth: int) -> Tree:
        if not isinstance(piece.value, ast.Name):
            raise self.refusal(piece)
        return ["column", piece.value.id, piece.attr]

    def constant(self, piece: ast.Constant, depth: int) -> Tree:
        value = piece.value
        if value == "":
            raise Mistake("A rule cannot compare with an empty text. Write missing(question) instead.")
        if isinstance(value, bool | str):
            return value
        if isinstance(value, int | float) and abs(value) < LARGEST:
            return value
        raise self.refusal(piece)

    def list(self, piece: ast.List, depth: int) -> Tree:
        if not all(isinstance(part, ast.Constant) for part in piece.elts):
            raise Mistake("The list “%(piece)s” may hold only texts and numbers.",
                          piece=self.text_of(piece))
        return ["list", *(self.tree(part, depth) for part in piece.elts)]

    def logic(self, piece: ast.BoolOp, depth: int) -> Tree:
        word = "and" if isinstance(piece.op, ast.And) else "or"
        return [word, *(self.tree(part, depth) for part in piece.values)]

    def sign(self, piece: ast.UnaryOp, depth: int) -> Tree:
        if isinstance(piece.op, ast.Not):
            return ["not", self.tree(piece.operand, depth)]
        if isinstance(piece.op, ast.USub):
            return ["-", 0, self.tree(piece.operand, depth)]
        raise self.refusal(piece)

    def comparison(self, piece: ast.Compare, depth: int) -> Tree:
        middle = piece.comparators[:-1]
        if any(isinstance(inner, ast.Compare) for part in middle for inner in ast.walk(part)):
            raise self.refusal(piece)
        parts = [self.tree(part, depth) for part in (piece.left, *piece.comparators)]
        links = []
        for operator, left, right in zip(piece.ops, parts, parts[1:], strict=False):
            if type(operator) not in COMPARISONS:
                raise self.refusal(piece)
            links.append(compared(COMPARISONS[type(operator)], left, right))
        return links[0] if len(links) == 1 else ["and", *links]

    def arithmetic(self, piece: ast.BinOp, depth: int) -> Tree:
        if type(piece.op) not in ARITHMETIC:
            raise self.refusal(piece)
        return [ARITHMETIC[type(piece.op)], self.tree(piece.left, depth), self.tree(piece.right, depth)]

    def call(self, piece: ast.Call, depth: int) -> Tree:
        function = piece.func.id if isinstance(piece.func, ast.Name) else None
        if function not in FUNCTIONS or piece.keywords:
            raise self.refusal(piece)
        fewest, most = FUNCTIONS[function]
        if not fewest <= len(piece.args) <= most:
            raise Mistake(
                "%(function)s() takes %(fewest)s to %(most)s values; “%(piece)s” gives it %(given)s.",
                function=function, fewest=fewest, most=most, given=len(piece.args), piece=self.text_of(piece),
            )
        return filled_in(function, [self.tree(part, depth) for part in piece.args])

    READERS: Mapping[type[ast.expr], Callable[["RuleReader", Any, int], Tree]] = {
        ast.Name: name, ast.Attribute: column, ast.Constant: constant, ast.List: list, ast.BoolOp: logic,
        ast.UnaryOp: sign, ast.Compare: comparison, ast.BinOp: arithmetic, ast.Call: call,
    }


def compared(operator: str, left: Tree, right: Tree) -> Tree:
    """Every comparison said with ``==``, ``<`` or ``in`` and ``not``: fewer things to evaluate."""
    return {
        "==": ["==", left, right], "!=": ["not", ["==", left, right]],
        "<": ["<", left, right], ">": ["<", right, left],
        "<=": ["<=", left, right], ">=": ["<=", right, left],
        "in": ["in", left, right], "not in": ["not", ["in", left, right]],
    }[operator]


def filled_in(function: str, parts: list[Tree]) -> Tree:
    """A call with its left-out values: an age is today's, a number is rounded to a whole one."""
    if function == "contains":
        return ["in", parts[1], parts[0]]
    if function == "missing":
        return ["not", ["answered", *parts]]
    left_out: dict[str, list[Tree]] = {"age": [["today"]], "round": [0]}
    missing = FUNCTIONS[function][1] - len(parts) if function in left_out else 0
    return [function, *parts, *left_out.get(function, [])[:missing]]


def names_in(tree: Tree) -> Iterator[str]:
    """Every question a tree asks about."""
    if not isinstance(tree, list):
        return
    if tree[0] in ("name", "column"):
        yield ".".join(tree[1:])
        return
    for part in tree[1:]:
        yield from names_in(part)


# --- from the tree to a value -----------------------------------------------------------------------

def compiled(tree: Tree) -> Evaluate:
    """The tree as nested closures: walked once, called for every sheet."""
    if not isinstance(tree, list):
        constant = number(tree) if is_number(tree) else tree
        return lambda answers, today: constant
    operator, *rest = tree
    if operator == "today":
        return lambda answers, today: today
    if operator == "name":
        name = rest[0]
        return lambda answers, today: answers.get(name)
    if operator == "column":
        table, column = rest
        return lambda answers, today: [row.get(column) for row in rows_of(answers.get(table))]
    operation = OPERATIONS[operator]
    parts = [compiled(part) for part in rest]
    return lambda answers, today: operation(*[part(answers, today) for part in parts])


def rows_of(value: Value) -> list[Mapping[str, Value]]:
    return [row for row in value if isinstance(row, Mapping)] if isinstance(value, list) else []


def is_number(value: Value) -> bool:
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)


def number(value: Value) -> Decimal | None:
    """The value as a decimal number, if it is one and not too large to count with."""
    if not is_number(value):
        return None
    exact = value if isinstance(value, Decimal) else Decimal(str(value))
    return exact if exact.is_finite() and abs(exact) < LARGEST else None


def rounded(value: Decimal, places: Decimal = SIX_PLACES) -> Decimal | None:
    return value.quantize(places, ROUND_HALF_UP) if abs(value) < LARGEST else None


def settled(value: Value) -> Value:
    """A result as others want it: whole numbers as int, the rest of numbers as the shortest Decimal."""
    exact = number(value)
    if exact is None:
        return None if value == "" or is_number(value) else value
    return int(exact) if exact == exact.to_integral_value() else exact.normalize()


def is_given(value: Value) -> bool:
    return value is not None and value != "" and value != []


def pair(left: Value, right: Value) -> tuple[Value, Value] | None:
    """Two values made comparable; ``None`` when one is missing or they are of different kinds."""
    if is_number(left) and is_number(right):
        numbers = number(left), number(right)
        return None if None in numbers else numbers
    if isinstance(left, bool) and isinstance(right, bool):
        return left, right
    if isinstance(left, str) and isinstance(right, str) and left and right:
        return same_fineness(left, right)
    return None


def same_fineness(left: str, right: str) -> tuple[str, str]:
    """Two dates by their days (a partial one by its first); other texts, and two times, as they are."""
    if ("T" in left and "T" in right) or not (DATE.fullmatch(left) and DATE.fullmatch(right)):
        return left, right
    return first_day(left), first_day(right)


def first_day(text: str) -> str:
    return (text + "-01-01"[len(text) - 4:])[:10]


def day(value: Value) -> date | None:
    """The day of a date, partial date or time; ``None`` for anything else."""
    if not isinstance(value, str) or not DATE.fullmatch(value):
        return None
    try:
        return date.fromisoformat(first_day(value))
    except ValueError:
        return None


def equal(left: Value, right: Value) -> bool | None:
    both = pair(left, right)
    return None if both is None else both[0] == both[1]


def less(left: Value, right: Value) -> bool | None:
    both = pair(left, right)
    return None if both is None or isinstance(both[0], bool) else both[0] < both[1]


def at_most(left: Value, right: Value) -> bool | None:
    return inverse(less(right, left))


def among(value: Value, values: Value) -> bool | None:
    if not is_given(value) or isinstance(value, list) or not isinstance(values, list):
        return None
    return any(equal(value, one) for one in values)


def inverse(value: Value) -> bool | None:
    return not value if isinstance(value, bool) else None


def all_true(*values: Value) -> bool | None:
    if any(value is False for value in values):
        return False
    return True if all(value is True for value in values) else None


def any_true(*values: Value) -> bool | None:
    if any(value is True for value in values):
        return True
    return False if all(value is False for value in values) else None


def arithmetic(work: Callable[[Decimal, Decimal], Decimal]) -> Callable[[Value, Value], Decimal | None]:
    """An operation on two numbers that is missing when either is."""
    def worked(left: Value, right: Value) -> Decimal | None:
        first, second = number(left), number(right)
        if first is None or second is None:
            return None
        return rounded(work(first, second))
    return worked


def divided(left: Value, right: Value) -> Decimal | None:
    return arithmetic(lambda first, second: first / second)(left, right) if number(right) else None


def given_in(values: tuple[Value, ...]) -> list[Value]:
    """The answers there are in these values and lists of values."""
    flat = [one for value in values for one in (value if isinstance(value, list) else [value])]
    return [one for one in flat if is_given(one)]


def total(*values: Value) -> Decimal | None:
    sums: Callable[[Value, Value], Value] = arithmetic(lambda first, second: first + second)
    return cast("Decimal | None", reduce(sums, given_in(values), Decimal(0)))


def extreme(better: Callable[[Value, Value], bool | None]) -> Callable[..., Value]:
    """The best of the values given; missing when there is none, or they cannot be compared."""
    def best_of(*values: Value) -> Value:
        given = given_in(values)
        if any(better(one, given[0]) is None for one in given):
            return None
        return reduce(lambda best, one: one if better(one, best) else best, given) if given else None
    return best_of


def rounded_to(value: Value, places: Value) -> Decimal | None:
    exact, count = number(value), whole(places)
    if exact is None or count is None or not 0 <= count <= 6:
        return None
    return rounded(exact, Decimal(1).scaleb(-count))


def whole(value: Value) -> int | None:
    exact = number(value)
    return int(exact) if exact is not None and abs(exact) < 100_000 and exact == int(exact) else None


def days_between(earlier: Value, later: Value) -> int | None:
    first, last = day(earlier), day(later)
    return (last - first).days if first and last else None


def months_between(earlier: Value, later: Value) -> int | None:
    """Full months from one day to the other."""
    first, last = day(earlier), day(later)
    if not (first and last):
        return None
    return (last.year - first.year) * 12 + last.month - first.month - (last.day < first.day)


def age(birth: Value, on: Value) -> int | None:
    """Full years; from a partial birth date the greatest age possible."""
    months = months_between(birth, on)
    return None if months is None else months // 12


def add_days(start: Value, days: Value) -> str | None:
    first, count = day(start), whole(days)
    if first is None or count is None:
        return None
    later = first + timedelta(days=count) if 0 < first.toordinal() + count < date.max.toordinal() else None
    return later.isoformat() if later and 1000 <= later.year < 3000 else None


def add_months(start: Value, months: Value) -> str | None:
    """The same day some months later, or the last day of a shorter month."""
    first, count = day(start), whole(months)
    if first is None or count is None:
        return None
    year, month = divmod(first.year * 12 + first.month - 1 + count, 12)
    if not 1000 <= year < 3000:
        return None
    return date(year, month + 1, min(first.day, monthrange(year, month + 1)[1])).isoformat()


def year_of(value: Value) -> int | None:
    found = day(value)
    return found.year if found else None


OPERATIONS: dict[str, Callable[..., Value]] = {
    "and": all_true, "or": any_true, "not": inverse,
    "==": equal, "<": less, "<=": at_most, "in": among,
    "+": arithmetic(lambda left, right: left + right), "-": arithmetic(lambda left, right: left - right),
    "*": arithmetic(lambda left, right: left * right), "/": divided,
    "list": lambda *values: list(values), "answered": is_given, "round": rounded_to,
    "sum": total, "count": lambda *values: len(given_in(values)),
    "min": extreme(less), "max": extreme(lambda one, other: less(other, one)),
    "age": age, "year": year_of, "days_between": days_between, "months_between": months_between,
    "add_days": add_days, "add_months": add_months,
}
"""What each word of the tree does with the values of its parts."""
