"""Of what kind everything in a rule is, so that a rule that can never have an answer is found before it runs.

Evaluating never fails: a date added to a number is *missing*, for every sheet and for ever. Here each piece of a
rule gets its kind out of the questions it asks about, and the first pieces that do not go together are told with
what to write instead.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, NamedTuple

from dosar.language.load.finding import FilePlace, Finding, finding
from dosar.language.question import Question
from dosar.language.rules.evaluation import is_number, to_day
from dosar.language.rules.expressions import Expression
from dosar.language.rules.unparse import write_rule
from dosar.language.text.message import Message, msgid

NUMBER_KIND, DATE_KIND, TEXT_KIND, CHOICE_KIND, YES_NO_KIND, LINK_KIND, ROWS_KIND, FILE_KIND, NO_KIND, ANY_KIND = (
    "number",
    "date",
    "text",
    "choice",
    "yes_no",
    "link",
    "rows",
    "file",
    "nothing",
    "any",
)
KIND_FAMILIES = {CHOICE_KIND: TEXT_KIND}
"""Kinds whose values are compared with those of another: a code is a word."""
KIND_NAMES = {
    NUMBER_KIND: Message("a number"),
    DATE_KIND: Message("a date"),
    TEXT_KIND: Message("a text"),
    CHOICE_KIND: Message("a choice"),
    YES_NO_KIND: Message("yes or no"),
    LINK_KIND: Message("a record"),
    ROWS_KIND: Message("rows of a table"),
    FILE_KIND: Message("a file"),
    NO_KIND: Message("a remark without an answer"),
}
SEVERAL_ANSWERS = Message("several answers")
RESULT_TYPES = {
    NUMBER_KIND: "decimal",
    DATE_KIND: "date",
    TEXT_KIND: "text",
    CHOICE_KIND: "text",
    YES_NO_KIND: "yes_no",
}
"""The result that a computed question has, by the kind of its rule."""
FUNCTION_SIGNATURES: Mapping[str, tuple[tuple[str, ...], str]] = {
    "age": ((DATE_KIND, DATE_KIND), NUMBER_KIND),
    "days_between": ((DATE_KIND, DATE_KIND), NUMBER_KIND),
    "months_between": ((DATE_KIND, DATE_KIND), NUMBER_KIND),
    "add_days": ((DATE_KIND, NUMBER_KIND), DATE_KIND),
    "add_months": ((DATE_KIND, NUMBER_KIND), DATE_KIND),
    "year": ((DATE_KIND,), NUMBER_KIND),
    "round": ((NUMBER_KIND, NUMBER_KIND), NUMBER_KIND),
}
"""What each value of a function must be, and what the function gives."""

WRONG_KIND = msgid("“%(piece)s” is %(kind)s; here it must be %(wanted)s.")
NO_NUMBER = {
    CHOICE_KIND: msgid(
        "“%(piece)s” is a choice: its code is a word, whatever it looks like, and cannot be counted with. Ask with "
        "type: integer, with min and max, to count with the answer."
    ),
    YES_NO_KIND: msgid(
        "“%(piece)s” is yes or no and cannot be counted with. Write count_of(%(piece)s, True): 1 for yes."
    ),
}
"""Why it cannot be reckoned with, by its kind."""
WRITE_ADD_DAYS = msgid("A day and a number are not added with + or -. Write add_days(%(day)s, %(number)s).")
WRITE_DAYS_BETWEEN = msgid("A date is not taken from a date with -. Write days_between(%(first)s, %(last)s).")
TEXTS_NOT_JOINED = msgid(
    "Texts are not put together in a rule (“%(piece)s”). Name the questions one after the other in list or "
    "record_title."
)
MUST_BE_CONDITION = msgid(
    "This must be true or false, and “%(piece)s” is %(kind)s. Write answered(%(piece)s), or compare it with something."
)
NEVER_COMPARABLE = msgid("“%(left)s” is %(kind)s and “%(right)s” is %(other)s: they can never be compared.")
NOT_COMPARABLE = msgid("“%(piece)s” is %(kind)s and cannot be compared. Write count(%(piece)s) or answered(%(piece)s).")
YES_NO_UNORDERED = msgid("“%(piece)s” is yes or no, of which neither is less. Compare it with == or !=.")
NOT_A_LIST = msgid("“%(piece)s” has one answer and is no list. Write == in place of “in”.")
WRONG_RESULT = msgid("The rule gives %(kind)s. Write “result: %(result)s”.")
NO_RESULT = msgid("The rule gives %(kind)s, which no answer is. Take count(…), sum(…), min(…) or max(…) of it.")


class RuleKind(NamedTuple):
    """What a piece of a rule is: the kind of its value, and whether it stands for several."""

    sort: str
    several: bool = False
    constant: bool = False

    @property
    def family(self) -> str:
        return KIND_FAMILIES.get(self.sort, self.sort)

    @property
    def called(self) -> Message:
        return SEVERAL_ANSWERS if self.several else KIND_NAMES[self.sort]


UNKNOWN_KIND = RuleKind(ANY_KIND)


def kind_of_answers(question: Question, several: bool = False) -> RuleKind:
    """The kind of a question's answers, as a rule sees them."""
    return RuleKind(question.rule_sort, several or question.several)


