"""What a rule says: the tree of an :class:`dosar.language.rules.expressions.Expression`, made a value.

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
* Numbers are decimal, rounded to six places; beyond :data:`LARGEST_NUMBER` they are missing.
"""

import re
from calendar import monthrange
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import reduce
from typing import Any

RuleValue = Any
RuleTree = Any
Evaluator = Callable[[Mapping[str, RuleValue], str], RuleValue]

LARGEST_NUMBER = 10**15
DATE_PATTERN = re.compile(r"([12]\d{3})(?:-(\d\d)(?:-(\d\d)(?:T.*)?)?)?", re.ASCII)
SIX_PLACES = Decimal("0.000001")


def compile_rule(tree: RuleTree) -> Evaluator:
    """The tree as nested closures: walked once, called for every sheet."""
    if not isinstance(tree, list):
        constant = to_number(tree) if is_number(tree) else tree
        return lambda answers, today: constant
    operator, *rest = tree
    if operator == "today":
        return lambda answers, today: today
    if operator == "name":
        name = rest[0]
        return lambda answers, today: answers.get(name)
    if operator == "column":
        table, column = rest
        return lambda answers, today: [row.get(column) for row in rows_in_value(answers.get(table))]
    operation = RULE_OPERATIONS[operator]
    parts = [compile_rule(part) for part in rest]
    return lambda answers, today: operation(*[part(answers, today) for part in parts])


def rows_in_value(value: RuleValue) -> list[Mapping[str, RuleValue]]:
    return [row for row in value if isinstance(row, Mapping)] if isinstance(value, list) else []


def is_number(value: RuleValue) -> bool:
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)


def currency_of(value: RuleValue) -> str | None:
    """The currency of an amount of money; ``None`` for anything else."""
    return value.get("currency") if isinstance(value, Mapping) else None


def without_currency(value: RuleValue) -> RuleValue:
    """An amount of money without its currency; anything else as it is."""
    return value.get("amount") if isinstance(value, Mapping) and "currency" in value else value


def with_currency(amount: RuleValue, currency: str | None) -> RuleValue:
    """The amount in this currency, if there is one."""
    return amount if amount is None or currency is None else {"amount": amount, "currency": currency}


def currencies_of(*values: RuleValue) -> set[str]:
    return {found for value in values if (found := currency_of(value)) is not None}


def to_number(value: RuleValue) -> Decimal | None:
    """The value as a decimal number, if it is one and not too large to count with."""
    if not is_number(value):
        return None
    exact = value if isinstance(value, Decimal) else Decimal(str(value))
    return exact if exact.is_finite() and abs(exact) < LARGEST_NUMBER else None


def round_decimal(value: Decimal, places: Decimal = SIX_PLACES) -> Decimal | None:
    return value.quantize(places, ROUND_HALF_UP) if abs(value) < LARGEST_NUMBER else None


def simplify_result(value: RuleValue) -> RuleValue:
    """A result as others want it: whole numbers as int, the rest of numbers as the shortest Decimal."""
    value = without_currency(value)
    exact = to_number(value)
    if exact is None:
        return None if value == "" or is_number(value) else value
    return int(exact) if exact == exact.to_integral_value() else exact.normalize()


def is_given(value: RuleValue) -> bool:
    return value is not None and value != "" and value != []


def comparable_pair(left: RuleValue, right: RuleValue) -> tuple[RuleValue, RuleValue] | None:
    """Two values made comparable; ``None`` when one is missing or they are of different kinds or currencies."""
    if len(currencies_of(left, right)) > 1:
        return None
    left, right = without_currency(left), without_currency(right)
    if is_number(left) and is_number(right):
        numbers = to_number(left), to_number(right)
        return None if None in numbers else numbers
    if isinstance(left, bool) and isinstance(right, bool):
        return left, right
    if isinstance(left, str) and isinstance(right, str) and left and right:
        return same_precision(left, right)
    return None


