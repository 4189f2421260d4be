"""Questions answered by choosing: yes or no, one of a list, several, several in order.

An answer to a list is a code of the list, for ever; its label may change. The answer of a choice that
asks for words of one's own is the code and the words, ``"other: school bag"``; rules see the code
alone. In the database the words stand beside the codes, in ``<question>__other``.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field
from sqlalchemy import Boolean, ColumnElement, String

from dosar.fields.formats.own_words import (
    CodeList,
    TextList,
    code_in_answer,
    code_with_words,
    codes_and_words,
    own_words_in,
    quote_words,
    to_one_line,
)
from dosar.fields.from_list import NOT_IN_THE_LIST, FromList, SomeChoices
from dosar.language.choices import Choice
from dosar.language.question import Answer, BoxSize, Question, ReadingContext, Unknown
from dosar.language.text.message import Mistake, msgid
from dosar.language.text.translations import in_every_language, translated_word

MAX_RADIOS = 7
MAX_RADIOS_IN_CELL = 3


class YesNo(Question):
    """Yes or no; the answer is true or false."""

    look: ClassVar[str] = "yes_no"
    chosen: ClassVar[bool] = True
    value_type: ClassVar[str] = "yes_no"
    groupable: ClassVar[bool] = False
    LABELS: ClassVar[dict[bool, str]] = {True: msgid("Yes"), False: msgid("No")}
    CODES: ClassVar[dict[bool, str]] = {True: "yes", False: "no"}
    called_elsewhere: ClassVar[tuple[str, ...]] = ("checkbox", "boolean", "bool", "acknowledge")

    type: Literal["yes_no"] = "yes_no"

    def column_types(self) -> dict[str, Any]:
        return {self.name: Boolean}

    def choice_columns(self) -> Collection[str]:
        return (self.name,)

    def options(self) -> Sequence[Choice]:
        return [Choice(code=code, label=in_every_language(self.LABELS[answer])) for answer, code in self.CODES.items()]

    def codes(self) -> Collection[str]:
        """None: a rule compares yes with ``True``."""
        return ()

    @property
    def fixed_codes(self) -> Mapping[Answer, str]:
        return self.CODES

    def parse(self, texts: list[str], reading: ReadingContext) -> Answer:
        for answer, code in self.CODES.items():
            if texts[0] == code:
                return answer
        raise Mistake("Choose Yes or No.")

    def write(self, answer: Answer, reading: ReadingContext) -> list[str]:
        return [self.CODES[answer]]

    def shown(self, answer: Answer, reading: ReadingContext) -> str:
        return translated_word(self.LABELS[answer], reading.language)

    def words(self, answer: Answer) -> str:
        return ""

    def matches_choice(self, columns: Mapping[str, Any], code: str) -> ColumnElement[bool]:
        matched: ColumnElement[bool] = columns[self.name].is_(code == self.CODES[True])
        return matched


class SelectOne(FromList):
    """One choice of a list; the answer is its code, with the words of a choice that asks for them."""

    called_elsewhere: ClassVar[tuple[str, ...]] = ("select", "dropdown", "radio")

    type: Literal["select_one"] = "select_one"
    choices: SomeChoices

    @property
    def look(self) -> str:  # type: ignore[override]  # the other kinds look the same always
        return "radios" if len(self.options()) <= MAX_RADIOS else "select"

    @property
    def cell_look(self) -> str:
        """Long columns of radios would make a row as tall as a page."""
        return "radios" if len(self.options()) <= MAX_RADIOS_IN_CELL else "select"

    def column_types(self) -> dict[str, Any]:
        return {self.name: String(48), **self.extra_columns()}

    def parse(self, texts: list[str], reading: ReadingContext) -> Answer:
        codes, words = self.read_chosen(texts)
        if len(codes) > 1:
            raise Mistake(NOT_IN_THE_LIST)
        code = codes[0] if codes else self.choice_for_words
        listed = self.listed(words) if self.asks_for_words(code) else None
        if listed is not None:
            return listed.code
        return code_with_words(code, words if self.asks_for_words(code) else "")

    def write(self, answer: Answer, reading: ReadingContext) -> list[str]:
        return [part for part in (code_in_answer(answer), own_words_in(answer)) if part]

    def store(self, answer: Answer) -> dict[str, Any]:
        return {self.name: code_in_answer(answer), **dict.fromkeys(self.extra_columns(), own_words_in(answer) or None)}

    def restore(self, columns: Mapping[str, Any]) -> Answer:
        code = columns.get(self.name)
        return code_with_words(code, columns.get(f"{self.name}__other")) if code else None

    def ordered_codes(self, language: str) -> Sequence[str]:
        return [choice.code for choice in self.all_choices]

    def plain(self, answer: Answer) -> Any:
        return code_in_answer(answer) if type(answer) is str else None

    def is_wider_than(self, older: Question) -> bool:
        fixed = {*older.fixed_codes.values()}
        one_of = {choice.code for choice in self.all_choices}
        return isinstance(older, SelectOne) or (fixed != set() and fixed <= one_of)

    def converted(self, older: Question, answer: Answer) -> Answer:
        return older.fixed_codes[answer]

    def choices_in(self, answer: Answer) -> Sequence[tuple[str, str]]:
        return codes_and_words([answer])

    def shown(self, answer: Answer, reading: ReadingContext) -> str:
        return self.label_of(answer, reading.language)

    def words(self, answer: Answer) -> str:
        return self.words_for_search([answer])


class SeveralFromList(FromList):
    """What the kinds have in common whose answer is a list of choices; no kind itself."""

    value_type: ClassVar[str] = "list"
    several: ClassVar[bool] = True
    groupable: ClassVar[bool] = False
    sortable: ClassVar[bool] = False

    def chosen_alone(self, code: str) -> Answer:
        return [code]

    def counted_as(self, plain: Any) -> Sequence[Any]:
        """Every choice, and no answer where the list is empty."""
        return plain or [None]

    def choices_in(self, answer: Answer) -> Sequence[tuple[str, str]]:
        return () if isinstance(answer, Unknown) else codes_and_words(answer)


class SelectMultiple(SeveralFromList):
    """Several choices of a list; the answer is the list of their codes, in the list's order."""

    look: ClassVar[str] = "checkboxes"
    called_elsewhere: ClassVar[tuple[str, ...]] = ("multiselect", "checkboxes")

    type: Literal["select_multiple"] = "select_multiple"
    choices: SomeChoices

    def column_types(self) -> dict[str, Any]:
        return {self.name: CodeList, **self.extra_columns()}

    def parse(self, texts: list[str], reading: ReadingContext) -> Answer:
        codes, words = self.read_chosen(texts)
        if words and not any(map(self.asks_for_words, codes)):
            codes = [*codes, self.choice_for_words]
        taken = {choice.code for choice in self.choices_named(words)} if words else ()
        if taken:
            asking = next(filter(self.asks_for_words, codes))
            codes_wanted = {*codes, *taken} - {asking}
            return [choice.code for choice in self.all_choices if choice.code in codes_wanted]
        return self.joined(codes, words)

    def coded_text(self, answer: Answer) -> str:
        """``food rent other:"school bag"``: words of one's own stand in quotation marks behind their code."""
        return " ".join(
            f"{code_in_answer(code)}:{quote_words(own_words_in(code))}" if own_words_in(code) else code
            for code in answer
        )

    def joined(self, codes: Sequence[str], words: str | None) -> list[str]:
        """The codes with the words beside the first that asks for them."""
        asking = next(filter(self.asks_for_words, codes), None)
        return [code_with_words(code, words) if code == asking else code for code in codes]

    def write(self, answer: Answer, reading: ReadingContext) -> list[str]:
        return [*map(code_in_answer, answer), *filter(None, map(own_words_in, answer))]

    def store(self, answer: Answer) -> dict[str, Any]:
        words = " ".join(filter(None, map(own_words_in, answer))) or None
        return {self.name: [*map(code_in_answer, answer)], **dict.fromkeys(self.extra_columns(), words)}

    def restore(self, columns: Mapping[str, Any]) -> Answer:
        codes = columns.get(self.name)
        return self.joined(self._in_list_order(codes), columns.get(f"{self.name}__other")) if codes else None

    def _in_list_order(self, codes: list[str]) -> list[str]:
        """Codes of sensitive choices lie there in no order; those that the list has lost stand last."""
        if len(codes) < 2:
            return codes
        places = {choice.code: place for place, choice in enumerate(self.all_choices)}
        return sorted(codes, key=lambda code: places.get(code, len(places)))

    def plain(self, answer: Answer) -> Any:
        return [*map(code_in_answer, answer)] if isinstance(answer, list) else None

    def shown(self, answer: Answer, reading: ReadingContext) -> str:
        return "; ".join(self.label_of(code, reading.language) for code in answer)

    def words(self, answer: Answer) -> str:
        return self.words_for_search(answer)

    def matches_choice(self, columns: Mapping[str, Any], code: str) -> ColumnElement[bool]:
        matched: ColumnElement[bool] = columns[self.name].contains(code)
        return matched

    def is_wider_than(self, older: Question) -> bool:
        return isinstance(older, SelectMultiple) or (older.from_list and not older.several)

    def converted(self, older: Question, answer: Answer) -> Answer:
        return [answer]


