"""What the questions that ``stages.yaml`` names must be answered with, and how that is said of one that is not.

Each key declares it in its annotation (``beds: NumberName``); the question tells by itself whether it fits.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Annotated, Any, NamedTuple, get_args

from pydantic import BaseModel

from dosar.language.question import Question
from dosar.language.question_options import Name
from dosar.language.text.message import msgid

Path = tuple[str | int, ...]


@dataclass(frozen=True)
class WantedAnswers:
    """Which questions fit a key, and what is said of one that does not."""

    fits: Callable[[Question], bool]
    message: str


class NamedQuestion(NamedTuple):
    """A question (or, without one, a form) that the file names, and where it does."""

    path: Path
    form: str
    question: str = ""
    table: str = ""
    """The table of rows whose column it is."""
    wanted: WantedAnswers | None = None
    """What it must be answered with."""
    points_to: str = ""
    """The form, or ``user``, that it must be a link to."""
    of_case: bool = True
    """Whether the form must belong to a case."""


def _is_one_choice(question: Question) -> bool:
    return question.chosen and not question.several and question.link_target() is None and not _is_yes_no(question)


def _is_yes_no(question: Question) -> bool:
    return question.rule_sort == "yes_no"


def is_one_text(question: Question) -> bool:
    """Answered with words that somebody writes."""
    return question.rule_sort == "text" and not (question.several or question.chosen or question.by_clock)


def _is_shown(question: Question) -> bool:
    return bool(question.column_types()) and not question.attached


DAY = WantedAnswers(
    lambda question: question.whole_day, msgid('"%(name)s" is no date; take a question with "type: date".')
)
MONTH = WantedAnswers(
    lambda question: question.dated,
    msgid('"%(name)s" says no month; take a question with "type: month" or "type: date".'),
)
NUMBER = WantedAnswers(
    lambda question: question.summable and not question.in_currencies,
    msgid('"%(name)s" is no number; take a question with "type: integer" or "type: decimal".'),
)
MONEY = WantedAnswers(
    lambda question: question.in_currencies,
    msgid('"%(name)s" is no amount of money; take a question with "type: money".'),
)
QUANTITY = WantedAnswers(
    lambda question: question.summable or is_one_text(question),
    msgid('"%(name)s" does not say how much; take a number, or a text.'),
)
CHOICE = WantedAnswers(
    _is_one_choice, msgid('"%(name)s" is not answered with one choice; take a question with "type: select_one".')
)
CHOICES = WantedAnswers(
    lambda question: question.chosen and question.several,
    msgid('"%(name)s" is not answered with several choices; take a question with "type: select_multiple".'),
)
CURRENCY = WantedAnswers(
    lambda question: _is_one_choice(question) or is_one_text(question),
    msgid('"%(name)s" says no currency; take a choice whose codes are those of currencies, such as EUR.'),
)
YES_NO = WantedAnswers(
    _is_yes_no, msgid('"%(name)s" is not answered with yes or no; take a question with "type: yes_no".')
)
RECORD = WantedAnswers(
    lambda question: question.link_target() is not None, msgid('"%(name)s" points to no record; take a link.')
)
TEXT = WantedAnswers(is_one_text, msgid('"%(name)s" is no text; take a question with "type: text".'))
SHOWN = WantedAnswers(
    _is_shown, msgid('"%(name)s" cannot be said in a line; take a question that has an answer of its own, and no file.')
)
ROWS = WantedAnswers(
    lambda question: bool(question.columns_asked()),
    msgid('"%(name)s" has no rows; take a question with "type: table".'),
)

DayName = Annotated[Name, DAY]
MonthName = Annotated[Name, MONTH]
NumberName = Annotated[Name, NUMBER]
MoneyName = Annotated[Name, MONEY]
QuantityName = Annotated[Name, QUANTITY]
ChoiceName = Annotated[Name, CHOICE]
ChoicesName = Annotated[Name, CHOICES]
CurrencyName = Annotated[Name, CURRENCY]
YesNoName = Annotated[Name, YES_NO]
RecordName = Annotated[Name, RECORD]
TextName = Annotated[Name, TEXT]
ShownName = Annotated[Name, SHOWN]
RowsName = Annotated[Name, ROWS]


def wanted_by(part: type[BaseModel], option: str) -> WantedAnswers | None:
    """What the question that this key names must be answered with."""
    field = part.model_fields[option]
    found = (*field.metadata, *_metadata(field.annotation))
    return next((wanted for wanted in found if isinstance(wanted, WantedAnswers)), None)


def _metadata(annotation: Any) -> Iterator[Any]:
    """What is annotated anywhere in a type: ``DayName | None``, ``tuple[YesNoName, ...]``."""
    yield from getattr(annotation, "__metadata__", ())
    for inner in get_args(annotation):
        yield from _metadata(inner)


def named_questions(part: BaseModel, path: Path, form: str, *options: str, table: str = "") -> Iterator[NamedQuestion]:
    """The questions of one form (or columns of its table) that these keys of a part of the file name."""
    for option in options:
        value, wanted = getattr(part, option), wanted_by(type(part), option)
        if isinstance(value, str):
            yield NamedQuestion((*path, option), form, value, table, wanted)
        for position, name in enumerate(value if isinstance(value, tuple) else ()):
            yield NamedQuestion((*path, option, position), form, name, table, wanted)
