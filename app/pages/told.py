"""The history of a record, told in the reader's language."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import gettext, lazy_gettext
from markupsafe import Markup

from app.language.form import Form
from app.language.question import Question
from app.language.texts import say
from app.pages.desk import Desk
from app.pages.filling import Titles, linked_ids
from app.pages.moments import day_text, moment_text
from app.pages.reading_sheet import linked_text
from app.records.history import BACK_WITH_CASE, LEFT_WITH_CASE, RETURNED, Change, Entry
from app.records.labels import link_titles, user_names
from app.records.past import MOVED_AWAY, MOVED_HERE
from app.records.recomputing import MADE_ANEW

ACTIONS = {
    "entered": lazy_gettext("Entered"), "corrected": lazy_gettext("Corrected"), "deleted": lazy_gettext("Deleted"),
    "restored": lazy_gettext("Restored"), "accepted": lazy_gettext("Accepted"),
    RETURNED: lazy_gettext("Returned to the one who filed it"),
    "reversed": lazy_gettext("Reversed"), "team": lazy_gettext("Team changed"),
    "merged": lazy_gettext("Merged with another case"), "merged_into": lazy_gettext("Went into another case"),
    "parted": lazy_gettext("Parted from another case"),
    MADE_ANEW: lazy_gettext("Computed by the rules of the changed form"),
    MOVED_HERE: lazy_gettext("Answers came from another form"),
    MOVED_AWAY: lazy_gettext("Answers went to another form"),
    LEFT_WITH_CASE: lazy_gettext("Deleted together with its case"),
    BACK_WITH_CASE: lazy_gettext("Restored together with its case"),
}


@dataclass(slots=True)
class ToldChange:
    """One answer before and after, in words."""

    label: str
    old: str
    new: str


@dataclass(slots=True)
class ToldEntry:
    """One line of the history."""

    when: str
    who: str
    action: str
    changes: list[ToldChange]
    reason: str = ""


def told_history(at: Desk, form: Form, found: Sequence[Entry]) -> list[ToldEntry]:
    """Every entry with its changes in words; two statements at most beside one for each form pointed to."""
    names = user_names(at.cabinet, [one for entry in found for one in _people_in(entry)], at.reading)
    titles = _titles(at, found)
    return [
        ToldEntry(
            moment_text(entry.at), names.get(entry.user_id or 0, gettext("Dosar")),
            str(ACTIONS.get(entry.action, entry.action)),
            [*_told_team(at, entry, names), *(told for change in entry.changes for told in _told(at, change, titles))],
            entry.reason,
        )
        for entry in found
    ]


def _people_in(entry: Entry) -> list[int | None]:
    return [entry.user_id, *(who for who, _, _ in (*entry.team.joined, *entry.team.left))]


def _told_team(at: Desk, entry: Entry, names: Mapping[int, str]) -> list[ToldChange]:
    """Who came and who left, each with role and day."""
    def seat(who: int, role: str, day: date) -> str:
        return f"{names.get(who, '')}, {role_title(at, role)}, {day_text(day)}"

    label = gettext("Case team")
    left = [ToldChange(label, seat(*one), gettext("Left the team")) for one in entry.team.left]
    return left + [ToldChange(label, "", seat(*one)) for one in entry.team.joined]


def role_title(at: Desk, role: str) -> str:
    """The role in the reader's language; one that is no longer in the file goes by its key."""
    roles = at.cabinet.definition.roles
    return say(roles[role].title, at.reading.language) if role in roles else role


def _titles(at: Desk, found: Sequence[Entry]) -> Titles:
    wanted: dict[str, set[int]] = {}
    for entry in found:
        for change in entry.changes:
            for answer in (change.old, change.new):
                for target, ids in linked_ids([change.question], {change.question.name: answer}).items():
                    wanted.setdefault(target, set()).update(ids)
    return link_titles(at.cabinet, at.named_forms(), wanted, at.reading, with_deleted=True)


def _told(at: Desk, change: Change, titles: Titles) -> list[ToldChange]:
    if change.question.columns_asked():
        return _told_rows(at, change, titles)
    label = say(change.question.label, at.reading.language)
    return [ToldChange(label, *(
        linked_text(at, change.question, answer, titles) for answer in (change.old, change.new)
    ))]


def _told_rows(at: Desk, change: Change, titles: Titles) -> list[ToldChange]:
    """Row by row: added, removed, or with other answers; unchanged ones are left out."""
    old = {row["id"]: row for row in change.old or ()}
    new = {row["id"]: row for row in change.new or ()}
    label = say(change.question.label, at.reading.language)
    told = []
    for number, row_id in enumerate(dict.fromkeys([*old, *new]), 1):
        before, after = old.get(row_id), new.get(row_id)
        if before != after:
            told.append(ToldChange(
                f"{label} {number}", _row_text(at, change.question, before, after, titles),
                _row_text(at, change.question, after, before, titles),
            ))
    return told


def _row_text(at: Desk, table: Question, row: Any, other: Any, titles: Titles) -> str:
    if row is None:
        return ""
    differing = [
        (say(column.label, at.reading.language), linked_text(at, column, row.get(column.name), titles))
        for column in table.columns_asked() if other is None or row.get(column.name) != other.get(column.name)
    ]
    return Markup("; ").join(Markup("{}: {}").format(label, text) for label, text in differing if text)
