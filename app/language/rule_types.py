"""Of what kind everything in a rule is, so that a rule that can never have an answer is found before it runs.

Evaluating never fails: a date added to a number is *missing*, for every sheet and for ever. Here each piece of a
rule gets its kind out of the questions it asks about, and the first pieces that do not go together are told with
what to write instead.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, NamedTuple

from app.language.evaluating import day, is_number
from app.language.expressions import Expression
from app.language.finding import Finding, Place, finding
from app.language.message import Message, msgid
from app.language.question import Question
from app.language.rule_text import written

NUMBER, DATE, TEXT, CHOICE, YES_NO, LINK, ROWS, FILE, NOTHING, ANY = (
    "number", "date", "text", "choice", "yes_no", "link", "rows", "file", "nothing", "any",
)
FAMILY = {CHOICE: TEXT}
"""Kinds whose values are compared with those of another: a code is a word."""
CALLED = {
    NUMBER: Message("a number"), DATE: Message("a date"), TEXT: Message("a text"), CHOICE: Message("a choice"),
    YES_NO: Message("yes or no"), LINK: Message("a record"), ROWS: Message("rows of a table"),
    FILE: Message("a file"), NOTHING: Message("a remark without an answer"),
}
SEVERAL = Message("several answers")
RESULTS = {NUMBER: "decimal", DATE: "date", TEXT: "text", CHOICE: "text", YES_NO: "yes_no"}
"""The result that a computed question has, by the kind of its rule."""
TAKES: Mapping[str, tuple[tuple[str, ...], str]] = {
    "age": ((DATE, DATE), NUMBER), "days_between": ((DATE, DATE), NUMBER), "months_between": ((DATE, DATE), NUMBER),
    "add_days": ((DATE, NUMBER), DATE), "add_months": ((DATE, NUMBER), DATE), "year": ((DATE,), NUMBER),
    "round": ((NUMBER, NUMBER), NUMBER),
}
"""What each value of a function must be, and what the function gives."""

WANTED = msgid("“%(piece)s” is %(kind)s; here it must be %(wanted)s.")
NO_NUMBER = {
    CHOICE: msgid(
        "“%(piece)s” is a choice: its code is a word, whatever it looks like, and cannot be counted with. Ask with "
        "type: integer, with min and max, to count with the answer."
    ),
    YES_NO: msgid("“%(piece)s” is yes or no and cannot be counted with. Write count_of(%(piece)s, True): 1 for yes."),
}
"""Why it cannot be reckoned with, by its kind."""
MOVED = msgid("A day and a number are not added with + or -. Write add_days(%(day)s, %(number)s).")
APART = msgid("A date is not taken from a date with -. Write days_between(%(first)s, %(last)s).")
JOINED = msgid(
    "Texts are not put together in a rule (“%(piece)s”). Name the questions one after the other in list or "
    "record_title."
)
CONDITION = msgid(
    "This must be true or false, and “%(piece)s” is %(kind)s. Write answered(%(piece)s), or compare it with something."
)
MIXED = msgid("“%(left)s” is %(kind)s and “%(right)s” is %(other)s: they can never be compared.")
UNCOMPARED = msgid(
    "“%(piece)s” is %(kind)s and cannot be compared. Write count(%(piece)s) or answered(%(piece)s)."
)
NO_ORDER = msgid("“%(piece)s” is yes or no, of which neither is less. Compare it with == or !=.")
ONE_ANSWER = msgid("“%(piece)s” has one answer and is no list. Write == in place of “in”.")
OTHER_RESULT = msgid("The rule gives %(kind)s. Write “result: %(result)s”.")
NO_RESULT = msgid("The rule gives %(kind)s, which no answer is. Take count(…), sum(…), min(…) or max(…) of it.")


class Kind(NamedTuple):
    """What a piece of a rule is: the kind of its value, and whether it stands for several."""

    sort: str
    several: bool = False
    constant: bool = False

    @property
    def family(self) -> str:
        return FAMILY.get(self.sort, self.sort)

    @property
    def called(self) -> Message:
        return SEVERAL if self.several else CALLED[self.sort]


UNKNOWN = Kind(ANY)


def kind_of(question: Question, several: bool = False) -> Kind:
    """The kind of a question's answers, as a rule sees them."""
    return Kind(question.rule_sort, several or question.several)


def condition_findings(place: Place, rule: Expression, asked: Mapping[str, Question]) -> Iterator[Finding]:
    """What keeps a rule from being true or false: that of ``show_if``, ``check``, ``warn``, ``required_if``, ``if``."""
    typing = RuleTyping(asked)
    typing.require_condition(rule.tree)
    yield from typing.findings(place)


