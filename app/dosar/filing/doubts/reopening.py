"""Before a restricted case is opened again: asked softly, as a merge asks it, and told in the history of the case."""

from collections.abc import Iterator

from dosar.filing.submission import Submission
from dosar.language.answers.validation import ValidationIssue
from dosar.language.form import CASE_FORM
from dosar.language.question import Answers
from dosar.language.restriction import CaseRestriction, restricts_with
from dosar.language.text.message import Message
from dosar.language.text.texts import text_in_language
from dosar.records.scope.restricted_cases import restrictions_among
from dosar.records.sheets.lifted_restrictions import restrictions_touched


def reopens_case(submission: Submission, answers: Answers) -> list[ValidationIssue]:
    """The doubt by each answer that may end what restricts the case now."""
    form, repository = submission.form.key, submission.repository
    case_id = submission.record_id if form == CASE_FORM else submission.case_id
    ending = {
        each.key: list(_ending_answers(submission, each, answers)) for each in restrictions_touched(repository, form)
    }
    wanted = [each for each in repository.definition.restrictions if ending.get(each.key)]
    if case_id is None or not wanted:
        return []
    held = restrictions_among(repository.session, wanted, [case_id]).get(case_id, [])
    return [_doubt(submission, each, ending[each.key][0]) for each in held]


def _ending_answers(submission: Submission, restriction: CaseRestriction, answers: Answers) -> Iterator[str]:
    """The questions by whose answers the sheet may end it."""
    said, form, saved = restriction.restriction, submission.form.key, submission.saved
    restricted, restricts = (restricts_with(said, given.get(said.question)) for given in (saved, answers))
    if restriction.form == form and restricted and not restricts:
        yield said.question
    lifting = said.lifted_by if restriction.lifting_form == form else None
    if lifting is not None and answers.get(lifting) not in (None, saved.get(lifting)):
        yield lifting


def _doubt(submission: Submission, restriction: CaseRestriction, name: str) -> ValidationIssue:
    asked = name if name in submission.asked_questions else next(iter(submission.asked_questions), name)
    message = Message(
        "This may open the restricted case again: %(why)s Everybody on its team then sees it. If that is right, save.",
        {"why": text_in_language(restriction.restriction.title, submission.language)},
    )
    return ValidationIssue((asked,), message, soft=True)
