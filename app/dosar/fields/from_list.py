"""What the kinds that choose from a list have in common: the list, its old codes, and words of one's own."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Annotated, Any, ClassVar, Self

from pydantic import Discriminator, Field, Tag
from sqlalchemy import Text as LongText

from dosar.fields.formats.own_words import code_in_answer, code_with_words, own_words_in, recode_answer, to_one_line
from dosar.language.choices import Choice, Choices, FormerChoice, restore_choices
from dosar.language.question import TYPED_UNKNOWNS, Answer, Question, ReadingContext, Unknown
from dosar.language.text.message import Message, Mistake, msgid
from dosar.language.text.spelling import fold_name
from dosar.language.text.texts import text_in_language
from dosar.language.text.translations import in_every_language

NOT_IN_THE_LIST = msgid("Choose one of the answers in the list.")
OLD_VALUE = msgid("old value")
WORD_SEPARATORS = re.compile(r"[,;/]")
WORD_EDGES = " .,;:!?\"'()-"
CHOSEN_BY_WORDS = msgid('"%(words)s" is in the list, so this answer was chosen: %(choice)s.')


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

    def sealed_columns(self) -> Collection[str]:
        return self.extra_columns()

    def choice_columns(self) -> Collection[str]:
        return () if self.choices is None else (self.name,)

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
            return [*dict.fromkeys(recode_answer(code, renamed) for code in answer)]
        return recode_answer(answer, renamed) if type(answer) is str else answer

    def asks_for_words(self, code: str) -> bool:
        return any(choice.code == code for choice in self.others)
