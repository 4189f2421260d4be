"""What is due as a calendar of a month or a week, Monday first: on a phone an agenda by day."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from babel.dates import get_day_names
from flask_babel import format_decimal, gettext, ngettext

from dosar.fields.formats.days import MONTH_FORMAT, YEARS_ACCEPTED, format_day
from dosar.language.text.locales import locale_of
from dosar.overview.deadlines.filters import DeadlineFilter
from dosar.overview.deadlines.tallies import DueOnDay
from dosar.pages.deadlines.asked_deadlines import ONE_DAY, AskedDeadlines
from dosar.pages.deadlines.due_lines import DueLine
from dosar.pages.formatting import day_text

WEEK = 7
MOST_ON_DAY = {"month": 4, "week": 20}
"""How many entries a day tells before it says how many there are."""
DAY_PATTERN, SHORT_PATTERN, OUTSIDE_PATTERN = "EEEE, d MMMM", "EEE", "EEE MMM"


@dataclass(slots=True)
class CalendarDay:
    """A day and what is due on it."""

    iso: str
    number: str
    short: str
    """The day of the week, for the agenda of a phone; with the month, where it is another one."""
    long: str
    url: str
    entries: list[DueLine]
    coming: list[DueLine]
    """What will come again on it."""
    is_today: bool
    is_outside: bool
    """Whether it belongs to another month than the one shown."""
    more: str
    """How many more there are, where not all are told."""
    rest: str
    """The same in words."""


@dataclass(slots=True)
class CalendarWeek:
    """A line of the calendar."""

    number: str
    url: str
    days: list[CalendarDay]
    is_over: bool
    """Whether all of it is over and nothing of it is left."""


@dataclass(slots=True)
class DueCalendar:
    """A month or a week."""

    title: str
    heads: list[tuple[str, str]]
    """The days of the week: in short, and whole."""
    weeks: list[CalendarWeek]
    previous: tuple[str, str]
    next: tuple[str, str]
    today_url: str
    is_empty: bool
    repeats_more: bool = False
    """Whether more comes again than is foretold."""


def calendar_span(asked: AskedDeadlines, today: date) -> tuple[date, date]:
    """The first day of the calendar, a Monday, and the last one, a Sunday."""
    shown = asked.day or today
    if asked.view == "week":
        monday = shown - ONE_DAY * shown.weekday()
        return monday, monday + ONE_DAY * (WEEK - 1)
    first = shown.replace(day=1)
    last = _next_month(first) - ONE_DAY
    return first - ONE_DAY * first.weekday(), last + ONE_DAY * (WEEK - 1 - last.weekday())


def within_calendar(wanted: DeadlineFilter, asked: AskedDeadlines, today: date) -> DeadlineFilter:
    """What is wanted, of the days shown."""
    since, until = calendar_span(asked, today)
    return replace(wanted, since=since, until=until)


def due_calendar(
    asked: AskedDeadlines,
    today: date,
    language: str,
    found: Mapping[date, DueOnDay],
    lines: Mapping[date, list[DueLine]],
    coming: Mapping[date, list[DueLine]],
) -> DueCalendar:
    """The calendar with these lines on its days, and what will come again."""
    shown = asked.day or today
    since, until = calendar_span(asked, today)
    month = shown.month if asked.view == "month" else None
    days = [
        _calendar_day(asked, day, today, language, month, found.get(day), lines.get(day, []), coming.get(day, []))
        for day in _days(since, until)
    ]
    weeks = [
        CalendarWeek(
            str(date.fromisoformat(week[0].iso).isocalendar().week),
            asked.address(view="week", day=week[0].iso, state=""),
            week,
            date.fromisoformat(week[-1].iso) < today and not any(day.entries or day.coming for day in week),
        )
        for week in (days[begin : begin + WEEK] for begin in range(0, len(days), WEEK))
    ]
    before, after = _beside(asked, shown)
    return DueCalendar(
        _title(asked, shown, since, until, language),
        _heads(language),
        weeks,
        (gettext("Previous week") if asked.view == "week" else gettext("Previous month"), before),
        (gettext("Next week") if asked.view == "week" else gettext("Next month"), after),
        asked.address(day="", state=""),
        not found,
    )


def _calendar_day(
    asked: AskedDeadlines,
    day: date,
    today: date,
    language: str,
    month: int | None,
    found: DueOnDay | None,
    lines: list[DueLine],
    coming: list[DueLine],
) -> CalendarDay:
    more = found.count - len(lines) if found else 0
    is_outside = month is not None and day.month != month
    return CalendarDay(
        day.isoformat(),
        str(day.day),
        format_day(day, language, OUTSIDE_PATTERN if is_outside else SHORT_PATTERN),
        format_day(day, language, DAY_PATTERN),
        asked.address(view="", day=day.isoformat(), state="") if found else "",
        lines,
        coming,
        day == today,
        is_outside,
        f"+{format_decimal(more)}" if more else "",
        ngettext("and %(num)s more", "and %(num)s more", more) if more else "",
    )


def _days(since: date, until: date) -> Iterator[date]:
    return (since + timedelta(number) for number in range((until - since).days + 1))


def _title(asked: AskedDeadlines, shown: date, since: date, until: date, language: str) -> str:
    if asked.view == "week":
        return f"{day_text(since)} – {day_text(until)}"
    return format_day(shown, language, MONTH_FORMAT)


def _heads(language: str) -> list[tuple[str, str]]:
    short, wide = (get_day_names(width, "stand-alone", locale_of(language)) for width in ("abbreviated", "wide"))
    return [(short[day], wide[day]) for day in range(WEEK)]


def _beside(asked: AskedDeadlines, shown: date) -> tuple[str, str]:
    """Where the month or week before is shown, and the one after; nothing where no year is left."""
    if asked.view == "week":
        days = (shown - ONE_DAY * WEEK, shown + ONE_DAY * WEEK)
    else:
        first = shown.replace(day=1)
        days = ((first - ONE_DAY).replace(day=1), _next_month(first))
    before, after = (
        asked.address(day=day.isoformat(), state="") if day.year in YEARS_ACCEPTED[1:-1] else "" for day in days
    )
    return before, after


def _next_month(first: date) -> date:
    return (first.replace(day=28) + ONE_DAY * 4).replace(day=1)
