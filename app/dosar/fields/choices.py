"""Questions answered by choosing: yes or no, one of a list, several, several in order.

An answer to a list is a code of the list, for ever; its label may change. The answer of a choice that
asks for words of one's own is the code and the words, ``"other: school bag"``; rules see the code
alone. In the database the words stand beside the codes, in ``<question>__other``.
"""

import json
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import Discriminator, Field, Tag
from sqlalchemy import Boolean, ColumnElement, Dialect, String, type_coerce
from sqlalchemy import Text as LongText
from sqlalchemy.types import TypeDecorator

from dosar.fields.text import clean_text, fold_name
from dosar.language.choices import Choice, Choices, FormerChoice, restore_choices
from dosar.language.question import TYPED_UNKNOWNS, Answer, BoxSize, Question, ReadingContext, Unknown
from dosar.language.text.message import Message, Mistake, msgid
from dosar.language.text.texts import text_in_language
from dosar.language.text.translations import in_every_language, translated_word

MAX_RADIOS = 7
MAX_RADIOS_IN_CELL = 3
MAX_OWN_WORDS = 500
NOT_IN_THE_LIST = msgid("Choose one of the answers in the list.")
OLD_VALUE = msgid("old value")
OWN_WORDS_MARK = ": "
WORD_SEPARATORS = re.compile(r"[,;/]")
WORD_EDGES = " .,;:!?\"'()-"
CHOSEN_BY_WORDS = msgid('"%(words)s" is in the list, so this answer was chosen: %(choice)s.')


class CodeList(TypeDecorator[list[str]]):
    """Codes as ``|food|rent|``, so that one is found with ``LIKE '%|food|%'``."""

    impl = LongText
    cache_ok = True

    def process_bind_param(self, value: list[str] | None, dialect: Dialect) -> str | None:
        return f"|{'|'.join(value)}|" if value else None

    def process_result_value(self, value: str | None, dialect: Dialect) -> list[str] | None:
        return value.strip("|").split("|") if value else None


class TextList(TypeDecorator[list[str]]):
    """Texts in order, as JSON."""

    impl = LongText
    cache_ok = True

    def process_bind_param(self, value: list[str] | None, dialect: Dialect) -> str | None:
        return json.dumps(value, ensure_ascii=False) if value else None

    def process_result_value(self, value: str | None, dialect: Dialect) -> list[str] | None:
        return json.loads(value) if value else None


def code_in_answer(answer: str) -> str:
    """The code of an answer, without words of one's own."""
    return answer.partition(OWN_WORDS_MARK)[0]


def own_words_in(answer: str) -> str:
    return answer.partition(OWN_WORDS_MARK)[2]


def code_with_words(code: str, words: str | None) -> str:
    return f"{code}{OWN_WORDS_MARK}{words}" if words else code


def _recode_answer(answer: str, renamed: Mapping[str, str]) -> str:
    code = code_in_answer(answer)
    return code_with_words(renamed.get(code, code), own_words_in(answer))


def _codes_and_words(answers: Iterable[str]) -> Sequence[tuple[str, str]]:
    """The code and the words of each choice; a given answer that is no value has neither."""
    return [(code_in_answer(answer), own_words_in(answer)) for answer in answers if not isinstance(answer, Unknown)]


def quote_words(words: str) -> str:
    """Words of one's own among codes: in quotation marks, so that no program takes them for codes."""
    return json.dumps(words, ensure_ascii=False)


def to_one_line(text: str) -> str:
    """What somebody wrote beside the choices, on one line of the paper."""
    line = " ".join(clean_text(text).split())
    if len(line) > MAX_OWN_WORDS:
        raise Mistake(
            "The text is too long: %(over)s characters over the limit of %(limit)s. Shorten it.",
            over=len(line) - MAX_OWN_WORDS,
            limit=MAX_OWN_WORDS,
        )
    return line


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


def _choices_tag(choices: object) -> str:
    return "name" if isinstance(choices, str) else "choices"