def same_precision(left: str, right: str) -> tuple[str, str]:
    """Two dates by their days (a partial one by its first); other texts, and two times, as they are."""
    if ("T" in left and "T" in right) or not (DATE_PATTERN.fullmatch(left) and DATE_PATTERN.fullmatch(right)):
        return left, right
    return first_day_text(left), first_day_text(right)


def first_day_text(text: str) -> str:
    return (text + "-01-01"[len(text) - 4 :])[:10]


def to_day(value: RuleValue) -> date | None:
    """The day of a date, partial date or time; ``None`` for anything else."""
    if not isinstance(value, str) or not DATE_PATTERN.fullmatch(value):
        return None
    try:
        return date.fromisoformat(first_day_text(value))
    except ValueError:
        return None


def is_equal(left: RuleValue, right: RuleValue) -> bool | None:
    pair = comparable_pair(left, right)
    return None if pair is None else pair[0] == pair[1]


def is_less(left: RuleValue, right: RuleValue) -> bool | None:
    pair = comparable_pair(left, right)
    return None if pair is None or isinstance(pair[0], bool) else pair[0] < pair[1]


def is_at_most(left: RuleValue, right: RuleValue) -> bool | None:
    return negate_truth(is_less(right, left))


def is_among(value: RuleValue, values: RuleValue) -> bool | None:
    if not is_given(value) or isinstance(value, list) or not isinstance(values, list):
        return None
    return any(is_equal(value, listed) for listed in values)


def negate_truth(value: RuleValue) -> bool | None:
    return not value if isinstance(value, bool) else None


def all_true(*values: RuleValue) -> bool | None:
    if any(value is False for value in values):
        return False
    return True if all(value is True for value in values) else None


def any_true(*values: RuleValue) -> bool | None:
    if any(value is True for value in values):
        return True
    return False if all(value is False for value in values) else None


def make_addition(work: Callable[[Decimal, Decimal], Decimal]) -> Callable[[RuleValue, RuleValue], RuleValue]:
    """Addition or subtraction, of amounts in one currency too."""

    def worked(left: RuleValue, right: RuleValue) -> RuleValue:
        found = currencies_of(left, right)
        if len(found) > 1:
            return None
        return with_currency(
            make_arithmetic(work)(without_currency(left), without_currency(right)), *(found or (None,))
        )

    return worked


def multiply_values(left: RuleValue, right: RuleValue) -> RuleValue:
    """The product; an amount is only multiplied by a number."""
    if currency_of(left) and currency_of(right):
        return None
    return with_currency(
        make_arithmetic(lambda first, second: first * second)(without_currency(left), without_currency(right)),
        currency_of(left) or currency_of(right),
    )


def make_arithmetic(work: Callable[[Decimal, Decimal], Decimal]) -> Callable[[RuleValue, RuleValue], Decimal | None]:
    """An operation on two numbers that is missing when either is."""

    def worked(left: RuleValue, right: RuleValue) -> Decimal | None:
        first, second = to_number(left), to_number(right)
        if first is None or second is None:
            return None
        return round_decimal(work(first, second))

    return worked


def divide_values(left: RuleValue, right: RuleValue) -> RuleValue:
    """The quotient: of two amounts in one currency a number, of an amount and a number an amount."""
    if not to_number(without_currency(right)) or (currency_of(right) and currency_of(left) != currency_of(right)):
        return None
    quotient = make_arithmetic(lambda first, second: first / second)(without_currency(left), without_currency(right))
    return with_currency(quotient, None if currency_of(right) else currency_of(left))


def given_values(values: tuple[RuleValue, ...]) -> list[RuleValue]:
    """The answers there are in these values and lists of values."""
    flat = [item for value in values for item in (value if isinstance(value, list) else [value])]
    return [item for item in flat if is_given(item)]


def sum_values(*values: RuleValue) -> RuleValue:
    return reduce(make_addition(lambda first, second: first + second), given_values(values), Decimal(0))


