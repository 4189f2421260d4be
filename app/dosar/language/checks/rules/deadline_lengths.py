"""Lengths and dates of a time rule by which nothing is ever due, or something without end."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from dosar.language.deadline_rule import DeadlineRule
from dosar.language.deadlines.ready_rules import ReadyRule
from dosar.language.durations import Duration
from dosar.language.text.message import msgid

NO_TIME_AT_ALL = msgid('"%(length)s" is no time at all; write at least 1 day, or take it out.')
TOO_LONG = msgid("%(length)s are longer than any work here; write at most %(most)s.")
OVER_BEFORE = msgid(
    "This can never start: after %(lasts)s nothing is due any more, and the first day comes after %(within)s."
)
OVER_AT_ONCE = msgid(
    'This can never start: "until" is the date it is counted from, and the first day comes later. Name another date.'
)
DONE_AT_ONCE = msgid(
    'This can never start: "done" is the date it is counted from, so it is done as soon as that is answered. '
    "Name another date."
)
TYPED_AT_ONCE = msgid('"typed" is the date it is counted from, so no time is ever given. Name another date.')
LONGEST = Duration(months=100 * 12)
SOME_DAY = date(2026, 1, 1)
NOTHING = Duration()
MAY_BE_NOTHING = {"within", "announced"}
"""On the day itself."""


@dataclass(frozen=True)
class LengthComplaint:
    """What is wrong, and at which key of the rule."""

    path: tuple[str, ...]
    text: str
    values: Mapping[str, str] = field(default_factory=dict)


def wrong_lengths(rule: DeadlineRule) -> Iterator[LengthComplaint]:
    """Lengths that are none, and such as nobody lives to see."""
    said: dict[tuple[str, ...], Duration | None] = {
        (option,): getattr(rule, option) for option in ("within", "every", "lasts", "announced")
    }
    said |= {("steps", code): length for code, length in rule.steps.items()}
    for path, length in said.items():
        if length is None:
            continue
        if length.is_nothing and path[0] not in MAY_BE_NOTHING:
            yield LengthComplaint(path, NO_TIME_AT_ALL, {"length": str(length)})
        if _is_shorter(LONGEST, length):
            yield LengthComplaint(path, TOO_LONG, {"length": str(length), "most": str(LONGEST)})


def over_at_once(ready: ReadyRule) -> Iterator[LengthComplaint]:
    """Rules that are over before their first day: by how long they last, or by the date they are counted from."""
    rule, first = ready.rule, _first_length(ready)
    if rule.lasts and first and _is_shorter(rule.lasts, first):
        yield LengthComplaint(("lasts",), OVER_BEFORE, {"lasts": str(rule.lasts), "within": str(first)})
    if ready.until == ready.source and first and not first.is_nothing:
        yield LengthComplaint(("until",), OVER_AT_ONCE)
    if ready.done == ready.source and not rule.every and not rule.how_often:
        yield LengthComplaint(("done",), DONE_AT_ONCE)
    if ready.typed == ready.source and rule.after:
        yield LengthComplaint(("typed",), TYPED_AT_ONCE)


def _is_shorter(one: Duration, other: Duration) -> bool:
    return one.after(SOME_DAY) < other.after(SOME_DAY)


def _first_length(ready: ReadyRule) -> Duration | None:
    """How long after its date the first day is, at the least; ``None`` where an answer says it, or a calendar."""
    rule = ready.rule
    if rule.within_by or rule.periods:
        return None
    steps = [rule.every] if rule.every else [*rule.steps.values()]
    if not steps:
        return rule.within or NOTHING
    if rule.on or ready.done is not None:  # it comes again on its own days, of which that date is the first
        return NOTHING
    return rule.within or min(steps, key=lambda step: step.after(SOME_DAY))
