"""Saying that something due was done today, where a date on its sheet or row is enough: filed like any correction."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from dosar.filing.opening.submissions import correction
from dosar.filing.result import Saved, ValidationResult
from dosar.filing.service import Consent, Values, file_sheet
from dosar.filing.submission import Submission
from dosar.language.deadlines.ready_rules import DayPlace
from dosar.language.form import Form
from dosar.language.question import ReadingContext
from dosar.overview.deadlines.reading import Deadline
from dosar.records.actor import Actor
from dosar.records.repository import Repository


class NotDone(Exception):
    """The sheet is not kept with this date alone: it asks for more, or doubts it."""


class KeptMeanwhile(Exception):
    """Somebody else kept the sheet at the same moment."""


def do_today(
    repository: Repository, deadline: Deadline, actor: Actor, reading: ReadingContext, forms: Mapping[str, Form]
) -> bool:
    """File today's date as the day on which it was done; says whether it counts, or waits for acceptance.

    Raises :class:`NotDone` where somebody has to look at the sheet, :class:`KeptMeanwhile`, and
    :class:`OutOfReach`.
    """
    done = deadline.rule.done
    if done is None or deadline.rule.is_new_sheet:
        raise NotDone
    return file_done(repository, correction(repository, done.form, deadline.record_id, actor, reading, forms), deadline)


def file_done(repository: Repository, submission: Submission, deadline: Deadline) -> bool:
    """The same on the sheet as it was opened."""
    done = deadline.rule.done
    if done is None:
        raise NotDone
    version = submission.record.version if submission.record is not None else 0
    values = _values(submission, done, deadline.row_id, submission.today)
    outcome = file_sheet(submission, Values(values), Consent(version=version))
    if isinstance(outcome, ValidationResult):
        raise NotDone
    if not isinstance(outcome, Saved):
        raise KeptMeanwhile
    return not repository.find(done.form, outcome.record_id).to_check


def _values(submission: Submission, done: DayPlace, row_id: int, today: date) -> dict[str, Any]:
    """The date on the sheet; or all the rows of the table, one of them with the date."""
    if not done.table:
        return {done.question: today.isoformat()}
    table = submission.form.questions[done.table]
    rows = table.to_json(submission.initial_answers.get(done.table)) or []
    return {done.table: [{**row, done.question: today.isoformat()} if row["id"] == row_id else row for row in rows]}
