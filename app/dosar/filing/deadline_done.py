"""Saying that something due was done today, where a date on its sheet or row is enough: filed like any correction."""

from collections.abc import Mapping

from dosar.filing.deadline_day import file_day, would_accept_unseen
from dosar.filing.opening.submissions import correction
from dosar.filing.result import Saved, ValidationResult
from dosar.filing.submission import Submission
from dosar.language.form import Form
from dosar.language.question import ReadingContext
from dosar.overview.deadlines.reading import Deadline
from dosar.records.actor import Actor
from dosar.records.repository import Repository


class NotDone(Exception):
    """The sheet is not kept with this date alone: it asks for more, or doubts it."""


class Unaccepted(Exception):
    """The sheet waits for acceptance: the date alone would accept the rest of it unseen."""


class KeptMeanwhile(Exception):
    """Somebody else kept the sheet at the same moment."""


def do_today(
    repository: Repository, deadline: Deadline, actor: Actor, reading: ReadingContext, forms: Mapping[str, Form]
) -> bool:
    """File today's date as the day on which it was done; says whether it counts, or waits for acceptance.

    Raises :class:`NotDone` and :class:`Unaccepted` where somebody has to look at the sheet, :class:`KeptMeanwhile`,
    and :class:`OutOfReach`.
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
    if would_accept_unseen(submission):
        raise Unaccepted
    outcome = file_day(submission, done, deadline.row_id, submission.today)
    if isinstance(outcome, ValidationResult):
        raise NotDone
    if not isinstance(outcome, Saved):
        raise KeptMeanwhile
    return not repository.find(done.form, outcome.record_id).to_check
