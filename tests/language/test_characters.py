"""What nobody sees is no part of a text, unless what is seen depends on it."""

import pytest

from dosar.language.text.characters import strip_invisible, unify_line_breaks

INVISIBLE = [
    "\u00ad",
    "\u200b",
    "\u200c",
    "\u200d",
    "\u200e",
    "\u200f",
    "\u202a",
    "\u202b",
    "\u202c",
    "\u202d",
    "\u202e",
    "\u2060",
    "\u2061",
    "\u2062",
    "\u2063",
    "\u2064",
    "\u2066",
    "\u2067",
    "\u2068",
    "\u2069",
    "\ufeff",
    "\u034f",
    "\ufff9",
    "\ufffa",
    "\ufffb",
    "\ufffc",
]


@pytest.mark.parametrize("character", INVISIBLE)
def test_what_nobody_sees_is_taken_away(character: str) -> None:
    assert strip_invisible(f"{character}27{character}.03{character}{character}.1998{character}") == "27.03.1998"
    assert strip_invisible(f"{character}Ște{character}fan{character}") == "Ștefan"


@pytest.mark.parametrize(
    "seen",
    [
        "👩‍👧",
        "👩🏽‍⚕️",
        "❤️‍🔥",
        "🏴‍☠️",
        "🧑‍🤝‍🧑",
        "🏃‍➡️",
        "می‌خواهم",
        "क्‍ष",
        "ශ්‍රී",
        "Țîrcă — „da” ș.a. 100 %",
        "Штефан",
    ],
)
def test_joiners_stay_where_they_are_seen(seen: str) -> None:
    assert strip_invisible(f"înainte {seen} după") == f"înainte {seen} după"


def test_a_joiner_at_the_edge_of_an_emoji_joins_nothing() -> None:
    assert strip_invisible("\u200d👩\u200d și 👧\u200d") == "👩 și 👧"


@pytest.mark.parametrize("line_break", ["\r\n", "\r", "\v", "\f", "\x1c", "\x1d", "\x1e", "\x85", "\u2028", "\u2029"])
def test_every_line_break_is_one(line_break: str) -> None:
    assert unify_line_breaks(f"unu{line_break}doi") == "unu\ndoi"
