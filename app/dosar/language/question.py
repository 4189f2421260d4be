"""A question of a paper form: what every kind has in common.

The kinds themselves are in :mod:`dosar.fields`, one class each. A kind's class *is* the schema of its
YAML options, its columns, its input, the text shown and printed; nothing else knows the kind.
"""

from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement

from dosar.language.choices import Choice, FormerChoice
from dosar.language.question_options import QuestionOptions, Sensitivity
from dosar.language.rules.expressions import Expression
from dosar.language.text.characters import strip_invisible, unify_line_breaks
from dosar.language.text.message import Message, Mistake
from dosar.language.text.texts import Text

Answer = Any
Answers = dict[str, Answer]
ExactValue = int | Decimal | date | None
"""What a spreadsheet reckons with; ``None`` for what is words to it."""


class Unknown(StrEnum):
    """A given answer that is no value; kept apart from an empty box."""

    DONT_KNOW = "dont_know"
    REFUSED = "refused"


TYPED_UNKNOWNS = {"~dont_know": Unknown.DONT_KNOW, "~refused": Unknown.REFUSED}


@dataclass(frozen=True)
class ReadingContext:
    """Who reads or writes: the language of dates and numbers, and the day it is."""

    language: str
    today: date
    worker_id: int | None = None
    """The user, where one is known."""
    country: str | None = None
    """Where the organisation is: an ISO 3166-1 code, once the organisation has said it."""


class BoxSize(NamedTuple):
    """The measures of an input box."""

    width: int = 0
    """Expected length of the answer in characters; 0 for the whole line."""
    lines: int = 0
    """The paper's lines; 0 for a box of one line."""
    inputmode: str = ""
    """Which keyboard a phone offers."""
    unit: Text | None = None
    person: bool = False
    """A birth date: its age is said with it."""
    past: bool = False
    """Only days that have been are answers."""


