"""What a rule says: the tree of an :class:`app.language.expressions.Expression`, made a value.

``static/js/expressions.js`` is the twin of this module; ``tests/language/expressions.json`` holds
both to the same results.

What a rule sees are plain values: text, number, true/false, an ISO date (also partial: ``"1998"``,
``"1998-03"``), an amount of money (``{"amount": 500, "currency": "RON"}``), a list of codes, the rows of a
table, or ``None`` for a missing answer.

* A missing part makes a comparison or a sum of two terms missing; so do parts of different kinds
  (text with number) and a division by zero. Evaluating never fails.
* ``and``, ``or`` and ``not`` are three-valued: ``False and missing`` is false, ``True or missing`` true.
* ``sum``, ``count``, ``count_of``, ``min`` and ``max`` leave missing answers out; a sum of nothing is 0.
* A partial date counts as its first day, so ``age`` of a birth year is the greatest age possible.
* Amounts in two currencies are neither compared nor counted together: the result is missing. An amount and a
  number go together, and so do two amounts in one currency; what a rule says in the end is the bare amount.
* Numbers are decimal, rounded to six places; beyond :data:`LARGEST` they are missing.
"""

import re
from calendar import monthrange
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import reduce
from typing import Any

Value = Any
Tree = Any
Evaluate = Callable[[Mapping[str, Value], str], Value]

LARGEST = 10**15
DATE = re.compile(r"([12]\d{3})(?:-(\d\d)(?:-(\d\d)(?:T.*)?)?)?", re.ASCII)
SIX_PLACES = Decimal("0.000001")


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


def currency(value: Value) -> str | None:
    """The currency of an amount of money; ``None`` for anything else."""
    return value.get("currency") if isinstance(value, Mapping) else None


def bare(value: Value) -> Value:
    """An amount of money without its currency; anything else as it is."""
    return value.get("amount") if isinstance(value, Mapping) and "currency" in value else value


def priced(amount: Value, currency: str | None) -> Value:
    """The amount in this currency, if there is one."""
    return amount if amount is None or currency is None else {"amount": amount, "currency": currency}


def currencies_of(*values: Value) -> set[str]:
    return {found for value in values if (found := currency(value)) is not None}


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
    value = bare(value)
    exact = number(value)
    if exact is None:
        return None if value == "" or is_number(value) else value
    return int(exact) if exact == exact.to_integral_value() else exact.normalize()


def is_given(value: Value) -> bool:
    return value is not None and value != "" and value != []


def pair(left: Value, right: Value) -> tuple[Value, Value] | None:
    """Two values made comparable; ``None`` when one is missing or they are of different kinds or currencies."""
    if len(currencies_of(left, right)) > 1:
        return None
    left, right = bare(left), bare(right)
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


def added(work: Callable[[Decimal, Decimal], Decimal]) -> Callable[[Value, Value], Value]:
    """Addition or subtraction, of amounts in one currency too."""
    def worked(left: Value, right: Value) -> Value:
        found = currencies_of(left, right)
        if len(found) > 1:
            return None
        return priced(arithmetic(work)(bare(left), bare(right)), *(found or (None,)))
    return worked


def multiplied(left: Value, right: Value) -> Value:
    """The product; an amount is only multiplied by a number."""
    if currency(left) and currency(right):
        return None
    return priced(arithmetic(lambda first, second: first * second)(bare(left), bare(right)),
                  currency(left) or currency(right))


def arithmetic(work: Callable[[Decimal, Decimal], Decimal]) -> Callable[[Value, Value], Decimal | None]:
    """An operation on two numbers that is missing when either is."""
    def worked(left: Value, right: Value) -> Decimal | None:
        first, second = number(left), number(right)
        if first is None or second is None:
            return None
        return rounded(work(first, second))
    return worked


def divided(left: Value, right: Value) -> Value:
    """The quotient: of two amounts in one currency a number, of an amount and a number an amount."""
    if not number(bare(right)) or (currency(right) and currency(left) != currency(right)):
        return None
    quotient = arithmetic(lambda first, second: first / second)(bare(left), bare(right))
    return priced(quotient, None if currency(right) else currency(left))


def given_in(values: tuple[Value, ...]) -> list[Value]:
    """The answers there are in these values and lists of values."""
    flat = [one for value in values for one in (value if isinstance(value, list) else [value])]
    return [one for one in flat if is_given(one)]


def total(*values: Value) -> Value:
    return reduce(added(lambda first, second: first + second), given_in(values), Decimal(0))


def extreme(better: Callable[[Value, Value], bool | None]) -> Callable[..., Value]:
    """The best of the values given; missing when there is none, or they cannot be compared."""
    def best_of(*values: Value) -> Value:
        given = given_in(values)
        if len(currencies_of(*given)) > 1 or any(better(one, given[0]) is None for one in given):
            return None
        return reduce(lambda best, one: one if better(one, best) else best, given) if given else None
    return best_of


def rounded_to(value: Value, places: Value) -> Value:
    exact, count = number(bare(value)), whole(places)
    if exact is None or count is None or not 0 <= count <= 6:
        return None
    return priced(rounded(exact, Decimal(1).scaleb(-count)), currency(value))


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
    """Full years; from a partial birth date the greatest age possible. Nobody has an age before birth."""
    months = months_between(birth, on)
    return None if months is None or months < 0 else months // 12


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


def count_of(values: Value, wanted: Value) -> int:
    """How many of the answers are the one that is wanted."""
    return sum(equal(value, wanted) is True for value in given_in((values,)))


def year_of(value: Value) -> int | None:
    found = day(value)
    return found.year if found else None


OPERATIONS: dict[str, Callable[..., Value]] = {
    "and": all_true, "or": any_true, "not": inverse,
    "==": equal, "<": less, "<=": at_most, "in": among,
    "+": added(lambda left, right: left + right), "-": added(lambda left, right: left - right),
    "*": multiplied, "/": divided,
    "list": lambda *values: list(values), "answered": is_given, "round": rounded_to,
    "sum": total, "count": lambda *values: len(given_in(values)), "count_of": count_of,
    "min": extreme(less), "max": extreme(lambda one, other: less(other, one)),
    "age": age, "year": year_of, "days_between": days_between, "months_between": months_between,
    "add_days": add_days, "add_months": add_months,
}
"""What each word of the tree does with the values of its parts."""
