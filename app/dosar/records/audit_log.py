"""The history of a record: who changed which answer, when, from what to what."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from types import MappingProxyType
from typing import Any

from sqlalchemy import ColumnElement, DateTime, Integer, Select, insert, literal, select

from dosar.database.audit.trail import add_event, note_listed
from dosar.database.form_tables import Record
from dosar.database.system_tables import history_table, utc_now
from dosar.language.form import Form
from dosar.language.question import Answer, Answers, Question
from dosar.records.case_members import CaseTable
from dosar.records.deadlines.changed_sheets import note_changed_sheet
from dosar.records.history.deadline_changes import DEADLINE_KEY, DeadlineChange, deadline_change_in, entries_of
from dosar.records.history.renamed_questions import retell_changes
from dosar.records.history.turns import RETURNED_ACTION
from dosar.records.reasons import may_read_reason
from dosar.records.repository import Repository


@dataclass(frozen=True)
class AnswerChange:
    """One question's answer before and after."""

    question: Question
    old: Answer
    new: Answer


TeamSeat = tuple[int, str, date]
"""A worker, her role in the case, and the day."""


@dataclass(frozen=True)
class TeamChange:
    """Who came to a case's team and who left it."""

    joined: Sequence[TeamSeat] = ()
    left: Sequence[TeamSeat] = ()


NO_CHANGE = TeamChange()
NO_OTHER_FORMS: Mapping[str, Form] = MappingProxyType({})


@dataclass(frozen=True)
class AuditEntry:
    """What one worker did to one record at one moment."""

    at: datetime
    user_id: int | None
    action: str
    form_version: int
    changes: Sequence[AnswerChange]
    reason: str = ""
    """Why soft warnings were confirmed or an entry reversed, if words were asked for; of a merge, which case it was
    with, too."""
    team: TeamChange = NO_CHANGE
    deadline: DeadlineChange | None = None
    is_reason_hidden: bool = False
    """Whether words were written that the reader may not see."""


_INSERT_ENTRY = insert(history_table)
REASON_KEY, JOINED_KEY, LEFT_KEY = "~reason", "~joined", "~left"
CODE_END = ": "
"""What stands between the code of the other case and the reason of a merge."""
MERGED_ACTION, MERGED_INTO_ACTION, PARTED_ACTION = "merged", "merged_into", "parted"
MERGE_ACTIONS = (MERGED_ACTION, MERGED_INTO_ACTION, PARTED_ACTION)
LEFT_WITH_CASE, BACK_WITH_CASE = "left_with_case", "back_with_case"
WITH_CASE_ACTIONS = (LEFT_WITH_CASE, BACK_WITH_CASE)
"""What a sheet went through along with its case: told by the sheet, and once by the case for all of them."""
GONE_ACTIONS, BACK_ACTIONS = ("deleted", LEFT_WITH_CASE), ("restored", BACK_WITH_CASE)
"""The entries after which a record is put away, and those after which it is there again."""


def answer_differences(form: Form, old: Answers, new: Answers) -> dict[str, list[Any]]:
    """Question → [old, new] in JSON form, for every answer that differs."""
    changed: dict[str, list[Any]] = {}
    for question in form.questions.values():
        before, after = question.to_json(old.get(question.name)), question.to_json(new.get(question.name))
        if (before or None) != (after or None) or (before is False) != (after is False):
            changed[question.name] = [before, after]
    return changed


def note_change(
    repository: Repository,
    record: Record,
    action: str,
    user_id: int | None,
    changes: Mapping[str, Any],
    reason: str = "",
) -> None:
    """Write one entry, in the transaction of the change itself."""
    case_id = case_of_record(record)
    note_changed_sheet(repository.session, record.form_key, case_id)
    add_event(
        repository.session,
        action,
        actor=user_id,
        case_id=case_id,
        objects={record.form_key: [record.id]},
        fields=[name for name in changes if not name.startswith("~")],
    )
    repository.session.execute(
        _INSERT_ENTRY,
        {
            "form": record.form_key,
            "record_id": record.id,
            "case_id": case_id,
            "at": utc_now(),
            "user_id": user_id,
            "action": action,
            "form_version": record.form_version,
            "changes": {**changes, **({REASON_KEY: reason} if reason else {})},
        },
    )


def note_past(repository: Repository, record: Record, entries: Sequence[Mapping[str, Any]]) -> None:
    """Write down what a record went through before it came here: the entries that its history had elsewhere."""
    of_record = {"form": record.form_key, "record_id": record.id, "case_id": case_of_record(record)}
    if entries:
        repository.session.execute(_INSERT_ENTRY, [{**entry, **of_record} for entry in entries])


def note_with_case(
    repository: Repository, case_table: CaseTable, sheets: ColumnElement[bool], action: str, user_id: int | None
) -> None:
    """Write one entry for each of these sheets, which went or came back with their case: one statement."""
    every, changes = case_table.table.c, literal({}, history_table.c.changes.type)
    entries = select(
        literal(case_table.form),
        every.id,
        every.case_id,
        literal(utc_now(), DateTime),
        literal(user_id, Integer),
        literal(action),
        every.form_version,
        changes,
    ).where(sheets)
    columns = ["form", "record_id", "case_id", "at", "user_id", "action", "form_version", "changes"]
    repository.session.execute(insert(history_table).from_select(columns, entries))


