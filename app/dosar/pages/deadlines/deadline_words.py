"""A deadline in words: what, by which rule, whose."""

from collections.abc import Iterable, Mapping
from datetime import date
from types import MappingProxyType

from flask_babel import gettext

from dosar.language.form import USER_LINK
from dosar.language.text.message import msgid
from dosar.language.text.texts import text_in_language
from dosar.language.text.translations import own_texts, translated_word
from dosar.overview.deadlines.reading import Deadline
from dosar.overview.deadlines.rule_words import rule_words
from dosar.pages.context import PageContext
from dosar.pages.formatting import day_text, due_text
from dosar.pages.linked_titles import RecordTitles

NO_TITLES: RecordTitles = {}
GOOD_PRACTICE = msgid("good practice, no obligation")
NO_WORDS: Mapping[int, str] = MappingProxyType({})


def title_text(
    context: PageContext,
    deadline: Deadline,
    titles: RecordTitles = NO_TITLES,
    about: Mapping[int, str] = NO_WORDS,
) -> str:
    """What is to be done, by the rule; and as the sheet itself is called, or what it is ``about``, whose rule says
    so."""
    title = text_in_language(deadline.rule.rule.title, context.reading.language)
    own = titles.get(titled_sheet(deadline), "") if deadline.rule.rule.with_title else ""
    beside = ", ".join(filter(None, (own, about.get(deadline.id))))
    return f"{title}: {beside}" if beside else title


def titled_sheet(deadline: Deadline) -> tuple[str, int]:
    """The sheet it is counted from, as titles are asked for."""
    return deadline.rule.source.form, deadline.record_id


def titled_sheets(found: Iterable[Deadline]) -> dict[str, set[int]]:
    """Form → the sheets whose titles stand beside what is to be done: they say it themselves, or belong to no case."""
    sheets: dict[str, set[int]] = {}
    for deadline in found:
        if deadline.rule.rule.with_title or deadline.case_id is None:
            form, number = titled_sheet(deadline)
            sheets.setdefault(form, set()).add(number)
    return sheets


def day_words(context: PageContext, deadline: Deadline) -> str:
    """The day, how far it is, and its hour."""
    text = due_text(deadline.day, context.reading, deadline.waits)
    return f"{text} · {deadline.time}" if deadline.time else text


def rule_text(context: PageContext, deadline: Deadline) -> str:
    """Why it is due on that day, by the rule: "every 3 months, from the first assessment, 15.10.2025"; and what people
    made of it. Empty where the reader may not know from which date it is counted."""
    counted = _counted_text(context, deadline)
    told = [counted if deadline.limit is None else _typed_text(deadline.limit, counted)]
    if deadline.of_day is not None:
        told.append(gettext("moved from %(day)s", day=day_text(deadline.of_day)))
    if deadline.rule.rule.weight == "advice":
        told.append(translated_word(GOOD_PRACTICE, context.reading.language))
    return "; ".join(filter(None, told))


def _typed_text(limit: date, counted: str) -> str:
    """That people set the day, before the rule: else the rule reads as if it led to the day that stands beside it."""
    if counted:
        return gettext("a day set on the sheet; by the rule %(day)s: %(counted)s", day=day_text(limit), counted=counted)
    return gettext("a day set on the sheet; by the rule %(day)s", day=day_text(limit))


def _counted_text(context: PageContext, deadline: Deadline) -> str:
    if deadline.rule.rule.with_title and deadline.rule.rule.on:
        return ""  # a task is its own rule: it stands there, with its day
    known = context.forms if context.worker.may("see", deadline.rule.source.form) else {}
    language = context.reading.language
    words = rule_words(deadline.rule, deadline.since, deadline.last, known, language)
    return words.say(own_texts(language).gettext) if words is not None else ""


def whose_text(context: PageContext, deadline: Deadline, titles: RecordTitles) -> str:
    """Whose it is, unless it is hers who reads."""
    if deadline.user_id == context.worker.id:
        return ""
    return titles.get((USER_LINK, deadline.user_id or 0), "") or gettext("nobody responsible")