def value_findings(
    place: Place, rule: Expression, asked: Mapping[str, Question], question: Question,
) -> Iterator[Finding]:
    """What keeps the rule of a computed question from ever giving an answer of its result."""
    typing = RuleTyping(asked)
    kind = typing.kind(rule.tree)
    if kind.several or kind.sort in (ROWS, LINK, FILE, NOTHING):
        typing.complain(NO_RESULT, kind=kind.called)
    elif kind.sort != ANY and kind.family != question.rule_sort:
        typing.complain(OTHER_RESULT, kind=kind.called, result=RESULTS[kind.sort])
    yield from typing.findings(place)


@dataclass
class RuleTyping:
    """Goes through one rule; ``asked`` are the questions it may ask about, by the name it asks with.

    What :mod:`app.language.rule_checks` tells already is passed over: names that are not there, several answers
    compared as one, and answers compared with values they can never be.
    """

    asked: Mapping[str, Question]
    complaints: dict[Message, None] = field(default_factory=dict)

    def findings(self, place: Place) -> Iterator[Finding]:
        for told in self.complaints:
            yield finding(place, "F060", told.text, **told.values)

    def complain(self, text: str, **values: Any) -> Kind:
        """Tell what is wrong; nothing more is said of what is made of it."""
        self.complaints[Message(text, values)] = None
        return UNKNOWN

    def kind(self, tree: Any) -> Kind:
        """The kind of a piece of the rule."""
        if not isinstance(tree, list):
            return _constant(tree)
        operator, *parts = tree
        if operator in TAKES:
            return self._taking(operator, parts)
        return self.KINDS[operator](self, tree, parts)

    def require_condition(self, tree: Any) -> None:
        """Something that must be true or false."""
        kind = self.kind(tree)
        if kind.sort not in (YES_NO, ANY) or kind.several:
            self.complain(CONDITION, piece=written(tree), kind=kind.called)

    def require(self, tree: Any, wanted: str) -> Kind:
        """Something that must be of the kind wanted; several answers to be reckoned with are told elsewhere."""
        kind = self.kind(tree)
        if kind.sort == ANY or kind.family == wanted:
            return kind
        if wanted == DATE and kind.constant and day(tree) is not None:
            return Kind(DATE, constant=True)
        if wanted == NUMBER and kind.sort in NO_NUMBER:
            return self.complain(NO_NUMBER[kind.sort], piece=written(tree))
        return self.complain(WANTED, piece=written(tree), kind=kind.called, wanted=CALLED[wanted])

    def _taking(self, function: str, parts: Sequence[Any]) -> Kind:
        wanted, gives = TAKES[function]
        for part, sort in zip(parts, wanted, strict=True):
            kind = self.require(part, sort)
            if kind.several:
                self.complain(WANTED, piece=written(part), kind=SEVERAL, wanted=CALLED[sort])
        return Kind(gives)

    def _name(self, tree: Any, parts: Sequence[Any]) -> Kind:
        question = self.asked.get(".".join(parts))
        return UNKNOWN if question is None else kind_of(question, several=tree[0] == "column")

    def _list(self, tree: Any, parts: Sequence[Any]) -> Kind:
        return Kind(_constant(parts[0]).sort if parts else ANY, several=True, constant=True)

    def _logic(self, tree: Any, parts: Sequence[Any]) -> Kind:
        for part in parts:
            self.require_condition(part)
        return Kind(YES_NO)

    def _comparison(self, tree: Any, parts: Sequence[Any]) -> Kind:
        kinds = [self.kind(part) for part in parts]
        alike = self._require_alike(parts, kinds)
        if alike and tree[0] != "==" and {kind.sort for kind in kinds} == {YES_NO}:
            self.complain(NO_ORDER, piece=written(parts[0] if isinstance(parts[0], list) else parts[1]))
        return Kind(YES_NO)

    def _among(self, tree: Any, parts: Sequence[Any]) -> Kind:
        kinds = [self.kind(part) for part in parts]
        if kinds[1].sort != ANY and not kinds[1].several:
            self.complain(ONE_ANSWER, piece=written(parts[1]))
        else:
            self._require_alike(parts, kinds)
        return Kind(YES_NO)

    def _require_alike(self, parts: Sequence[Any], kinds: Sequence[Kind]) -> bool:
        """Things that are compared with one another; says whether they can be."""
        known = [(part, kind) for part, kind in zip(parts, kinds, strict=True) if kind.sort != ANY]
        for part, kind in known:
            if kind.sort in (ROWS, FILE, NOTHING):
                self.complain(UNCOMPARED, piece=written(part), kind=kind.called)
                return False
        if self._is_told_elsewhere(known):
            return True
        for part, kind in known[1:]:
            if not _can_meet(known[0], (part, kind)):
                self.complain(
                    MIXED, left=written(known[0][0]), kind=known[0][1].called, right=written(part), other=kind.called,
                )
                return False
        return True

    def _is_told_elsewhere(self, known: Sequence[tuple[Any, Kind]]) -> bool:
        """Whether the answer to a question is compared with a value: F027 says which it can be."""
        return any(kind.constant for _, kind in known) and any(
            _is_question(part) and kind.sort != LINK for part, kind in known
        )

    def _arithmetic(self, tree: Any, parts: Sequence[Any]) -> Kind:
        kinds = [self.kind(part) for part in parts]
        if UNKNOWN in kinds:
            return UNKNOWN
        remedy = self._other_way(tree, parts, kinds)
        return self._reckoned(parts) if remedy is None else remedy

    def _reckoned(self, parts: Sequence[Any]) -> Kind:
        found = [self.require(part, NUMBER) for part in parts]
        return UNKNOWN if UNKNOWN in found else Kind(NUMBER)

    def _other_way(self, tree: Any, parts: Sequence[Any], kinds: Sequence[Kind]) -> Kind | None:
        """What days and texts are done with, where somebody adds or subtracts them."""
        sorts = [kind.family for kind in kinds]
        if tree[0] == "-" and sorts == [DATE, DATE]:
            return self.complain(APART, first=written(parts[1]), last=written(parts[0]))
        if tree[0] in "+-" and sorts == [DATE, NUMBER]:
            number = parts[1] if tree[0] == "+" else ["-", 0, parts[1]]
            return self.complain(MOVED, day=written(parts[0]), number=written(number))
        if tree[0] == "+" and sorts == [NUMBER, DATE]:
            return self.complain(MOVED, day=written(parts[1]), number=written(parts[0]))
        if tree[0] == "+" and TEXT in sorts and not all(kind.sort in (CHOICE, NUMBER) for kind in kinds):
            return self.complain(JOINED, piece=written(tree))
        return None

    def _sum(self, tree: Any, parts: Sequence[Any]) -> Kind:
        return self._reckoned(parts)

    def _best(self, tree: Any, parts: Sequence[Any]) -> Kind:
        """The least or greatest: of one kind, and that kind."""
        kinds = [self.kind(part) for part in parts]
        if not self._require_alike(parts, kinds) or UNKNOWN in kinds:
            return UNKNOWN
        for part, kind in zip(parts, kinds, strict=True):
            if kind.sort == YES_NO:
                return self.complain(NO_ORDER, piece=written(part))
        return Kind(next((kind.sort for kind in kinds if not kind.constant), kinds[0].sort))

    def _counted(self, tree: Any, parts: Sequence[Any]) -> Kind:
        for part in parts:
            self.kind(part)
        return Kind(NUMBER)

    def _count_of(self, tree: Any, parts: Sequence[Any]) -> Kind:
        self._require_alike(parts, [self.kind(part) for part in parts])
        return Kind(NUMBER)

    def _answered(self, tree: Any, parts: Sequence[Any]) -> Kind:
        self.kind(parts[0])
        return Kind(YES_NO)

    def _today(self, tree: Any, parts: Sequence[Any]) -> Kind:
        return Kind(DATE)

    KINDS: ClassVar[Mapping[str, Callable[["RuleTyping", Any, Sequence[Any]], Kind]]] = {
        "name": _name, "column": _name, "list": _list, "today": _today, "and": _logic, "or": _logic, "not": _logic,
        "==": _comparison, "<": _comparison, "<=": _comparison, "in": _among, "answered": _answered,
        "+": _arithmetic, "-": _arithmetic, "*": _arithmetic, "/": _arithmetic,
        "sum": _sum, "min": _best, "max": _best, "count": _counted, "count_of": _count_of,
    }


def _constant(value: Any) -> Kind:
    if isinstance(value, bool):
        return Kind(YES_NO, constant=True)
    return Kind(NUMBER if is_number(value) else TEXT, constant=True)


def _is_question(tree: Any) -> bool:
    return isinstance(tree, list) and tree[0] in ("name", "column")


def _can_meet(one: tuple[Any, Kind], other: tuple[Any, Kind]) -> bool:
    """Whether two pieces can be compared: of one family, or a date and the text of a day."""
    families = {one[1].family, other[1].family}
    if families == {DATE, TEXT}:
        return all(kind.family == DATE or (kind.constant and day(tree) is not None) for tree, kind in (one, other))
    return len(families) == 1
