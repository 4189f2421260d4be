"""Days as people write them, in any language: written, and read with all that is left out."""

import re
from datetime import date, time, timedelta
from functools import cache, lru_cache

from babel.dates import format_date
from babel.units import format_unit

from dosar.language.durations import Duration
from dosar.language.question import ReadingContext
from dosar.language.text.characters import HYPHENS
from dosar.language.text.locales import locale_of
from dosar.language.text.message import Mistake, msgid
from dosar.language.text.spelling import fold_name
from dosar.language.text.translations import LANGUAGES, translated_word

SHORT_DATE_FORMAT = msgid("d MMM yyyy")
"""How a day is written in short; a language writes it as its translation of the pattern says."""
LONG_DATE_FORMAT = "d MMMM yyyy"
MONTH_FORMAT = "LLLL yyyy"
DAYS_BY_WORD = {msgid("yesterday"): -1, msgid("today"): 0, msgid("this day"): 0, msgid("tomorrow"): 1}
"""Days said by a word, and how far from today they are."""
ONE_OF = {"day": msgid("1 day"), "month": msgid("1 month"), "year": msgid("1 year")}
"""One of a unit as a sentence says it: "o lună", where a figure before the word would be read aloud wrongly."""
ROMAN_NUMERALS = {
    "i": 1,
    "ii": 2,
    "iii": 3,
    "iv": 4,
    "v": 5,
    "vi": 6,
    "vii": 7,
    "viii": 8,
    "ix": 9,
    "x": 10,
    "xi": 11,
    "xii": 12,
}
YEARS_ACCEPTED = range(1900, 2101)
YEARS_AHEAD = 10
YEARS_AHEAD_OF_A_BIRTH = 0
YEARS_TO_A_LEAP_DAY = 8


@lru_cache(maxsize=8192)
def format_day(day: date, language: str, pattern: str = "") -> str:
    """The day in short, or as ``pattern`` says."""
    return format_date(day, pattern or translated_word(SHORT_DATE_FORMAT, language), locale_of(language))


@lru_cache(maxsize=256)
def format_duration(time: Duration, language: str) -> str:
    """A length of time as people read it: 20 days, 3 luni, o lună. The rules have few, and to word one takes
    longer than a line."""
    number, unit = time.amount
    if number == 1:
        return translated_word(ONE_OF[unit], language)
    return str(format_unit(number, f"duration-{unit}", locale=locale_of(language)))


def format_partial_day(known: str, language: str) -> str:
    """A day, a month or a year in short."""
    if len(known) == len("1998"):
        return known
    if len(known) == len("1998-03"):
        return format_day(first_day_of(known), language, MONTH_FORMAT)
    return format_day(date.fromisoformat(known), language)


def searchable_day(known: str) -> str:
    """What is known of a day as the search finds it: a month by its name in every language."""
    if len(known) == len("1998-03-27"):
        return f"{date.fromisoformat(known):%d.%m.%Y}"
    return " ".join(dict.fromkeys(format_partial_day(known, language) for language in LANGUAGES))


def day_in_words(day: date, reading: ReadingContext, person: bool) -> str:
    """The day with its month's name; of a person's birth date also the age."""
    words = format_day(day, reading.language, LONG_DATE_FORMAT)
    if not person or day > reading.today:
        return words
    years = years_between(day, reading.today)
    return f"{words}, {format_unit(years, 'duration-year', locale=locale_of(reading.language))}"


def years_between(born: date, today: date) -> int:
    """Whole years of life on the day ``today``."""
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


@cache
def _month_words() -> tuple[tuple[str, int], ...]:
    months = (
        (word, number)
        for language in LANGUAGES
        for width in ("wide", "abbreviated")
        for number, word in locale_of(language).months["format"][width].items()
    )
    return tuple({(fold_name(word).rstrip("."), number) for word, number in months})


@cache
def days_by_word() -> dict[str, int]:
    """The words of every language for days near today, and how far from today these are."""
    return {
        fold_name(translated_word(word, language)): days
        for word, days in DAYS_BY_WORD.items()
        for language in LANGUAGES
    }


def _is_number(part: str) -> bool:
    return part.isascii() and part.isdecimal()


def _read_month(part: str) -> int | None:
    """The month in a number, a Roman numeral or the beginning of its name in any language."""
    if _is_number(part) and len(part) <= 2:
        return int(part)
    word = fold_name(part)
    if word in ROMAN_NUMERALS:
        return ROMAN_NUMERALS[word]
    numbers = {number for name, number in _month_words() if name.startswith(word)}
    return numbers.pop() if len(word) >= 3 and len(numbers) == 1 else None


def _read_year(part: str, today: date, person: bool) -> int | None:
    """A year of two digits lies a few years ahead at most: a plan looks forward, a birth date back."""
    if not _is_number(part) or len(part) not in (2, 4):
        return None
    if len(part) == 4:
        return int(part)
    latest = today.year + (YEARS_AHEAD_OF_A_BIRTH if person else YEARS_AHEAD)
    return latest - (latest - int(part)) % 100


