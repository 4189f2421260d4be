"""The history of a record: who changed which answer, when, from what to what."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType
from typing import Any

from sqlalchemy import JSON, ColumnElement, DateTime, Integer, Select, insert, literal, select

from app.language.form import Form
from app.language.question import Answer, Answers, Question
from app.records.belonging import Belonging
from app.records.cabinet import Cabinet
from app.records.past import retold
from app.records.system import history, now
from app.records.tables import Record


@dataclass(frozen=True)
class Change:
    """One question's answer before and after."""

    question: Question
    old: Answer
    new: Answer


Seat = tuple[int, str, date]
"""A worker, her role in the case, and the day."""


@dataclass(frozen=True)
class TeamChange:
    """Who came to a case's team and who left it."""

    joined: Sequence[Seat] = ()
    left: Sequence[Seat] = ()


NO_CHANGE = TeamChange()
NOWHERE: Mapping[str, Form] = MappingProxyType({})


@dataclass(frozen=True)
class Entry:
    """What one worker did to one record at one moment."""

    at: datetime
    user_id: int | None
    action: str
    form_version: int
    changes: Sequence[Change]
    reason: str = ""
    """Why soft warnings were confirmed or an entry reversed, if words were asked for."""
    team: TeamChange = NO_CHANGE


_NOTE = insert(history)
REASON, JOINED, LEFT = "~reason", "~joined", "~left"
RETURNED = "returned"
"""Sent back to the volunteer who filed it, with a note."""
LEFT_WITH_CASE, BACK_WITH_CASE = "left_with_case", "back_with_case"
WITH_CASE = (LEFT_WITH_CASE, BACK_WITH_CASE)
"""What a sheet went through along with its case: told by the sheet, and once by the case for all of them."""
GONE, BACK = ("deleted", LEFT_WITH_CASE), ("restored", BACK_WITH_CASE)
"""The entries after which a record is put away, and those after which it is there again."""


def differences(form: Form, old: Answers, new: Answers) -> dict[str, list[Any]]:
    """Question → [old, new] in JSON form, for every answer that differs."""
    changed: dict[str, list[Any]] = {}
    for question in form.questions.values():
        before, after = question.to_json(old.get(question.name)), question.to_json(new.get(question.name))
        if (before or None) != (after or None) or (before is False) != (after is False):
            changed[question.name] = [before, after]
    return changed


def note(
    cabinet: Cabinet, record: Record, action: str, user_id: int | None,
    changes: Mapping[str, Any], reason: str = "",
) -> None:
    """Write one entry, in the transaction of the change itself."""
    cabinet.session.execute(_NOTE, {
        "form": record.form_key, "record_id": record.id, "case_id": _case_of(record), "at": now(),
        "user_id": user_id, "action": action, "form_version": record.form_version,
        "changes": {**changes, **({REASON: reason} if reason else {})},
    })


def note_with_case(
    cabinet: Cabinet, kept: Belonging, sheets: ColumnElement[bool], action: str, user_id: int | None
) -> None:
    """Write one entry for each of these sheets, which went or came back with their case: one statement."""
    every, changes = kept.table.c, literal({}, JSON)
    told = select(
        literal(kept.form), every.id, every.case_id, literal(now(), DateTime), literal(user_id, Integer),
        literal(action), every.form_version, changes,
    ).where(sheets)
    columns = ["form", "record_id", "case_id", "at", "user_id", "action", "form_version", "changes"]
    cabinet.session.execute(insert(history).from_select(columns, told))


def note_team(cabinet: Cabinet, case: Record, user_id: int | None, change: TeamChange) -> None:
    """Write down who came to the team of the case and who left it."""
    told = {JOINED: change.joined, LEFT: change.left}
    note(cabinet, case, "team", user_id, {
        name: [[who, role, day.isoformat()] for who, role, day in seats] for name, seats in told.items() if seats
    })


def _seats(told: Sequence[Sequence[Any]]) -> list[Seat]:
    return [(who, role, date.fromisoformat(day)) for who, role, day in told]


def _case_of(record: Record) -> int | None:
    return getattr(record, record.case_column) if record.case_column else None


def entries(
    cabinet: Cabinet, form: Form, record: Record, most: int = 200, skipped: int = 0,
    elsewhere: Mapping[str, Form] = NOWHERE,
) -> list[Entry]:
    """The record's history, newest first, told with the questions of ``form``: ``most`` entries after those
    ``skipped``.

    ``form`` is the form as the reader may know it, ``elsewhere`` the forms she sees, to which a question may have
    gone: changes of other questions are left out.
    ``record`` was found within the reader's scope, which is what allows reading its history.
    """
    wanted = _of(record).order_by(history.c.id.desc()).limit(most).offset(skipped)
    return _told(cabinet, form, record, wanted, elsewhere)


def first_entry(cabinet: Cabinet, form: Form, record: Record) -> Entry:
    """How the record was entered."""
    return _told(cabinet, form, record, _of(record).order_by(history.c.id).limit(1))[0]


def _of(record: Record) -> Select[Any]:
    return select(history).where(history.c.form == record.form_key, history.c.record_id == record.id)


def _told(
    cabinet: Cabinet, form: Form, record: Record, wanted: Select[Any], elsewhere: Mapping[str, Form] = NOWHERE
) -> list[Entry]:
    rows = cabinet.session.execute(wanted)
    told = ((row, retold(row.changes, row.id, record.form_key, cabinet.turns)) for row in rows)
    return [_entry({**form.questions, **dict(_elsewhere(changes, elsewhere))}, row, changes) for row, changes in told]


def _elsewhere(changes: Mapping[str, Any], forms: Mapping[str, Form]) -> Iterator[tuple[str, Question]]:
    """The questions told as ``form.question``: they stand in another form now."""
    for told in changes:
        form, _, name = told.partition(".")
        if name and form in forms and name in forms[form].questions:
            yield told, forms[form].questions[name]


def _entry(questions: Mapping[str, Question], row: Any, changes: Mapping[str, Any]) -> Entry:
    return Entry(
        row.at, row.user_id, row.action, row.form_version,
        [_change(questions[name], pair) for name, pair in changes.items() if name in questions],
        changes.get(REASON, ""), TeamChange(_seats(changes.get(JOINED, ())), _seats(changes.get(LEFT, ()))),
    )


def _change(question: Question, pair: Sequence[Any]) -> Change:
    return Change(question, question.from_json(pair[0]), question.from_json(pair[1]))