def condition_findings(place: FilePlace, rule: Expression, questions: Mapping[str, Question]) -> Iterator[Finding]:
    """What keeps a rule from being true or false: that of ``show_if``, ``check``, ``warn``, ``required_if``, ``if``."""
    typing = RuleTypeChecker(questions)
    typing.require_condition(rule.tree)
    yield from typing.findings(place)


def value_findings(
    place: FilePlace,
    rule: Expression,
    questions: Mapping[str, Question],
    question: Question,
) -> Iterator[Finding]:
    """What keeps the rule of a computed question from ever giving an answer of its result."""
    typing = RuleTypeChecker(questions)
    kind = typing.kind(rule.tree)
    if kind.several or kind.sort in (ROWS_KIND, LINK_KIND, FILE_KIND, NO_KIND):
        typing.add_complaint(NO_RESULT, kind=kind.called)
    elif kind.sort != ANY_KIND and kind.family != question.rule_sort:
        typing.add_complaint(WRONG_RESULT, kind=kind.called, result=RESULT_TYPES[kind.sort])
    yield from typing.findings(place)


@dataclass
class RuleTypeChecker:
    """Goes through one rule; ``asked`` are the questions it may ask about, by the name it asks with.

    What :mod:`dosar.language.checks.rules.rule_checks` tells already is passed over: names that are not there, several
    answers compared as one, and answers compared with values they can never be.
    """

    questions: Mapping[str, Question]
    complaints: dict[Message, None] = field(default_factory=dict)

    def findings(self, place: FilePlace) -> Iterator[Finding]:
        for complaint in self.complaints:
            yield finding(place, "F060", complaint.text, **complaint.values)

    def add_complaint(self, text: str, **values: Any) -> RuleKind:
        """Tell what is wrong; nothing more is said of what is made of it."""
        self.complaints[Message(text, values)] = None
        return UNKNOWN_KIND

    def kind(self, tree: Any) -> RuleKind:
        """The kind of a piece of the rule."""
        if not isinstance(tree, list):
            return _kind_of_constant(tree)
        operator, *parts = tree
        if operator in FUNCTION_SIGNATURES:
            return self._function_kind(operator, parts)
        return self.KINDS[operator](self, tree, parts)

    def require_condition(self, tree: Any) -> None:
        """Something that must be true or false."""
        kind = self.kind(tree)
        if kind.sort not in (YES_NO_KIND, ANY_KIND) or kind.several:
            self.add_complaint(MUST_BE_CONDITION, piece=write_rule(tree), kind=kind.called)

    def require(self, tree: Any, wanted: str) -> RuleKind:
        """Something that must be of the kind wanted; several answers to be reckoned with are told elsewhere."""
        kind = self.kind(tree)
        if kind.sort == ANY_KIND or kind.family == wanted:
            return kind
        if wanted == DATE_KIND and kind.constant and to_day(tree) is not None:
            return RuleKind(DATE_KIND, constant=True)
        if wanted == NUMBER_KIND and kind.sort in NO_NUMBER:
            return self.add_complaint(NO_NUMBER[kind.sort], piece=write_rule(tree))
        return self.add_complaint(WRONG_KIND, piece=write_rule(tree), kind=kind.called, wanted=KIND_NAMES[wanted])

    def _function_kind(self, function: str, parts: Sequence[Any]) -> RuleKind:
        wanted, gives = FUNCTION_SIGNATURES[function]
        for part, sort in zip(parts, wanted, strict=True):
            kind = self.require(part, sort)
            if kind.several:
                self.add_complaint(WRONG_KIND, piece=write_rule(part), kind=SEVERAL_ANSWERS, wanted=KIND_NAMES[sort])
        return RuleKind(gives)

    def _name(self, tree: Any, parts: Sequence[Any]) -> RuleKind:
        question = self.questions.get(".".join(parts))
        return UNKNOWN_KIND if question is None else kind_of_answers(question, several=tree[0] == "column")

    def _list(self, tree: Any, parts: Sequence[Any]) -> RuleKind:
        return RuleKind(_kind_of_constant(parts[0]).sort if parts else ANY_KIND, several=True, constant=True)

    def _logic(self, tree: Any, parts: Sequence[Any]) -> RuleKind:
        for part in parts:
            self.require_condition(part)
        return RuleKind(YES_NO_KIND)

    def _comparison(self, tree: Any, parts: Sequence[Any]) -> RuleKind:
        kinds = [self.kind(part) for part in parts]
        alike = self._require_alike(parts, kinds)
        if alike and tree[0] != "==" and {kind.sort for kind in kinds} == {YES_NO_KIND}:
            self.add_complaint(YES_NO_UNORDERED, piece=write_rule(parts[0] if isinstance(parts[0], list) else parts[1]))
        return RuleKind(YES_NO_KIND)

    def _among(self, tree: Any, parts: Sequence[Any]) -> RuleKind:
        kinds = [self.kind(part) for part in parts]
        if kinds[1].sort != ANY_KIND and not kinds[1].several:
            self.add_complaint(NOT_A_LIST, piece=write_rule(parts[1]))
        else:
            self._require_alike(parts, kinds)
        return RuleKind(YES_NO_KIND)

    def _require_alike(self, parts: Sequence[Any], kinds: Sequence[RuleKind]) -> bool:
        """Things that are compared with one another; says whether they can be."""
        known = [(part, kind) for part, kind in zip(parts, kinds, strict=True) if kind.sort != ANY_KIND]
        for part, kind in known:
            if kind.sort in (ROWS_KIND, FILE_KIND, NO_KIND):
                self.add_complaint(NOT_COMPARABLE, piece=write_rule(part), kind=kind.called)
                return False
        if self._is_told_elsewhere(known):
            return True
        for part, kind in known[1:]:
            if not _are_comparable(known[0], (part, kind)):
                self.add_complaint(
                    NEVER_COMPARABLE,
                    left=write_rule(known[0][0]),
                    kind=known[0][1].called,
                    right=write_rule(part),
                    other=kind.called,
                )
                return False
        return True

    def _is_told_elsewhere(self, known: Sequence[tuple[Any, RuleKind]]) -> bool:
        """Whether the answer to a question is compared with a value: F027 says which it can be."""
        return any(kind.constant for _, kind in known) and any(
            _is_question_name(part) and kind.sort != LINK_KIND for part, kind in known
        )

    def _arithmetic(self, tree: Any, parts: Sequence[Any]) -> RuleKind:
        kinds = [self.kind(part) for part in parts]
        if UNKNOWN_KIND in kinds:
            return UNKNOWN_KIND
        remedy = self._suggest_function(tree, parts, kinds)
        return self._calculation_kind(parts) if remedy is None else remedy

    def _calculation_kind(self, parts: Sequence[Any]) -> RuleKind:
        found = [self.require(part, NUMBER_KIND) for part in parts]
        return UNKNOWN_KIND if UNKNOWN_KIND in found else RuleKind(NUMBER_KIND)

    def _suggest_function(self, tree: Any, parts: Sequence[Any], kinds: Sequence[RuleKind]) -> RuleKind | None:
        """What days and texts are done with, where somebody adds or subtracts them."""
        sorts = [kind.family for kind in kinds]
        if tree[0] == "-" and sorts == [DATE_KIND, DATE_KIND]:
            return self.add_complaint(WRITE_DAYS_BETWEEN, first=write_rule(parts[1]), last=write_rule(parts[0]))
        if tree[0] in "+-" and sorts == [DATE_KIND, NUMBER_KIND]:
            number = parts[1] if tree[0] == "+" else ["-", 0, parts[1]]
            return self.add_complaint(WRITE_ADD_DAYS, day=write_rule(parts[0]), number=write_rule(number))
        if tree[0] == "+" and sorts == [NUMBER_KIND, DATE_KIND]:
            return self.add_complaint(WRITE_ADD_DAYS, day=write_rule(parts[1]), number=write_rule(parts[0]))
        if tree[0] == "+" and TEXT_KIND in sorts and not all(kind.sort in (CHOICE_KIND, NUMBER_KIND) for kind in kinds):
            return self.add_complaint(TEXTS_NOT_JOINED, piece=write_rule(tree))
        return None

    def _sum(self, tree: Any, parts: Sequence[Any]) -> RuleKind:
        return self._calculation_kind(parts)

    def _best(self, tree: Any, parts: Sequence[Any]) -> RuleKind:
        """The least or greatest: of one kind, and that kind."""
        kinds = [self.kind(part) for part in parts]
        if not self._require_alike(parts, kinds) or UNKNOWN_KIND in kinds:
            return UNKNOWN_KIND
        for part, kind in zip(parts, kinds, strict=True):
            if kind.sort == YES_NO_KIND:
                return self.add_complaint(YES_NO_UNORDERED, piece=write_rule(part))
        return RuleKind(next((kind.sort for kind in kinds if not kind.constant), kinds[0].sort))

    def _counted(self, tree: Any, parts: Sequence[Any]) -> RuleKind:
        for part in parts:
            self.kind(part)
        return RuleKind(NUMBER_KIND)

    def _count_of(self, tree: Any, parts: Sequence[Any]) -> RuleKind:
        self._require_alike(parts, [self.kind(part) for part in parts])
        return RuleKind(NUMBER_KIND)

    def _answered(self, tree: Any, parts: Sequence[Any]) -> RuleKind:
        self.kind(parts[0])
        return RuleKind(YES_NO_KIND)

    def _today(self, tree: Any, parts: Sequence[Any]) -> RuleKind:
        return RuleKind(DATE_KIND)

    KINDS: ClassVar[Mapping[str, Callable[["RuleTypeChecker", Any, Sequence[Any]], RuleKind]]] = {
        "name": _name,
        "column": _name,
        "list": _list,
        "today": _today,
        "and": _logic,
        "or": _logic,
        "not": _logic,
        "==": _comparison,
        "<": _comparison,
        "<=": _comparison,
        "in": _among,
        "answered": _answered,
        "+": _arithmetic,
        "-": _arithmetic,
        "*": _arithmetic,
        "/": _arithmetic,
        "sum": _sum,
        "min": _best,
        "max": _best,
        "count": _counted,
        "count_of": _count_of,
    }


def _kind_of_constant(value: Any) -> RuleKind:
    if isinstance(value, bool):
        return RuleKind(YES_NO_KIND, constant=True)
    return RuleKind(NUMBER_KIND if is_number(value) else TEXT_KIND, constant=True)


def _is_question_name(tree: Any) -> bool:
    return isinstance(tree, list) and tree[0] in ("name", "column")


def _are_comparable(left: tuple[Any, RuleKind], right: tuple[Any, RuleKind]) -> bool:
    """Whether two pieces can be compared: of one family, or a date and the text of a day."""
    families = {left[1].family, right[1].family}
    if families == {DATE_KIND, TEXT_KIND}:
        return all(
            kind.family == DATE_KIND or (kind.constant and to_day(tree) is not None) for tree, kind in (left, right)
        )
    return len(families) == 1
