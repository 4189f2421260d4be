"""What the questions that a time rule names must be answered with."""

from collections.abc import Mapping

from dosar.language.form import USER_LINK
from dosar.language.question import Question
from dosar.language.text.message import msgid
from dosar.language.wanted_answers import DAY, MONTH, WantedAnswers, is_one_text


def _is_named(question: Question) -> bool:
    """By a text, or by a record other than a worker."""
    return is_one_text(question) or question.link_target() not in (None, USER_LINK)


def _is_choice(question: Question) -> bool:
    return question.chosen and question.link_target() is None


HOUR = WantedAnswers(
    lambda question: question.by_clock, msgid('"%(name)s" is no hour; take a question with "type: time".')
)
PROMISER = WantedAnswers(
    _is_named,
    msgid('"%(name)s" does not say who promised it; take a link to the organisation, or a text.'),
)
WHERE = WantedAnswers(
    lambda question: _is_named(question) or question.rule_sort == "choice",
    msgid('"%(name)s" does not say where; take a text, a choice, or a link to a record.'),
)
ABOUT = WantedAnswers(
    lambda question: (is_one_text(question) or _is_choice(question)) and not question.clearances,
    msgid(
        '"%(name)s" does not say in a line what it is about, or not to everybody; take a text or a choice that is not '
        "sensitive."
    ),
)
FITTING: Mapping[str, WantedAnswers] = {
    **dict.fromkeys(("on", "after", "until", "typed"), DAY),
    "done": MONTH,
    "time": HOUR,
    "ends": HOUR,
    "partner": PROMISER,
    "place": WHERE,
    "about": ABOUT,
}
"""By the key that names the question."""
