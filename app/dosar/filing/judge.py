"""What stands against keeping settled answers: rules, links, and what somebody should look at again."""

from collections.abc import Collection, Iterator
from dataclasses import replace

from dosar.filing.doubts.beds import bed_issues
from dosar.filing.doubts.consent import lacking_consent
from dosar.filing.doubts.documents import unfiled_documents
from dosar.filing.doubts.dropped import would_drop
from dosar.filing.doubts.duplicates import known_already, numbered_already
from dosar.filing.doubts.late_dates import late_dates
from dosar.filing.doubts.links import pointing_well
from dosar.filing.doubts.lost_consent import takes_consent_away
from dosar.filing.doubts.reopening import reopens_case
from dosar.filing.doubts.windows import outside_windows
from dosar.filing.read import ReadAnswers
from dosar.filing.result import ElsewhereIssue, LeadsNowhere, ValidationResult
from dosar.filing.submission import Submission
from dosar.language.answers.settling import changed_questions
from dosar.language.answers.validation import ValidationIssue, validate_answers
from dosar.language.question import Answers, Question


def judge(submission: Submission, read: ReadAnswers, settled: Answers) -> ValidationResult:
    """What is wrong and what is doubtful with ``settled`` answers; what could not be read is wrong already."""
    answers, found = pointing_well(submission, settled)
    changed = _changed(submission, answers)
    told = [] if any(isinstance(issue, LeadsNowhere) for issue in found) else _told_by_others(submission, answers)
    found = [
        *_broken_rules(submission, read, answers, changed),
        *found,
        *told,
        *would_drop(submission, answers, changed),
    ]
    return ValidationResult(
        answers,
        read.mistakes,
        [issue for issue in found if not issue.soft],
        [issue for issue in found if issue.soft],
        read.understood,
    )


def _told_by_others(submission: Submission, answers: Answers) -> list[ValidationIssue]:
    """What the other sheets that there are say of the answers; asked only once each number among them leads to
    something that she finds, so that they tell nothing of what is out of her reach."""
    return [
        *known_already(submission, answers),
        *numbered_already(submission, answers),
        *unfiled_documents(submission, answers),
        *lacking_consent(submission, answers),
        *takes_consent_away(submission, answers),
        *reopens_case(submission, answers),
        *bed_issues(submission, answers),
        *outside_windows(submission, answers),
        *late_dates(submission, answers),
    ]


def _changed(submission: Submission, answers: Answers) -> frozenset[str]:
    """The questions that are answered otherwise by now, if one asked here is among them."""
    changed = changed_questions(submission.form, submission.initial_answers, answers, submission.today)
    return frozenset() if changed.isdisjoint(submission.asked_questions) else changed


def _broken_rules(
    submission: Submission,
    read: ReadAnswers,
    answers: Answers,
    changed: frozenset[str],
) -> Iterator[ValidationIssue]:
    for issue in validate_answers(submission.form, answers, submission.today, set(submission.asked_questions), changed):
        if issue.where not in read.mistakes and (issue.through or _can_be_mended(submission, issue)):
            yield from _as_told(submission, issue, changed)


def _can_be_mended(submission: Submission, issue: ValidationIssue) -> bool:
    """Whether she can mend it: a column may be hidden from her, a row be fixed."""
    if len(issue.where) == 1:
        return True
    table, index, name = issue.where
    is_asked = submission.asked_questions[table].column(name) is not None
    return is_asked and int(index) >= len(submission.fixed.get(table, ()))


def _as_told(submission: Submission, issue: ValidationIssue, changed: Collection[str]) -> Iterator[ValidationIssue]:
    """The issue as it is told here.

    Of an answer that she may not see nothing is told, not even that it does not fit: whoever may is told.
    """
    if issue.where[0] in submission.asked_questions:
        yield issue
        return
    known_questions = _known_questions(submission, issue)
    if known_questions and submission.record is None:
        yield replace(issue, where=(_changed_here(submission, issue, changed),))
    elif known_questions:
        yield ElsewhereIssue(issue.where, issue.message, issue.soft, issue.through, known_questions)


def _changed_here(submission: Submission, issue: ValidationIssue, changed: Collection[str]) -> str:
    changed_names = [name for name in submission.asked_questions if name in changed]
    return next((name for name in changed_names if name in issue.through), changed_names[0])


def _known_questions(submission: Submission, issue: ValidationIssue) -> tuple[Question, ...]:
    """The question, and its column in a table, as far as she may know them; none that she may not."""
    question = submission.known.questions.get(issue.where[0])
    if question is None or len(issue.where) == 1:
        return () if question is None else (question,)
    column = question.column(issue.where[-1])
    return () if column is None else (question, column)
