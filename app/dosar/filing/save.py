"""Keeping what stood every check: a new record, or a correction of the one that was opened."""

from dosar.filing.result import ChangedMeanwhile, OneThereAlready, Outcome, Saved, SavedBefore
from dosar.filing.submission import Submission
from dosar.language.question import Answers
from dosar.records.sheets.save import EditConflict, SheetExists, correct_sheet, enter_sheet, record_filed_before


def save_new(submission: Submission, answers: Answers, token: str = "", reason: str = "") -> Outcome:
    """File a new sheet; the same ``token`` a second time files nothing. Raises :class:`OutOfReach`."""
    repository, form = submission.repository, submission.form
    if token and (before := record_filed_before(repository, form, token)) is not None:
        return SavedBefore(before)
    try:
        return Saved(enter_sheet(repository, form, answers, submission.actor, submission.case_id, token, reason))
    except SheetExists as existing:
        return OneThereAlready(existing.record_id)


def save_correction(submission: Submission, answers: Answers, version: int, reason: str = "") -> Outcome:
    """Put the answers in place of those of the ``version`` she has seen.

    Raises :class:`OutOfReach`, and :class:`ValueError` for a submission of a new sheet.
    """
    if submission.record is None:
        raise ValueError("no record to correct")
    record_id = submission.record.id
    try:
        correct_sheet(submission.repository, submission.form, record_id, version, answers, submission.actor, reason)
    except EditConflict:
        return ChangedMeanwhile(record_id)
    return Saved(record_id)
