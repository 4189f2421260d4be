"""From which date a time rule counts, in words: "every 3 months, from “First assessment”, 15 Oct 2025"."""

from collections.abc import Mapping
from datetime import date

from dosar.fields.formats.days import format_day, format_duration
from dosar.language.deadlines.ready_rules import ReadyRule, question_at
from dosar.language.durations import Duration
from dosar.language.form import Form
from dosar.language.text.message import Message, msgid
from dosar.language.text.texts import text_in_language

ON_SHEET = msgid("“%(label)s” on “%(sheet)s”, %(since)s")
HOW_OFTEN = {
    (1, "day"): msgid("daily"),
    (7, "day"): msgid("weekly"),
    (1, "month"): msgid("monthly"),
    (1, "year"): msgid("yearly"),
}
"""How often, in one word; other steps are counted."""
EVERY = msgid("every %(time)s")
FROM_THEN = msgid("%(often)s, from “%(label)s”, %(since)s")
LAST_ON = msgid("%(often)s, from “%(label)s”, %(since)s; last on %(day)s")
AS_OFTEN = msgid("as often as “%(how_often)s” says, from “%(label)s”, %(since)s")
AS_LONG = msgid("within “%(length)s”, from “%(label)s”, %(since)s")
SAME_DAY = msgid("on the day of “%(label)s”, %(since)s")
LATER = msgid("%(time)s after “%(label)s”, %(since)s")


def rule_words(
    rule: ReadyRule, since: date, last: date | None, known: Mapping[str, Form], language: str
) -> Message | None:
    """By which rule something is due that is counted from ``since`` and was done last on the day ``last``.

    ``known`` are the forms as the reader may know them; to who may not know the date nothing is said.
    """
    question = question_at(rule.source, known)
    if question is None:
        return None
    told: dict[str, str | Message] = {
        "label": text_in_language(question.label, language),
        "since": format_day(since, language),
    }
    if rule.rule.on:
        return Message(ON_SHEET, {**told, "sheet": text_in_language(known[rule.source.form].title, language)})
    if (step := rule.rule.every) is not None:
        told["often"] = often_words(step, language)
        if last is None:
            return Message(FROM_THEN, told)
        return Message(LAST_ON, {**told, "day": format_day(last, language)})
    if rule.length is not None and (length := question_at(rule.length, known)) is not None:
        return Message(AS_LONG, {**told, "length": text_in_language(length.label, language)})
    often = question_at(rule.how_often, known) if rule.how_often is not None else None
    if often is not None:
        return Message(AS_OFTEN, {**told, "how_often": text_in_language(often.label, language)})
    if rule.rule.within is None or rule.rule.within.is_nothing:
        return Message(SAME_DAY, told)
    return Message(LATER, {**told, "time": format_duration(rule.rule.within, language)})


def often_words(step: Duration, language: str) -> Message:
    """How often something comes again: monthly, every 3 months."""
    word = HOW_OFTEN.get(step.amount)
    return Message(word) if word else Message(EVERY, {"time": format_duration(step, language)})
