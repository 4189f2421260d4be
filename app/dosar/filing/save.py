"""Keeping what stood every check: a new record, or a correction of the one that was opened."""

from collections.abc import Iterator
from contextlib import contextmanager

from dosar.filing.result import ChangedMeanwhile, OneThereAlready, Outcome, Saved, SavedBefore
from dosar.filing.submission import Submission
from dosar.language.question import Answers
from dosar.records.beds.free_beds import ChangedSheet, programme_of_beds
from dosar.records.beds.required_beds import require_beds
from dosar.records.sheets.save import EditConflict, SheetExists, correct_sheet, enter_sheet, record_filed_before


def save_new(
    submission: Submission, answers: Answers, token: str = "", reason: str = "", overbooks: bool = False
) -> Outcome:
    """File a new sheet; the same ``token`` a second time files nothing.

    Raises :class:`OutOfReach`, and ``NoBed`` for a stay whose bed somebody else took meanwhile; with ``overbooks`` it
    was said that one more is right.
    """
    repository, form = submission.repository, submission.form
    if token and (before := record_filed_before(repository, form, token)) is not None:
        return SavedBefore(before)
    try:
        with _bed_held(submission, answers, token, overbooks) as before:
            if before is not None:
                return SavedBefore(before)
            return Saved(enter_sheet(repository, form, answers, submission.actor, submission.case_id, token, reason))
    except SheetExists as existing:
        return OneThereAlready(existing.record_id)


def save_correction(
    submission: Submission, answers: Answers, version: int, reason: str = "", overbooks: bool = False
) -> Outcome:
    """Put the answers in place of those of the ``version`` she has seen.

    Raises :class:`OutOfReach`, ``NoBed`` as :func:`save_new`, and :class:`ValueError` for a submission of a new
    sheet.
    """
    if submission.record is None:
        raise ValueError("no record to correct")
    record_id = submission.record.id
    try:
        with _bed_held(submission, answers, "", overbooks):
            correct_sheet(submission.repository, submission.form, record_id, version, answers, submission.actor, reason)
    except EditConflict:
        return ChangedMeanwhile(record_id)
    return Saved(record_id)


@contextmanager
def _bed_held(submission: Submission, answers: Answers, token: str, overbooks: bool) -> Iterator[int | None]:
    """For a stay or a place, one transaction in which nobody else takes the bed: it is asked for again inside, and kept
    in there.

    Yields the record that the same ``token`` has filed meanwhile.
    """
    repository, form = submission.repository, submission.form
    if programme_of_beds(repository, form) is None:
        yield None
        return
    with repository.writing():
        filed = record_filed_before(repository, form, token) if token else None
        if filed is None:
            sheet = ChangedSheet(form, answers, submission.saved, submission.case_id, submission.record_id)
            require_beds(repository, [sheet], submission.actor, overbooks)
        yield filed
