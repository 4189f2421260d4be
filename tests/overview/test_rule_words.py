"""A time rule in words: as people say it, in each language."""

import pytest

from dosar.fields.formats.days import format_duration
from dosar.language.durations import Duration
from dosar.language.text.translations import translated_word
from dosar.overview.deadlines.rule_words import often_words


def said(step: str, language: str) -> str:
    return often_words(Duration.parse(step), language).say(lambda text: translated_word(text, language))


@pytest.mark.parametrize(
    ("step", "english", "romanian"),
    [
        ("1 day", "daily", "zilnic"),
        ("1 week", "weekly", "săptămânal"),
        ("7 days", "weekly", "săptămânal"),
        ("1 month", "monthly", "lunar"),
        ("12 months", "yearly", "anual"),
        ("3 months", "every 3 months", "o dată la 3 luni"),
        ("20 days", "every 20 days", "o dată la 20 de zile"),
        ("2 years", "every 2 years", "o dată la 2 ani"),
    ],
)
def test_how_often_something_comes_again(step: str, english: str, romanian: str) -> None:
    assert (said(step, "en"), said(step, "ro"), said(step, "ro-MD")) == (english, romanian, romanian)


@pytest.mark.parametrize(
    ("length", "romanian"), [("1 day", "o zi"), ("1 month", "o lună"), ("1 year", "un an"), ("2 months", "2 luni")]
)
def test_one_of_a_unit_is_a_word(length: str, romanian: str) -> None:
    assert format_duration(Duration.parse(length), "ro") == romanian