class Ranked(SeveralFromList):
    """Answers in order, the first before all: codes of a list, or free texts where there is none."""

    look: ClassVar[str] = "ranked"
    called_elsewhere: ClassVar[tuple[str, ...]] = ("rank",)

    type: Literal["ranked"] = "ranked"
    choices: SomeChoices | None = None
    """A list's name, or choices; left out, the answers are free texts."""
    rows: Annotated[int, Field(ge=1, le=50)] = 3
    """How many lines the paper has."""

    def column_types(self) -> dict[str, Any]:
        return {self.name: TextList}

    def sealed_columns(self) -> Collection[str]:
        """Codes of a list are no words; without one the answers are."""
        return self.column_types() if self.choices is None else ()

    def is_stored_like(self, older: Question) -> bool:
        return super().is_stored_like(older) and {*self.sealed_columns()} == {*older.sealed_columns()}

    def parse(self, texts: list[str], reading: ReadingContext) -> Answer:
        given = [line for line in map(to_one_line, texts) if line]
        if self.choices is not None and not {*given} <= {choice.code for choice in self.all_choices}:
            raise Mistake(NOT_IN_THE_LIST)
        if len({*given}) < len(given):
            raise Mistake("The same answer stands here twice; write each one once.")
        return given

    def write(self, answer: Answer, reading: ReadingContext) -> list[str]:
        return list(answer)

    def shown(self, answer: Answer, reading: ReadingContext) -> str:
        labels = [self.label_of(code, reading.language) for code in answer] if self.choices else answer
        return "; ".join(f"{rank}. {label}" for rank, label in enumerate(labels, 1))

    def coded_text(self, answer: Answer) -> str:
        return " ".join(answer if self.choices else map(quote_words, answer))

    def box(self) -> BoxSize:
        return BoxSize(lines=self.rows)

    def words(self, answer: Answer) -> str:
        return " ".join(answer) if self.choices is None else self.words_for_search(answer)

    def matches_choice(self, columns: Mapping[str, Any], code: str) -> ColumnElement[bool]:
        matched: ColumnElement[bool] = columns[self.name].contains(code)
        return matched
