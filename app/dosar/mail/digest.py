"""What a digest says: what is overdue and what comes, by case code, kind and day, in its reader's language."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from html import escape

from dosar.fields.formats.days import format_day
from dosar.language.text.message import Message, msgid
from dosar.language.text.translations import translated_word
from dosar.mail.digest_choice import DAILY
from dosar.mail.smtp import MailWords
from dosar.overview.reminders import Reminder, hours_of

LOOK_AHEAD = timedelta(days=14)
DAILY_LOOK_AHEAD = timedelta(days=7)
MOST_LINES = 60
"""Whoever has more reads them in Dosar."""
SUBJECT = msgid("Dosar: what is due, %(day)s")
OVERDUE, TODAY, COMING = msgid("Overdue"), msgid("Today"), msgid("In the next days")
MORE = msgid("And %(count)s more, in Dosar.")
WHY = msgid("You chose to get this mail, on your profile page in Dosar, and you end it there. It names nobody.")


def last_day_told(rhythm: str, today: date) -> date:
    """How far ahead a digest looks."""
    return today + (DAILY_LOOK_AHEAD if rhythm == DAILY else LOOK_AHEAD)


def write_digest(reminders: Sequence[Reminder], today: date, language: str) -> MailWords:
    """The words of the mail."""
    shown = reminders[:MOST_LINES]
    groups = [(heading, lines) for heading, lines in _groups(shown, today, language) if lines]
    last = [Message(MORE, {"count": len(reminders) - len(shown)})] if len(shown) < len(reminders) else []
    closing = [said.say(lambda text: translated_word(text, language)) for said in (*last, Message(WHY))]
    day = {"day": format_day(today, language)}
    return MailWords(
        translated_word(SUBJECT, language) % day, _plain(groups, closing), _page(groups, closing, language)
    )


def _groups(shown: Sequence[Reminder], today: date, language: str) -> Iterator[tuple[str, list[str]]]:
    wanted = {
        OVERDUE: [found for found in shown if found.day < today],
        TODAY: [found for found in shown if found.day == today],
        COMING: [found for found in shown if found.day > today],
    }
    for heading, found in wanted.items():
        yield translated_word(heading, language), [_line(each, language) for each in found]


def _line(reminder: Reminder, language: str) -> str:
    hours = "–".join(f"{hour:%H:%M}" for hour in hours_of(reminder))
    day = " ".join(filter(None, (format_day(reminder.day, language), hours)))
    return " · ".join(filter(None, (reminder.what, day, translated_word(reminder.whose, language))))


def _plain(groups: Sequence[tuple[str, list[str]]], closing: Sequence[str]) -> str:
    blocks = ["\n".join((heading, *(f"- {line}" for line in lines))) for heading, lines in groups]
    return "\n\n".join((*blocks, *closing)) + "\n"


def _page(groups: Sequence[tuple[str, list[str]]], closing: Sequence[str], language: str) -> str:
    blocks = [
        f"<h2>{escape(heading)}</h2><ul>{''.join(f'<li>{escape(line)}</li>' for line in lines)}</ul>"
        for heading, lines in groups
    ]
    ends = "".join(f"<p>{escape(said)}</p>" for said in closing)
    head = f'<!doctype html><html lang="{escape(language)}"><meta charset="utf-8">'
    return f"{head}<body>{''.join(blocks)}{ends}</body></html>\n"
