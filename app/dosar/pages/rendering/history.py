"""The history of a record, told in the reader's language."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import gettext, lazy_gettext
from markupsafe import Markup

from dosar.language.form import Form
from dosar.language.question import Question
from dosar.language.text.texts import text_in_language
from dosar.migrations.convert.recomputation import RECOMPUTED_ACTION
from dosar.overview.deadlines.known_rules import known_rules
from dosar.pages.context import PageContext
from dosar.pages.formatting import day_text, moment_text, reason_text
from dosar.pages.linked_titles import RecordTitles, linked_ids
from dosar.pages.rendering.record_view import linked_text
from dosar.records.audit_log import BACK_WITH_CASE, LEFT_WITH_CASE, AnswerChange, AuditEntry
from dosar.records.cases.merge import LIFTED_ACTION
from dosar.records.history.deadline_changes import DUE_AGAIN_ACTION, MOVED_ACTION, WAIVED_ACTION, DeadlineChange
from dosar.records.history.renamed_questions import MOVED_AWAY, MOVED_HERE
from dosar.records.history.turns import RETURNED_ACTION
from dosar.records.rights.access_file import ACCESS_FILE_ACTION
from dosar.records.sheets.lifted_restrictions import RESTRICTION_ENDED_ACTION
from dosar.records.titles import link_titles, user_names

ACTION_LABELS = {
    "entered": lazy_gettext("Entered"),
    "corrected": lazy_gettext("Corrected"),
    "deleted": lazy_gettext("Deleted"),
    "restored": lazy_gettext("Restored"),
    "emergency": lazy_gettext("Opened in an emergency, by somebody who does not work on the case"),
    "names_shown": lazy_gettext("Showed herself the names"),
    "accepted": lazy_gettext("Accepted"),
    RETURNED_ACTION: lazy_gettext("Returned to the one who filed it"),
    "reversed": lazy_gettext("Reversed"),
    "team": lazy_gettext("Team changed"),
    "merged": lazy_gettext("Merged with another case"),
    "merged_into": lazy_gettext("Went into another case"),
    LIFTED_ACTION: lazy_gettext("Opened again by a merge, although one of the cases was restricted"),
    RESTRICTION_ENDED_ACTION: lazy_gettext("What restricted the case has ended"),
    "parted": lazy_gettext("Parted from another case"),
    RECOMPUTED_ACTION: lazy_gettext("Computed by the rules of the changed form"),
    MOVED_HERE: lazy_gettext("Answers came from another form"),
    MOVED_AWAY: lazy_gettext("Answers went to another form"),
    LEFT_WITH_CASE: lazy_gettext("Deleted together with its case"),
    BACK_WITH_CASE: lazy_gettext("Restored together with its case"),
    MOVED_ACTION: lazy_gettext("A deadline was moved"),
    WAIVED_ACTION: lazy_gettext("A deadline was waived"),
    DUE_AGAIN_ACTION: lazy_gettext("A deadline is due again"),
    ACCESS_FILE_ACTION: lazy_gettext("Copy made for the person"),
}


@dataclass(slots=True)
class HistoryChange:
    """One answer before and after, in words."""

    label: str
    old: str
    new: str


@dataclass(slots=True)
class HistoryEntry:
    """One line of the history."""

    when: str
    who: str
    action: str
    changes: list[HistoryChange]
    reason: str = ""


def render_history(context: PageContext, form: Form, found: Sequence[AuditEntry]) -> list[HistoryEntry]:
    """Every entry with its changes in words; two statements at most beside one for each form pointed to."""
    names = user_names(
        context.repository, [user_id for entry in found for user_id in _users_named_in(entry)], context.reading
    )
    titles = _history_titles(context, found)
    return [
        HistoryEntry(
            moment_text(entry.at),
            names.get(entry.user_id or 0, gettext("Dosar")),
            str(ACTION_LABELS.get(entry.action, entry.action)),
            [
                *_team_changes(context, entry, names),
                *_deadline_changes(context, entry, titles),
                *(
                    answer_change
                    for change in entry.changes
                    for answer_change in _answer_changes(context, change, titles)
                ),
            ],
            reason_text(entry.reason, entry.is_reason_hidden),
        )
        for entry in found
    ]


def _users_named_in(entry: AuditEntry) -> list[int | None]:
    return [entry.user_id, *(user_id for user_id, _, _ in (*entry.team.joined, *entry.team.left))]


def _team_changes(context: PageContext, entry: AuditEntry, names: Mapping[int, str]) -> list[HistoryChange]:
    """Who came and who left, each with role and day."""

    def seat(user_id: int, role: str, day: date) -> str:
        return f"{names.get(user_id, '')}, {role_title(context, role)}, {day_text(day)}"

    label = gettext("Case team")
    left_members = [
        HistoryChange(label, seat(*seat_values), gettext("Left the team")) for seat_values in entry.team.left
    ]
    return left_members + [HistoryChange(label, "", seat(*seat_values)) for seat_values in entry.team.joined]


def _deadline_changes(context: PageContext, entry: AuditEntry, titles: RecordTitles) -> list[HistoryChange]:
    """Which deadline, from which day to which; nothing where the reader may not know of it."""
    change = entry.deadline
    rule = known_rules(context.repository).get(change.rule) if change else None
    if change is None or rule is None:
        return []
    title = text_in_language(rule.rule.title, context.reading.language)
    own = titles.get(_sheet_named(change), "") if rule.rule.with_title else ""
    days = [gettext("waived") if day is None else day_text(day) for day in (change.before, change.after)]
    return [HistoryChange(f"{title}: {own}" if own else title, *days)]


def _sheet_named(change: DeadlineChange) -> tuple[str, int]:
    return change.form, change.record_id


def role_title(context: PageContext, role: str) -> str:
    """The role in the reader's language; one that is no longer in the file goes by its key."""
    roles = context.repository.definition.roles
    return text_in_language(roles[role].title, context.reading.language) if role in roles else role