def make_extreme(better: Callable[[RuleValue, RuleValue], bool | None]) -> Callable[..., RuleValue]:
    """The best of the values given; missing when there is none, or they cannot be compared."""

    def best_of(*values: RuleValue) -> RuleValue:
        given = given_values(values)
        if len(currencies_of(*given)) > 1 or any(better(other, given[0]) is None for other in given):
            return None
        return reduce(lambda best, value: value if better(value, best) else best, given) if given else None

    return best_of


def round_to_places(value: RuleValue, places: RuleValue) -> RuleValue:
    exact, count = to_number(without_currency(value)), to_whole_number(places)
    if exact is None or count is None or not 0 <= count <= 6:
        return None
    return with_currency(round_decimal(exact, Decimal(1).scaleb(-count)), currency_of(value))


def to_whole_number(value: RuleValue) -> int | None:
    exact = to_number(value)
    return int(exact) if exact is not None and abs(exact) < 100_000 and exact == int(exact) else None


def days_between(earlier: RuleValue, later: RuleValue) -> int | None:
    first, last = to_day(earlier), to_day(later)
    return (last - first).days if first and last else None


def months_between(earlier: RuleValue, later: RuleValue) -> int | None:
    """Full months from one day to the other."""
    first, last = to_day(earlier), to_day(later)
    if not (first and last):
        return None
    return (last.year - first.year) * 12 + last.month - first.month - (last.day < first.day)


def age_in_years(birth: RuleValue, on: RuleValue) -> int | None:
    """Full years; from a partial birth date the greatest age possible. Nobody has an age before birth."""
    months = months_between(birth, on)
    return None if months is None or months < 0 else months // 12


def add_days(start: RuleValue, days: RuleValue) -> str | None:
    first, count = to_day(start), to_whole_number(days)
    if first is None or count is None:
        return None
    later = first + timedelta(days=count) if 0 < first.toordinal() + count < date.max.toordinal() else None
    return later.isoformat() if later and 1000 <= later.year < 3000 else None


def add_months(start: RuleValue, months: RuleValue) -> str | None:
    """The same day some months later, or the last day of a shorter month."""
    first, count = to_day(start), to_whole_number(months)
    if first is None or count is None:
        return None
    year, month = divmod(first.year * 12 + first.month - 1 + count, 12)
    if not 1000 <= year < 3000:
        return None
    return day_in_month(year, month + 1, first.day).isoformat()


def day_in_month(year: int, month: int, day: int) -> date:
    """That day, or the last one of a month that is shorter."""
    return date(year, month, min(day, monthrange(year, month)[1]))


def count_of(values: RuleValue, wanted: RuleValue) -> int:
    """How many of the answers are the one that is wanted."""
    return sum(is_equal(value, wanted) is True for value in given_values((values,)))


def year_of(value: RuleValue) -> int | None:
    found = to_day(value)
    return found.year if found else None


RULE_OPERATIONS: dict[str, Callable[..., RuleValue]] = {
    "and": all_true,
    "or": any_true,
    "not": negate_truth,
    "==": is_equal,
    "<": is_less,
    "<=": is_at_most,
    "in": is_among,
    "+": make_addition(lambda left, right: left + right),
    "-": make_addition(lambda left, right: left - right),
    "*": multiply_values,
    "/": divide_values,
    "list": lambda *values: list(values),
    "answered": is_given,
    "round": round_to_places,
    "sum": sum_values,
    "count": lambda *values: len(given_values(values)),
    "count_of": count_of,
    "min": make_extreme(is_less),
    "max": make_extreme(lambda left, right: is_less(right, left)),
    "age": age_in_years,
    "year": year_of,
    "days_between": days_between,
    "months_between": months_between,
    "add_days": add_days,
    "add_months": add_months,
}
"""What each word of the tree does with the values of its parts."""