def _split_date(text: str) -> list[str]:
    """Year, month and day as far as they are given, whichever way round they were written.

    Six or eight digits are day, month and year: the number keys of a telephone have no full stop.
    """
    apart = re.sub(r"^(\d\d)(\d\d)(\d\d|\d{4})$", r"\1 \2 \3", text, flags=re.ASCII)
    parts = [part for part in re.split(rf"[\s.,/\-{HYPHENS}]+", apart) if part]
    if len(parts) in (2, 3) and parts[0].isalpha() and _is_number(parts[1]) and len(parts[1]) <= 2:
        parts[:2] = parts[1], parts[0]
    return parts if parts and len(parts[0]) == 4 and _is_number(parts[0]) else parts[::-1]


def read_day(text: str, today: date, person: bool = False, past: bool = False) -> date:
    """The day somebody typed, of a person's birth or any other; without a year the nearest such day, or, of
    what is ``past``, the last one. Raises :class:`Mistake`."""
    days_from_today = days_by_word().get(fold_name(text))
    if days_from_today is not None:
        return today + timedelta(days=days_from_today)
    parts = _split_date(text)
    if _has_no_year(parts) and not person:
        return _nearest_day(text, parts, today, past)
    if len(parts) != 3:
        raise Mistake("Write the date as day.month.year, for example 27.03.1998.")
    year, month = _read_year(parts[0], today, person), _read_month(parts[1])
    if year is None or month is None or not _is_number(parts[2]) or len(parts[2]) > 2:
        raise Mistake("Write the date as day.month.year, for example 27.03.1998.")
    day = _day_of(_require_year(year), month, int(parts[2]))
    if day is None:
        raise _no_such_day(text)
    return day


def _has_no_year(parts: list[str]) -> bool:
    """Whether they are a month and a day."""
    return (
        len(parts) == 2
        and len(parts[0]) != 4
        and _is_number(parts[1])
        and len(parts[1]) <= 2
        and (_read_month(parts[0]) is not None)
    )


def _nearest_day(text: str, parts: list[str], today: date, past: bool) -> date:
    """The day of this month that is nearest to today; a 29 February is no more than eight years away."""
    days = [
        day
        for year in range(today.year - YEARS_TO_A_LEAP_DAY, today.year + YEARS_TO_A_LEAP_DAY + 1)
        if (day := _day_of(year, _read_month(parts[0]), int(parts[1]))) and not (past and day > today)
    ]
    if not days:
        raise _no_such_day(text)
    return min(days, key=lambda day: (abs(day - today), day > today))


def _day_of(year: int, month: int | None, day: int) -> date | None:
    try:
        return date(year, month or 0, day)
    except ValueError:
        return None


def _no_such_day(text: str) -> Mistake:
    return Mistake(
        "The calendar has no day %(typed)s. Write day.month.year, for example 27.03.1998.",
        typed=text,
    )


def _require_year(year: int) -> int:
    if year not in YEARS_ACCEPTED:
        raise Mistake("The year %(year)s is not between 1900 and 2100. Check it.", year=year)
    return year


def read_partial(text: str, today: date, person: bool = False, past: bool = False) -> str:
    """The day, month or year somebody typed, in the form it is kept. Raises :class:`Mistake`."""
    parts = _split_date(text)
    if len(parts) == 3 or fold_name(text) in days_by_word() or (_has_no_year(parts) and not person):
        return read_day(text, today, person, past).isoformat()
    year = _read_year(parts[0], today, person) if parts and len(parts[0]) == 4 else None
    month = _read_month(parts[1]) if len(parts) == 2 else None
    if year is None or len(parts) > 2 or (len(parts) == 2 and month not in range(1, 13)):
        raise Mistake("Write what is known: 27.03.1998, 03.1998 or 1998.")
    return f"{_require_year(year)}-{month:02}" if month else str(_require_year(year))


def first_day_of(known: str) -> date:
    """The first day of what is known of a date: a month, a year."""
    return date.fromisoformat(f"{known}-01-01"[: len("1998-01-01")])


def require_past(day: date, reading: ReadingContext, person: bool = False, past: bool = False) -> None:
    """Raises :class:`Mistake` for a birth, or what has happened, in the future."""
    if day <= reading.today:
        return
    if person:
        raise Mistake("A date of birth cannot be in the future. Check the year.")
    if past:
        raise Mistake("The date cannot be in the future. Check the year.")


def read_time(text: str) -> time:
    """The time of day a person typed. Raises :class:`Mistake`."""
    found = re.fullmatch(r"(\d{1,2})(?:\s?[:.,h]?\s?(\d\d))?\s?h?", text, re.ASCII)
    hour, minute = (int(found[1]), int(found[2] or 0)) if found else (24, 0)
    if hour > 23 or minute > 59:
        raise Mistake("Write the time as hours:minutes, for example 09:30.")
    return time(hour, minute)
