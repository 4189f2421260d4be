"""Saved answers that would go because their question is hidden now: said and asked first."""

from collections.abc import Collection, Iterable

from dosar.filing.doubts.unseen import is_unseen, no_longer_asked
from dosar.filing.result import AnswersDropped
from dosar.filing.submission import Submission
from dosar.language.answers.settling import dropped_answers
from dosar.language.answers.validation import ValidationIssue
from dosar.language.question import Answers, Question
from dosar.language.text.message import Message
from dosar.language.text.texts import text_in_language

Lost = tuple[Question, Question | None]
"""A question, and the column of it."""

NOT_TO_SEE = Message("(not for you to see)")


def would_drop(submission: Submission, answers: Answers, changed: Collection[str]) -> list[ValidationIssue]:
    """The doubt that names the saved answers which saving would drop; by the first change made here."""
    if submission.record is None or not submission.questions:
        return []
    dropped = dropped_answers(submission.form, submission.initial_answers, answers, submission.today)
    lost = [
        *(pair for pair in dropped if not is_unseen(submission, *pair)),
        *no_longer_asked(submission, answers, changed),
    ]
    if not lost:
        return []
    names = tuple(dict.fromkeys(_name_for_reader(submission, *pair) for pair in lost))
    return [
        AnswersDropped(
            (_changed_question(submission, lost, changed),),
            Message(
                "Saving this drops what was saved in: %(questions)s. If that is right, save.",
                {"questions": names},
            ),
            soft=True,
            questions=tuple(dict.fromkeys(question.name for question, _ in lost)),
        )
    ]


def _changed_question(submission: Submission, lost: Iterable[Lost], changed: Collection[str]) -> str:
    """The question asked here through whose change they go."""
    asking = {name for pair in lost for part in pair for name in _names_in_conditions(submission, part)}
    asked_names = list(submission.asked_questions)
    return next(
        (name for name in asked_names if name in changed and name in asking),
        next(
            (name for name in asked_names if name in changed),
            asked_names[0],
        ),
    )


def _names_in_conditions(submission: Submission, question: Question | None) -> set[str]:
    """What the conditions of a question ask about."""
    if question is None:
        return set()
    sections = (section.show_if for section in submission.form.sections if question in section.questions)
    return {name.partition(".")[0] for rule in (question.show_if, *sections) if rule is not None for name in rule.names}


def _name_for_reader(submission: Submission, question: Question, column: Question | None) -> str | Message:
    """What it is called; an answer out of her sight has no name."""
    if is_unseen(submission, question, column):
        return NOT_TO_SEE
    return ": ".join(
        text_in_language(part.label, submission.language) for part in (question, column) if part is not None
    )
