"""Before a person is saved: is she known already? Asked softly, the worker decides."""

from collections.abc import Iterable, Mapping

from dosar.database.audit.trail import note_matched
from dosar.filing.result import KnownPerson, NumberTaken
from dosar.filing.submission import Submission
from dosar.language.answers.validation import ValidationIssue
from dosar.language.question import Answers, Question
from dosar.language.text.message import Message
from dosar.records.finding.duplicates import LikelyDuplicate, deciding_questions, find_duplicates
from dosar.records.sheets.issued_codes import is_code_taken
from dosar.records.titles import titles_of_records

SOMEBODY_ELSES = Message("a record that is not among yours (ask the coordinator whose it is)")
NAMES_HIDDEN = Message("a record whose names are hidden from you (ask somebody who sees names whose it is)")
TAKEN = Message("Another one has this number already. Leave it empty, and it gets the next one.")


def known_already(submission: Submission, answers: Answers) -> list[ValidationIssue]:
    """The doubt that stands by the first question asked here about who she is, while such an answer is new."""
    told_by = deciding_questions(submission.form)
    about = [question for question in submission.questions if question.name in told_by]
    if not any(_is_new(question, submission.initial_answers, answers) for question in about):
        return []
    found = find_duplicates(submission.repository, submission.form, answers, submission.record_id)
    note_matched(submission.form.key, [likely.id for likely in found])
    if not found:
        return []
    is_hidden = _is_told_by_hidden(submission, answers)
    in_reach = {} if is_hidden else _in_reach(submission, found)
    names = {NAMES_HIDDEN: None} if is_hidden else dict.fromkeys(names_of_likely(found, in_reach).values())
    message = Message(
        "This person may be known already: %(who)s. If so, go on there; if it is somebody else, tick that it "
        "is right as it stands, and save.",
        {"who": tuple(names)},
    )
    return [KnownPerson((about[0].name,), message, soft=True, records=in_reach)]


def numbered_already(submission: Submission, answers: Answers) -> list[ValidationIssue]:
    """The doubt by a number that was typed and that another paper has; persons are told by more than that."""
    told_by, form = deciding_questions(submission.form), submission.form
    return [
        NumberTaken((question.name,), TAKEN, soft=True)
        for question in submission.questions
        if question.issued
        and question.name not in told_by
        and answers.get(question.name)
        and _is_new(question, submission.initial_answers, answers)
        and is_code_taken(
            submission.repository, form, question, str(answers[question.name]), answers, submission.record_id
        )
    ]


def names_of_likely(found: Iterable[LikelyDuplicate], in_reach: Mapping[int, str]) -> dict[int, str | Message]:
    """What the records are called: in reach by their title; of one out of reach it is not even told whose it is."""
    return {likely.id: in_reach.get(likely.id) or SOMEBODY_ELSES for likely in found}


def _is_new(question: Question, saved: Answers, answers: Answers) -> bool:
    return bool(question.to_json(answers.get(question.name)) != question.to_json(saved.get(question.name)))


def _is_told_by_hidden(submission: Submission, answers: Answers) -> bool:
    """Whether a record's title would tell whose a name or number is that she reads on no sheet."""
    key = submission.form.key
    seen = submission.forms[key].questions if submission.sees(key) else submission.form.questions
    return any(answers.get(name) is not None for name in deciding_questions(submission.form) - {*seen})


def _in_reach(submission: Submission, found: Iterable[LikelyDuplicate]) -> Mapping[int, str]:
    key = submission.form.key
    if not submission.sees(key):
        return {}
    return titles_of_records(
        submission.repository, submission.forms[key], [likely.id for likely in found], submission.cells.reading
    )