SomeChoices = Annotated[
    Annotated[str, Field(min_length=1), Tag("name")] | Annotated[Choices, Tag("choices")],
    Discriminator(_choices_tag),
]
"""A shared list by its name, or the choices themselves."""


class FromList(Question):
    """What the kinds that choose from a list have in common; no kind itself."""

    chosen: ClassVar[bool] = True
    from_list: ClassVar[bool] = True

    choices: SomeChoices | None
    """A shared list by its name, or the choices themselves."""

    def choice_lists(self) -> tuple[str, ...]:
        return (self.choices,) if isinstance(self.choices, str) else ()

    def with_choices(self, lists: Mapping[str, Sequence[Choice]]) -> Self:
        if not isinstance(self.choices, str):
            return self
        return self.model_copy(update={"choices": list(lists[self.choices])})

    def recalling(self, former: Mapping[tuple[str, str], Sequence[FormerChoice]], rows_of: str = "") -> Self:
        gone = former.get((rows_of, self.name), ())
        if not gone or self.choices is None:
            return self
        return self.model_copy(update={"choices": restore_choices(self.all_choices, gone)})

    def all_codes_ever(self) -> Collection[str]:
        return {code for choice in self.all_choices for code in (choice.code, choice.was) if code}

    @property
    def renamed_codes(self) -> Mapping[str, str]:
        return {choice.was: choice.code for choice in self.all_choices if choice.was}

    def offering_only(self, codes: Collection[str]) -> Self:
        offered = [
            choice if choice.code in codes else choice.model_copy(update={"retired": True})
            for choice in self.all_choices
        ]
        return self.model_copy(update={"choices": offered}) if offered else self

    def codes(self) -> Collection[str] | None:
        return {choice.code for choice in self.all_choices} if self.choices else None

    @property
    def rule_sort(self) -> str:
        return "text" if self.codes() is None else "choice"

    @property
    def all_choices(self) -> Sequence[Choice]:
        return self.choices if isinstance(self.choices, list) else ()

    def options(self) -> Sequence[Choice]:
        return [choice for choice in self.all_choices if not choice.retired]

    def choices_to_filter_by(self) -> Sequence[Choice]:
        return self.all_choices

    def options_with(self, texts: Iterable[str]) -> Sequence[Choice]:
        """The choices offered, and those that stand in the boxes already: correcting a sheet keeps them.

        Where a choice asks for words, a text that is no code of the list is these words.
        """
        codes = {text for text in texts if text and text not in TYPED_UNKNOWNS} if self.choices else set()
        known = [choice for choice in self.all_choices if not choice.retired or choice.code in codes]
        lost = codes - {choice.code for choice in known} if not self.others else ()
        return [*known, *map(self.choice_of, sorted(lost))]

    @property
    def others(self) -> Sequence[Choice]:
        return [choice for choice in self.all_choices if choice.other]

    def choice_of(self, code: str) -> Choice:
        """The choice with this code; a code the list has lost is shown as an old value."""
        for choice in self.all_choices:
            if choice.code == code:
                return choice
        for choice in self.all_choices:
            if choice.was == code:
                return choice
        old = {language: f"{code} ({words})" for language, words in in_every_language(OLD_VALUE).items()}
        return Choice.model_construct(code=code, label=old, retired=True)

    def label_of(self, answer: str, language: str) -> str:
        return code_with_words(
            text_in_language(self.choice_of(code_in_answer(answer)).label, language), own_words_in(answer)
        )

    def words_for_search(self, answers: Iterable[str]) -> str:
        """The labels in every language, and the words of one's own."""
        labels = [label for answer in answers for label in self.choice_of(code_in_answer(answer)).label.values()]
        return " ".join([*dict.fromkeys(labels), *filter(None, map(own_words_in, answers))])

    def extra_columns(self) -> dict[str, Any]:
        return {f"{self.name}__other": LongText} if self.others else {}

    def read_chosen(self, texts: Sequence[str]) -> tuple[list[str], str]:
        """The codes in what was typed, in the list's order, and the words of one's own.

        The words come under the same name as the codes; whatever is no code of the list is words.
        """
        ticked, words = self._split_parts(texts)
        if words and not any(not choice.retired or choice.code in ticked for choice in self.others):
            raise Mistake(NOT_IN_THE_LIST)
        return [choice.code for choice in self.all_choices if choice.code in ticked], words

    def _split_parts(self, texts: Sequence[str]) -> tuple[Sequence[str], str]:
        """The codes ticked, and the words of one's own. These stand last on the page: a code behind the choice that
        asks for words, which stands before it in the list, was written there."""
        codes = [choice.code for choice in self.all_choices]
        texts = [text if text in codes else self.current_code(text) for text in texts]
        ticked = [text for text in texts if text in codes]
        words = " ".join(to_one_line(text) for text in texts if text and text not in codes)
        last_two = ticked[-2:]
        if (
            not words
            and len(last_two) == 2
            and self.asks_for_words(last_two[0])
            and (codes.index(last_two[1]) < codes.index(last_two[0]))
        ):
            return ticked[:-1], ticked[-1]
        return ticked, words

    def listed(self, words: str) -> Choice | None:
        """The choice offered that is called so, in whichever language and spelling."""
        spelled = fold_name(words).strip(WORD_EDGES)
        offered = (choice for choice in self.options() if not choice.other)
        return next(
            (
                choice
                for choice in offered
                if spelled
                and spelled in {fold_name(name).strip(WORD_EDGES) for name in (choice.code, *choice.label.values())}
            ),
            None,
        )

    def choices_named(self, words: str) -> Sequence[Choice]:
        """The choices that words of one's own name; none unless they name nothing else."""
        choice_named = self.listed(words)
        found = [choice_named] if choice_named else [self.listed(part) for part in WORD_SEPARATORS.split(words)]
        return [choice for choice in found if choice] if all(found) else []

    def understood(self, texts: Sequence[str], answer: Answer, reading: ReadingContext) -> Message | None:
        """Words that name choices of the list were taken for them."""
        words = "" if answer is None or isinstance(answer, Unknown) else self._split_parts(texts)[1]
        chosen = answer if isinstance(answer, list) else [answer]
        taken = [choice for choice in self.choices_named(words) if choice.code in chosen] if words else []
        if not taken:
            return None
        labels = ", ".join(text_in_language(choice.label, reading.language) for choice in taken)
        return Message(CHOSEN_BY_WORDS, {"words": words, "choice": labels})

    @property
    def choice_for_words(self) -> str:
        """The choice that words of one's own belong to where none was chosen."""
        return next(choice.code for choice in self.others if not choice.retired)

    def recoded(self, answer: Answer) -> Answer:
        renamed = self.renamed_codes
        if isinstance(answer, list):
            return [*dict.fromkeys(_recode_answer(code, renamed) for code in answer)]
        return _recode_answer(answer, renamed) if type(answer) is str else answer

    def asks_for_words(self, code: str) -> bool:
        return any(choice.code == code for choice in self.others)


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
        return _codes_and_words([answer])

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
        return () if isinstance(answer, Unknown) else _codes_and_words(answer)


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
        return self.joined(codes, columns.get(f"{self.name}__other")) if codes else None

    def plain(self, answer: Answer) -> Any:
        return [*map(code_in_answer, answer)] if isinstance(answer, list) else None

    def shown(self, answer: Answer, reading: ReadingContext) -> str:
        return "; ".join(self.label_of(code, reading.language) for code in answer)

    def words(self, answer: Answer) -> str:
        return self.words_for_search(answer)

    def matches_choice(self, columns: Mapping[str, Any], code: str) -> ColumnElement[bool]:
        return type_coerce(columns[self.name], LongText).contains(f"|{code}|", autoescape=True)

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
        quoted = json.dumps(code, ensure_ascii=False)
        return type_coerce(columns[self.name], LongText).contains(quoted, autoescape=True)