class Question(QuestionOptions, ABC):
    """One question, and what its kind does with an answer; its options are :class:`QuestionOptions`.

    An answer is a plain Python value (see each kind), ``None`` when nothing was answered, or an
    :class:`Unknown`. What a person types arrives as the list of texts posted under the question's
    name, in the order of the page.
    """

    def is_written_by(self, roles: Collection[str]) -> bool:
        """Whether somebody with these roles may write the answer."""
        return not self.written_by or not set(self.written_by).isdisjoint(roles)

    # --- storage -------------------------------------------------------------------------------

    @abstractmethod
    def column_types(self) -> dict[str, Any]:
        """Column name → SQLAlchemy type, for the value alone. Empty when nothing is stored."""

    def column_names(self) -> list[str]:
        """The columns of this question's answer, with the one that says why there is none."""
        names = list(self.column_types())
        return [*names, f"{self.name}__unknown"] if names and self.unknown else names

    def sealed_columns(self) -> Collection[str]:
        """Those of its columns in which words of somebody's own stand, or what tells who a person is or reaches her.

        They lie sealed in the database (:mod:`dosar.database.sealing.answer_columns`); no SQL compares or sorts them.
        """
        return ()

    def choice_columns(self) -> Collection[str]:
        """Those of its columns in which a choice stands, or several: of a sensitive question they lie there as codes
        (:mod:`dosar.database.sealing.sealed_choices`)."""
        return ()

    def stored(self, answer: Answer) -> dict[str, Any]:
        """Column name → value to store; the opposite of :meth:`restore_answer`."""
        columns = dict.fromkeys(self.column_types())
        if self.unknown:
            columns[f"{self.name}__unknown"] = answer.value if isinstance(answer, Unknown) else None
        if answer is not None and not isinstance(answer, Unknown):
            columns.update(self.store(answer))
        return columns

    def restore_answer(self, columns: Mapping[str, Any]) -> Answer:
        """The answer out of its columns."""
        if self.unknown and (code := columns.get(f"{self.name}__unknown")):
            return Unknown(code)
        return self.restore(columns)

    def store(self, answer: Answer) -> dict[str, Any]:
        """Columns of a real answer; a kind with more than one column overrides this."""
        return {self.name: answer}

    def restore(self, columns: Mapping[str, Any]) -> Answer:
        return columns.get(self.name)

    def to_json(self, answer: Answer) -> Any:
        """The answer as JSON, for the history and for copies."""
        if answer is None:
            return None
        return f"~{answer.value}" if isinstance(answer, Unknown) else self.value_to_json(answer)

    def from_json(self, value: Any) -> Answer:
        if value is None:
            return None
        if isinstance(value, str) and value in TYPED_UNKNOWNS:
            return TYPED_UNKNOWNS[value]
        return self.value_from_json(value)

    def value_to_json(self, answer: Answer) -> Any:
        return answer

    def value_from_json(self, value: Any) -> Answer:
        return value

    def beginning_of(self, year: int) -> Answer:
        """The year alone, as an answer to a question for a date; every kind with ``dated`` overrides this."""
        raise NotImplementedError

    # --- typing and showing --------------------------------------------------------------------

    def read(self, posted: Sequence[str], reading: ReadingContext) -> Answer:
        """The answer in what was typed; ``None`` for nothing. Raises :class:`Mistake`."""
        texts = [unify_line_breaks(strip_invisible(text)).strip() for text in posted]
        for text in texts:
            if text in TYPED_UNKNOWNS and self.unknown:
                return TYPED_UNKNOWNS[text]
        if not any(texts):
            return None
        return self.parse(texts, reading)

    @abstractmethod
    def parse(self, texts: list[str], reading: ReadingContext) -> Answer:
        """The answer in texts that are not all empty. Raises :class:`Mistake`."""

    def typed(self, answer: Answer, reading: ReadingContext) -> list[str]:
        """What stands in the input boxes for an answer; reading it back gives the answer again."""
        if answer is None:
            return []
        if isinstance(answer, Unknown):
            return [f"~{answer.value}"]
        return self.write(answer, reading)

    def write(self, answer: Answer, reading: ReadingContext) -> list[str]:
        return [str(answer)]

    def shown(self, answer: Answer, reading: ReadingContext) -> str:
        """The answer as people read it. Never called with ``None`` or :class:`Unknown`."""
        return str(answer)

    def understood(self, texts: Sequence[str], answer: Answer, reading: ReadingContext) -> Message | None:
        """What is to be said when the answer is another one than stood in the boxes."""
        return None

    def coded_text(self, answer: Answer) -> str:
        """The answer for other programs: by its codes, whatever the language."""
        return str(self.value_to_json(answer))

    def exact(self, answer: Answer) -> ExactValue:
        """The answer as the number or date that a spreadsheet reckons with; ``None`` for one that is words."""
        return None

    def currency(self, answer: Answer) -> str:
        """The currency of an amount of money; empty for anything else."""
        return ""

    def number_in(self, answer: Answer) -> int | None:
        """The number of the record, user or file that the answer is; ``None`` for an answer that is none."""
        return None

    def echo(self, answer: Answer, reading: ReadingContext) -> str:
        """How a lenient reading was understood ("27 martie 1998, 28 de ani"); empty for no echo."""
        return ""

    def plain(self, answer: Answer) -> Any:
        """What an expression sees: text, number, true/false, ISO date, list, or ``None``."""
        return None if answer is None or isinstance(answer, Unknown) else self.value_to_json(answer)

    def compute_answer(self, answers: Mapping[str, Any], today: date) -> Answer:
        """The answer that follows from the other (plain) answers, for a computed kind."""
        raise NotImplementedError(f"{self.type} is typed, not computed")

    def make_code(self, number: int, today: date) -> str:
        """The answer that the running ``number`` gives, for an issued kind."""
        raise NotImplementedError(f"{self.type} is typed, not issued")

    def matches_choice(self, columns: Mapping[str, Any], code: str) -> ColumnElement[bool]:
        """The condition of a filter: this question's answer is the one with this ``code``."""
        matched: ColumnElement[bool] = columns[self.name] == self.value_from_json(code)
        return matched

    def chosen_alone(self, code: str) -> Answer:
        """The answer that is this one choice."""
        return self.value_from_json(code)

    def counted_as(self, plain: Any) -> Sequence[Any]:
        """The choices that a (plain) answer counts for; ``None`` among them for no answer."""
        return [plain]

    def choices_in(self, answer: Answer) -> Sequence[tuple[str, str]]:
        """The choices that an answer holds: their codes, and the words of one's own beside each."""
        return ()

    def doubts(self, answer: Answer) -> Mistake | None:
        """A soft doubt about a readable answer (a failed check digit): warns, never blocks."""
        return None

    def box(self) -> BoxSize:
        """The measures of the box the answer is typed in."""
        return BoxSize()

    def options(self) -> Sequence[Choice]:
        """The choices offered; empty for a kind without any."""
        return ()

    def choices_to_filter_by(self) -> Sequence[Choice]:
        """The choices a list can be narrowed to: old ones too, which records may still hold."""
        return self.options()

    def in_order(self, choices: Sequence[Choice], language: str) -> Sequence[Choice]:
        """These choices as a reader of the language expects them: in the order of their list."""
        return choices

    def ordered_codes(self, language: str) -> Sequence[str]:
        """Every code, old ones too, in that order; empty for a kind whose answers sort by themselves."""
        return ()

    def codes(self) -> Collection[str] | None:
        """What a rule may compare the answer with, old choices too; ``None`` for anything."""
        return None

    @property
    def all_choices(self) -> Sequence[Choice]:
        """The whole list, with the choices no longer offered."""
        return ()

    @property
    def others(self) -> Sequence[Choice]:
        """The choices that ask for words of one's own."""
        return ()

    @property
    def renamed_codes(self) -> Mapping[str, str]:
        """The code a choice had before → its code."""
        return {}

    def current_code(self, code: str) -> str:
        """The code that a choice has now, which may have had another one before."""
        return self.renamed_codes.get(code, code)

    @property
    def cell_look(self) -> str:
        """How it is drawn in a row of a table, where there is less room."""
        return self.look

    def options_with(self, texts: Sequence[str]) -> Sequence[Choice]:
        """The choices offered where these ``texts`` stand in the boxes already."""
        return self.options()

    def level(self, answer: Answer) -> str:
        """How grave an answer is, where the form says so: low, medium or high."""
        return ""

    def words(self, answer: Answer) -> str:
        """What the search finds of this answer."""
        return str(answer)

    def default_answer(self, reading: ReadingContext) -> Answer:
        """The answer a new sheet begins with: the default, written as somebody would type it.

        Raises :class:`Mistake` for a default that cannot be read.
        """
        default = self.default_where(reading.country)
        if isinstance(default, str):
            return self.read([default], reading)
        return self.from_json(default)

    @property
    def has_default(self) -> bool:
        """Whether a new sheet begins with an answer, in some country at least."""
        return self.default is not None or bool(self.default_in)

    def default_where(self, country: str | None) -> Any:
        """What the form gives as the default in this country."""
        return self.default_in.get(country or "", self.default)

    def usual_code(self, country: str | None) -> str:
        """The choice that goes with another answer in this country while nobody chose one: the currency of money."""
        return ""

    def filled_from(self, answer: Answer) -> dict[str, Answer]:
        """Answers of other questions that follow from this one (CNP → birth date), by their role."""
        return {}

    def offered_from(self, answer: Answer) -> dict[str, Answer]:
        """Answers of other questions that this one suggests, by their role: offered, never filled in."""
        return {}

    def contradictions(self, answer: Answer, siblings: Mapping[str, Any]) -> Sequence[Mistake]:
        """Soft doubts about an answer that does not fit the (plain) answers :attr:`compared_with` it."""
        return ()

    # --- the file -------------------------------------------------------------------------------

    def expressions(self) -> dict[str, Expression]:
        """Every expression of the question, by its option."""
        named = {
            "show_if": self.show_if,
            "required_if": self.required_if,
            "check": self.check,
            "warn": self.warn,
        }
        return {option: rule for option, rule in named.items() if rule is not None}

    def link_target(self) -> str | None:
        """The form whose records (or ``user``) the answer points to, if it points to any."""
        return None

    @property
    def same_case(self) -> bool:
        """Whether a sheet of a case that the answer points to must be of the case of its own sheet."""
        return False

    def columns_asked(self) -> Sequence["Question"]:
        """The questions of each row, for a table of rows."""
        return ()

    def column(self, name: str) -> "Question | None":
        """The question of this name in each row; ``None`` where there is none, or no rows."""
        return next((column for column in self.columns_asked() if column.name == name), None)

    @property
    def fewest_rows(self) -> int:
        """The fewest rows, once there is one."""
        return 0

    @property
    def most_rows(self) -> int:
        """The most rows; 0 for what has none."""
        return 0

    def unnumbered(self, answer: Answer) -> Answer:
        """The answer without the numbers that the database gave its rows."""
        return answer

    def as_said(self, answer: Answer) -> Answer:
        """The answer as it was said: without what the database adds, and without the cells that say nothing."""
        return None if answer == [] else answer

    @property
    def only_added(self) -> bool:
        """Whether rows of it, once kept, stay as they are."""
        return False

    def fixed_rows(self, answer: Answer) -> Sequence[Answers]:
        """The rows of a kept answer that nobody changes or deletes any more."""
        return ()

    def joined(self, answer: Answer, before: Answer) -> Answer:
        """The answer to keep where ``before`` is kept already: its fixed rows stay, whatever was posted."""
        return answer

    def with_columns(self, columns: Sequence["Question"]) -> "Question":
        """The question with these in place of its columns, for a table of rows."""
        return self

    @property
    def currency_column(self) -> str:
        """The column in which the currency of an amount stands; empty for what is no money."""
        return ""

    @property
    def currencies_offered(self) -> Collection[str]:
        """The currencies an amount may be in; empty for what is no money."""
        return ()

    def choice_lists(self) -> tuple[str, ...]:
        """The shared lists the question names."""
        return ()

    def carried(self, answer: "Answer", today: date) -> "Answer":
        """What of the last sheet's answer a new one begins with."""
        return answer

    @property
    def numbered_within(self) -> str | None:
        """The link that a code is numbered within."""
        return None

    @property
    def parts(self) -> Sequence[Any]:
        """The tables that its rows stand in, where a paper has several."""
        return ()

    def part_of(self, row: Mapping[str, Any]) -> int:
        """Which of these tables a row stands in."""
        return 0

    def in_parts(self, parts: Sequence[Any]) -> "Question":
        """The question with its rows in these tables."""
        return self

    def offering_only(self, codes: Collection[str]) -> "Question":
        """The question with only these choices offered; answers that were given before stay readable."""
        return self

    def with_choices(self, lists: Mapping[str, Sequence[Choice]]) -> "Question":
        """The question with its shared choice lists in hand."""
        return self

    def recalling(self, former: Mapping[tuple[str, str], Sequence[FormerChoice]], rows_of: str = "") -> "Question":
        """The question that still reads answers by choices it offered once, by its place; see :data:`FormerChoices`."""
        return self

    def all_codes_ever(self) -> Collection[str]:
        """The codes of every choice, retired ones too, and the codes they had before."""
        return ()

    def recoded(self, answer: Answer) -> Answer:
        """The answer with the codes that its choices have now."""
        return answer

    def seen_with(self, clearances: frozenset[Sensitivity]) -> "Question":
        """The question as somebody with these clearances knows it; tables hide their columns."""
        return self

    @property
    def rule_sort(self) -> str:
        """What an answer is in a rule; see :data:`dosar.language.checks.rules.type_inference.KIND_NAMES`."""
        return self.value_type

    @property
    def result_sort(self) -> str:
        """What the answers of a computed question are, by the word of its file; empty for any other."""
        return ""

    # --- when the form changes -------------------------------------------------------------------

    @property
    def longest_written(self) -> int | None:
        """The characters of the longest answer, where every answer can be kept as a text."""
        return None

    @property
    def fixed_codes(self) -> Mapping[Answer, str]:
        """Answer → code, for a kind that has the same few answers in every form."""
        return {}

    def is_accepted(self, answer: Answer, reading: ReadingContext) -> bool:
        """Whether an answer kept already would be taken if it were typed now."""
        if isinstance(answer, Unknown):
            return True
        try:
            return bool(self.read(self.typed(answer, reading), reading) == answer)
        except Mistake:
            return False

    def is_wider_than(self, older: "Question") -> bool:
        """Whether every answer of ``older`` is an answer of this question too."""
        return self.type == older.type

    def is_stored_like(self, older: "Question") -> bool:
        """Whether answers of ``older``, which this question widens, may stay in the columns they lie in."""
        return self.type == older.type

    def reversed(self, answer: Answer) -> Answer:
        """The answer of the entry that takes back one with this answer: amounts with the other sign."""
        return answer

    def converted(self, older: "Question", answer: Answer) -> Answer:
        """A real answer of ``older``, which this question widens, as an answer of this one."""
        return answer


def question_kinds(below: type[Question] = Question) -> dict[str, type[Question]]:
    """The kinds there are, by the word a form file uses (``type: date``)."""
    found: dict[str, type[Question]] = {}
    for kind in below.__subclasses__():
        word = kind.model_fields["type"].default
        found |= ({word: kind} if isinstance(word, str) else {}) | question_kinds(kind)
    return found


def foreign_kinds() -> dict[str, str]:
    """The kinds by what other programs call them."""
    return {
        called: word for word, kind in question_kinds().items() for called in kind.__dict__.get("called_elsewhere", ())
    }


def stand_in_kind() -> str:
    """The kind that a question is asked as whose own cannot be told."""
    return next(word for word, kind in question_kinds().items() if kind.stands_in)
