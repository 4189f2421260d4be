"""The day of a deadline that stands on a sheet itself: the last day of a stay, a hearing, an appointment.

Such a day is moved where it stands, as any correction of the sheet: a day kept beside it would say something else.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from dosar.filing.opening.submissions import correction
from dosar.filing.result import Outcome, ValidationResult
from dosar.filing.service import Consent, Values, file_sheet
from dosar.filing.submission import Submission
from dosar.language.deadlines.moves import MoveRefusal
from dosar.language.deadlines.ready_rules import DayPlace, question_at
from dosar.language.form import Form
from dosar.language.question import Answers, ReadingContext
from dosar.overview.deadlines.moving import Move, MoveRefused, require_movable
from dosar.overview.deadlines.reading import Deadline
from dosar.records.actor import Actor
from dosar.records.repository import Repository
from dosar.records.scope.row_scope import current_scope
from dosar.records.sheets.stored_answers import open_sheet


def day_on_sheet(repository: Repository, deadline: Deadline) -> DayPlace | None:
    """Where the day itself stands; nothing for one that is counted by a rule, or one of a series, of which a single day
    may be moved without the others."""
    rule = deadline.rule
    if rule.rule.on is None or rule.rule.every is not None or deadline.since != deadline.own_day:
        return None
    return None if _comes_again(repository, deadline) else rule.source


def _comes_again(repository: Repository, deadline: Deadline) -> bool:
    place, source = deadline.rule.how_often, deadline.rule.source
    if place is None:
        return False
    if place.form != source.form:
        return True
    answers = open_sheet(repository, source.form, deadline.record_id).answers
    held = _row(answers, place.table, deadline.row_id) if place.table else answers
    return held.get(place.question) in deadline.rule.rule.steps


def _row(answers: Answers, table: str, row_id: int) -> Answers:
    return next((row for row in answers.get(table) or () if row["id"] == row_id), {})


def may_type_day(repository: Repository, place: DayPlace, forms: Mapping[str, Form]) -> bool:
    """Whether the acting worker, who knows these forms, types such a day: she corrects the sheet, and it follows from
    no other answers, as the last day of a stay does from its phase and extension."""
    question = question_at(place, forms)
    return question is not None and not question.computed and may_correct_day(repository, place)


def may_correct_day(repository: Repository, place: DayPlace) -> bool:
    """Whether the acting worker corrects the sheet, and with it what the day follows from."""
    return current_scope.get().may("correct", place.form) and not repository.forms[place.form].append_only


def move_on_sheet(
    repository: Repository,
    deadline: Deadline,
    move: Move,
    actor: Actor,
    reading: ReadingContext,
    forms: Mapping[str, Form],
) -> ValidationResult | Outcome:
    """Correct the day on the sheet, with the reason in its history; what keeps it from being saved comes back.

    Raises as :func:`require_movable`, and :class:`MoveRefused` where that would accept what she has not looked at.
    """
    require_movable(repository, deadline, move, actor)
    place = deadline.rule.source
    submission = correction(repository, place.form, deadline.record_id, actor, reading, forms)
    if would_accept_unseen(submission):
        raise MoveRefused([MoveRefusal.WAITS])
    return file_day(submission, place, deadline.row_id, move.day, move.reason.strip())


def would_accept_unseen(submission: Submission) -> bool:
    """Whether the sheet waits, and a date filed on it by who accepts would accept all the rest of it."""
    record = submission.record
    return record is not None and bool(record.to_check) and not submission.actor.checked


def file_day(
    submission: Submission, place: DayPlace, row_id: int, day: date | None, note: str = ""
) -> ValidationResult | Outcome:
    """The sheet as it was opened, with this date on it or on one of its rows."""
    version = submission.record.version if submission.record is not None else 0
    return file_sheet(submission, Values(_values(submission, place, row_id, day)), Consent(version=version, note=note))


def _values(submission: Submission, place: DayPlace, row_id: int, day: date | None) -> dict[str, Any]:
    """The date on the sheet; or all the rows of the table, one of them with the date."""
    answer = None if day is None else day.isoformat()
    if not place.table:
        return {place.question: answer}
    table = submission.form.questions[place.table]
    rows = table.to_json(submission.initial_answers.get(place.table)) or []
    return {place.table: [{**row, place.question: answer} if row["id"] == row_id else row for row in rows]}
