"""What is drawn alike again and again, drawn once: the choices a question offers, and questions not answered yet.

A list of counties or countries is longer than the rest of its page. Nothing anybody typed is remembered here.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import cached_property, lru_cache

from flask import current_app
from markupsafe import Markup

from app.language.choices import Choice
from app.language.question import Question
from app.language.same import Same
from app.language.texts import say
from app.pages.asked import Asked, AskedOption


class Offered(list[AskedOption]):
    """Choices in one language; which of them is chosen is told when they are drawn."""

    @classmethod
    def of(cls, choices: Iterable[Choice], language: str) -> "Offered":
        return cls(AskedOption(choice.code, say(choice.label, language), other=choice.other) for choice in choices)

    @cached_property
    def codes(self) -> frozenset[str]:
        return frozenset(option.code for option in self)

    @cached_property
    def others(self) -> list[AskedOption]:
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
        return Markup(drawn)


def offered(question: Question, typed: Sequence[str], language: str) -> Offered:
    """The choices offered where ``typed`` stands in the boxes."""
    usual = _usual(Same(question), language)
    if usual.codes.issuperset(typed):
        return usual
    return Offered.of(question.in_order(question.options_with(typed), language), language)


class Blanks:
    """Questions without an answer, as pages draw them."""

    most = 4096

    def __init__(self) -> None:
        self.kept: dict[tuple[object, ...], Asked] = {}

    def found(self, key: tuple[object, ...], make: Callable[[], Asked]) -> Asked:
        """The question remembered by the key; made now if there is none."""
        asked = self.kept.get(key)
        if asked is None:
            if len(self.kept) >= self.most:
                self.kept.clear()
            asked = self.kept[key] = make()
            asked.is_blank = True
        return asked


@lru_cache(maxsize=4096)
def _usual(same: Same[Question], language: str) -> Offered:
    return Offered.of(same.thing.in_order(same.thing.options(), language), language)