def _history_titles(context: PageContext, found: Sequence[AuditEntry]) -> RecordTitles:
    ids_by_form: dict[str, set[int]] = {}
    for entry in found:
        if entry.deadline is not None:
            ids_by_form.setdefault(entry.deadline.form, set()).add(entry.deadline.record_id)
        for change in entry.changes:
            for answer in (change.old, change.new):
                for target, ids in linked_ids([change.question], {change.question.name: answer}).items():
                    ids_by_form.setdefault(target, set()).update(ids)
    return link_titles(context.repository, context.named_forms(), ids_by_form, context.reading, with_deleted=True)


def _answer_changes(context: PageContext, change: AnswerChange, titles: RecordTitles) -> list[HistoryChange]:
    if change.question.columns_asked():
        return _row_changes(context, change, titles)
    label = text_in_language(change.question.label, context.reading.language)
    return [
        HistoryChange(
            label, *(linked_text(context, change.question, answer, titles) for answer in (change.old, change.new))
        )
    ]


def _row_changes(context: PageContext, change: AnswerChange, titles: RecordTitles) -> list[HistoryChange]:
    """Row by row: added, removed, or with other answers; unchanged ones are left out."""
    old = {row["id"]: row for row in change.old or ()}
    new = {row["id"]: row for row in change.new or ()}
    label = text_in_language(change.question.label, context.reading.language)
    row_changes = []
    for number, row_id in enumerate(dict.fromkeys([*old, *new]), 1):
        before, after = old.get(row_id), new.get(row_id)
        if before != after:
            row_changes.append(
                HistoryChange(
                    f"{label} {number}",
                    _row_text(context, change.question, before, after, titles),
                    _row_text(context, change.question, after, before, titles),
                )
            )
    return row_changes


def _row_text(context: PageContext, table: Question, row: Any, other: Any, titles: RecordTitles) -> str:
    if row is None:
        return ""
    differing = [
        (
            text_in_language(column.label, context.reading.language),
            linked_text(context, column, row.get(column.name), titles),
        )
        for column in table.columns_asked()
        if other is None or row.get(column.name) != other.get(column.name)
    ]
    return Markup("; ").join(Markup("{}: {}").format(label, text) for label, text in differing if text)