def note_team(repository: Repository, case: Record, user_id: int | None, change: TeamChange) -> None:
    """Write down who came to the team of the case and who left it."""
    seats_by_key = {JOINED_KEY: change.joined, LEFT_KEY: change.left}
    note_change(
        repository,
        case,
        "team",
        user_id,
        {
            name: [[member_id, role, day.isoformat()] for member_id, role, day in seats]
            for name, seats in seats_by_key.items()
            if seats
        },
    )


def note_deadline(
    repository: Repository, record: Record, action: str, user_id: int | None, change: DeadlineChange, reason: str
) -> None:
    """Write down what somebody made of a deadline; ``record`` is its case, or the record of no case."""
    note_change(repository, record, action, user_id, {DEADLINE_KEY: change.to_json()}, reason)


def _seats_from_json(seats: Sequence[Sequence[Any]]) -> list[TeamSeat]:
    return [(user_id, role, date.fromisoformat(day)) for user_id, role, day in seats]


def case_of_record(record: Record) -> int | None:
    """The case that a record is of; a case is its own, and what belongs to none has none."""
    return getattr(record, record.case_column) if record.case_column else None


def history_entries(
    repository: Repository,
    form: Form,
    record: Record,
    most: int = 200,
    skipped: int = 0,
    elsewhere: Mapping[str, Form] = NO_OTHER_FORMS,
) -> list[AuditEntry]:
    """The record's history, newest first, told with the questions of ``form``: ``most`` entries after those
    ``skipped``.

    ``form`` is the form as the reader may know it, ``elsewhere`` the forms she sees, to which a question may have
    gone: changes of other questions are left out.
    ``record`` was found within the reader's scope, which is what allows reading its history.
    """
    told = select(history_table).where(entries_of(repository.session, record))
    query = told.order_by(history_table.c.id.desc()).limit(most).offset(skipped)
    return _read_entries(repository, form, record, query, elsewhere)


def reasons_given(
    repository: Repository, form: str, record_ids: Collection[int], action: str
) -> list[tuple[int, int | None, str | None]]:
    """Why this was done with these records: record, worker and her words, the newest first; None where the reader may
    not read them. The records were found within the reader's scope."""
    entry = history_table.c
    query = (
        select(entry.record_id, entry.user_id, entry.changes)
        .where(entry.form == form, entry.record_id.in_(record_ids), entry.action == action)
        .order_by(entry.id.desc())
    )
    note_listed(form, record_ids)
    return [
        (
            row.record_id,
            row.user_id,
            row.changes.get(REASON_KEY) if may_read_reason(repository, form, row.user_id) else None,
        )
        for row in repository.session.execute(query)
    ]


def first_entry(repository: Repository, form: Form, record: Record) -> AuditEntry:
    """How the record was entered."""
    return _read_entries(repository, form, record, _entries_of(record).order_by(history_table.c.id).limit(1))[0]


def _entries_of(record: Record) -> Select[Any]:
    return select(history_table).where(history_table.c.form == record.form_key, history_table.c.record_id == record.id)


def _read_entries(
    repository: Repository,
    form: Form,
    record: Record,
    query: Select[Any],
    elsewhere: Mapping[str, Form] = NO_OTHER_FORMS,
) -> list[AuditEntry]:
    rows = repository.session.execute(query)
    retold = ((row, retell_changes(row.changes, row.id, record.form_key, repository.renamed_questions)) for row in rows)
    told = (
        _make_entry({**form.questions, **dict(_questions_elsewhere(changes, elsewhere))}, row, changes)
        for row, changes in retold
    )
    return [_with_reason_read(repository, record, entry) for entry in told]


def _with_reason_read(repository: Repository, record: Record, entry: AuditEntry) -> AuditEntry:
    """The entry without a reason that the reader may not see; a note of what is to be mended is for who filed it."""
    filed_by = record.changed_by if entry.action == RETURNED_ACTION else None
    forms = {record.form_key, *([entry.deadline.form] if entry.deadline else [])}
    if not entry.reason or all(may_read_reason(repository, form, entry.user_id, filed_by) for form in forms):
        return entry
    code, separator, _ = entry.reason.partition(CODE_END) if entry.action in MERGE_ACTIONS else ("", "", "")
    is_code_alone = entry.action in MERGE_ACTIONS and not separator
    return replace(entry, reason=code, is_reason_hidden=not is_code_alone)


def _questions_elsewhere(changes: Mapping[str, Any], forms: Mapping[str, Form]) -> Iterator[tuple[str, Question]]:
    """The questions told as ``form.question``: they stand in another form now."""
    for full_name in changes:
        form, _, name = full_name.partition(".")
        if name and form in forms and name in forms[form].questions:
            yield full_name, forms[form].questions[name]


def _make_entry(questions: Mapping[str, Question], row: Any, changes: Mapping[str, Any]) -> AuditEntry:
    return AuditEntry(
        row.at,
        row.user_id,
        row.action,
        row.form_version,
        [_make_change(questions[name], pair) for name, pair in changes.items() if name in questions],
        changes.get(REASON_KEY, ""),
        TeamChange(_seats_from_json(changes.get(JOINED_KEY, ())), _seats_from_json(changes.get(LEFT_KEY, ()))),
        deadline_change_in(changes),
    )


def _make_change(question: Question, pair: Sequence[Any]) -> AnswerChange:
    return AnswerChange(question, question.from_json(pair[0]), question.from_json(pair[1]))
