"""Before the case file says that a stage is done: are its documents there? Asked softly, the worker decides."""

from collections.abc import Collection

from dosar.filing.result import DocumentsMissing
from dosar.filing.submission import Submission
from dosar.language.answers.validation import ValidationIssue
from dosar.language.form import CASE_FORM
from dosar.language.organisation.stages import Stage
from dosar.language.question import Answers
from dosar.language.text.message import Message
from dosar.language.text.texts import text_in_language
from dosar.records.cases.merge import count_case_sheets


def unfiled_documents(submission: Submission, answers: Answers) -> list[ValidationIssue]:
    """The doubt that stands by the day on which a stage was done, while that day is new and a document missing."""
    record = submission.record
    if record is None or record.form_key != CASE_FORM:
        return []
    done_stages = _newly_done(submission, answers)
    needed = [form for stage in done_stages for form in stage.needs if submission.sees(form)]
    filed = count_case_sheets(submission.repository, needed, record.id)
    return [
        _doubt_of_stage(submission, stage, lacking)
        for stage in done_stages
        if (lacking := [form for form in stage.needs if form in needed and form not in filed])
    ]


def _newly_done(submission: Submission, answers: Answers) -> list[Stage]:
    saved = submission.initial_answers
    new = {name for name in submission.asked_questions if answers.get(name) not in (None, saved.get(name))}
    return [stage for stage in submission.repository.definition.stages.stages if stage.done in new]


def _doubt_of_stage(submission: Submission, stage: Stage, lacking: Collection[str]) -> ValidationIssue:
    names = [text_in_language(submission.forms[form].title, submission.language) for form in lacking]
    return DocumentsMissing(
        (str(stage.done),),
        Message(
            "Not filed yet: %(documents)s. Fill it in first; if it is kept elsewhere, save.",
            {"documents": ", ".join(names)},
        ),
        soft=True,
        forms=tuple(lacking),
    )
