"""The one way of filing: read → derive → settle → judge → save.

A page, the demo, an import and an API say what they have (:class:`Typed` or :class:`Values`) and for whom
(:class:`Submission`), and are told what would be kept, what is wrong and what is doubtful.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dosar.filing.derive import derived_answers
from dosar.filing.doubts.links import foreign_files
from dosar.filing.from_programme import answers_from_programme
from dosar.filing.judge import judge
from dosar.filing.read import ReadAnswers, read_texts, read_values
from dosar.filing.result import Outcome, Overbooked, ValidationResult
from dosar.filing.save import save_correction, save_new
from dosar.filing.settle import settled_answers
from dosar.filing.submission import Submission
from dosar.filing.texts import Texts, renumber_rows
from dosar.language.answers.validation import AnswerPath
from dosar.language.text.message import Message
from dosar.records.beds.required_beds import NoBed


@dataclass(frozen=True)
class Typed:
    """What stands in the boxes of a page, ``family.3.name`` for a cell. A box that is not there is an empty one."""

    texts: Texts


@dataclass(frozen=True)
class Values:
    """Question → its answer as history and copies have it. Only what is named is answered."""

    values: Mapping[str, Any]


@dataclass(frozen=True)
class Consent:
    """With what a submission is saved."""

    confirmed: bool = False
    """Whether somebody said that what is doubtful is right."""
    reason: str = ""
    """Why it is; kept with the record."""
    note: str = ""
    """Words that are kept with the change though nothing is doubtful."""
    token: str = ""
    """Makes a new sheet sent twice one sheet."""
    version: int = 0
    """The version of the corrected record that was seen."""


def read_given(submission: Submission, given: Typed | Values) -> ReadAnswers:
    """The answers that are given, and those that follow from them; each cell is read once."""
    if isinstance(given, Values):
        read = read_values(submission.questions, given.values, submission.cells, submission.saved)
    else:
        read = read_texts(submission.questions, given.texts, submission.cells, submission.fixed)
    read.answers.update(derived_answers(submission.questions, read.answers, submission.cells))
    read.answers.update(answers_from_programme(submission, read.answers))
    return read


def tidied(submission: Submission, texts: Texts) -> Typed:
    """What a page posted with each table's rows counted from 0, emptied ones left out."""
    return Typed(
        renumber_rows(submission.questions, texts, submission.initial_answers, submission.cells, submission.fixed)
    )


def validate(
    submission: Submission,
    given: Typed | Values,
    refused: Mapping[AnswerPath, Message] | None = None,
) -> ValidationResult:
    """What would be kept of the answers, what is wrong and what is doubtful; nothing is saved.

    ``refused`` is what the caller found wrong itself, files that are not kept. Texts are :func:`tidied` before.
    """
    read = read_given(submission, given)
    read.mistakes.update({**foreign_files(submission, read.answers), **(refused or {})})
    return judge(submission, read, settled_answers(submission, read.answers))


def save(submission: Submission, result: ValidationResult, consent: Consent) -> Outcome:
    """Keep what was validated. Raises :class:`OutOfReach`, :class:`NoBed` where somebody else took the bed meanwhile,
    and :class:`ValueError` for what may not be kept."""
    if not result.may_be_kept(consent.confirmed, consent.reason):
        raise ValueError("what is wrong or in doubt is not saved")
    reason = consent.reason if result.doubtful else consent.note
    overbooks = any(isinstance(issue, Overbooked) for issue in result.doubtful)
    if submission.record is None:
        return save_new(submission, result.answers, consent.token, reason, overbooks)
    return save_correction(submission, result.answers, consent.version, reason, overbooks)


def file_sheet(submission: Submission, given: Typed | Values, consent: Consent) -> ValidationResult | Outcome:
    """Validate and save in one; what may not be kept comes back as the :class:`ValidationResult`."""
    if isinstance(given, Typed):
        given = tidied(submission, given.texts)
    result = validate(submission, given)
    if not result.may_be_kept(consent.confirmed, consent.reason):
        return result
    try:
        return save(submission, result, consent)
    except NoBed:
        return validate(submission, given)
