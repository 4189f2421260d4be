"""What is drawn alike again and again, drawn once: the choices a question offers, and questions not answered yet.

A list of counties or countries is longer than the rest of its page. Nothing anybody typed is remembered here.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import cached_property, lru_cache

from flask import current_app
from markupsafe import Markup

from dosar.language.choices import Choice
from dosar.language.identity_cache import IdentityKey
from dosar.language.question import Question
from dosar.language.text.texts import text_in_language
from dosar.pages.rendering.question_view import PageOption


class OfferedChoices(list[PageOption]):
    """Choices in one language; which of them is chosen is told when they are drawn."""

    @classmethod
    def of(cls, choices: Iterable[Choice], language: str) -> "OfferedChoices":
        return cls(
            PageOption(choice.code, text_in_language(choice.label, language), other=choice.other) for choice in choices
        )

    @cached_property
    def codes(self) -> frozenset[str]:
        return frozenset(option.code for option in self)

    @cached_property
    def others(self) -> list[PageOption]:
        """Those that ask for words of one's own."""
        return [option for option in self if option.other]

    @cached_property
    def _lines(self) -> str:
        drawn: Markup = current_app.jinja_env.get_template("parts/options.html").module.lines(self)  # type: ignore[attr-defined]
        return str(drawn)

    def lines(self, chosen: Iterable[str]) -> Markup:
        """The lines of a select, these codes chosen."""
        drawn = self._lines
        for code in self.codes.intersection(chosen):
            drawn = drawn.replace(f'value="{code}"', f'value="{code}" selected', 1)
        return Markup(drawn)  # noqa: S704  # nosec B704 - drawn by a template, which has escaped it


def offered_choices(question: Question, typed: Sequence[str], language: str) -> OfferedChoices:
    """The choices offered where ``typed`` stands in the boxes."""
    usual = _usual_choices(IdentityKey(question), language)
    if usual.codes.issuperset(typed):
        return usual
    return OfferedChoices.of(question.in_order(question.options_with(typed), language), language)


class BlankFieldCache:
    """Questions without an answer, as they are drawn on every page."""

    most = 4096

    def __init__(self) -> None:
        self.kept: dict[tuple[object, ...], Markup] = {}

    def drawn(self, key: tuple[object, ...], draw: Callable[[], Markup]) -> Markup:
        """What is remembered by the key; drawn now if there is nothing."""
        drawn = self.kept.get(key)
        if drawn is None:
            if len(self.kept) >= self.most:
                self.kept.clear()
            drawn = self.kept[key] = draw()
        return drawn


@lru_cache(maxsize=4096)
def _usual_choices(same: IdentityKey[Question], language: str) -> OfferedChoices:
    return OfferedChoices.of(same.thing.in_order(same.thing.options(), language), language)
