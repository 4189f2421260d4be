"""Links and files among the answers: whether what they newly point to is there, and of the same case or sheet."""

from dosar.filing.result import LeadsNowhere
from dosar.filing.submission import Submission
from dosar.language.answers.validation import AnswerPath, ValidationIssue
from dosar.language.question import Answers
from dosar.language.text.message import Message
from dosar.records.attachments import newly_attached_files, readable_files
from dosar.records.links.answer_links import made_up_people, wrong_links
from dosar.records.links.case_boundary import links_to_other_cases, without_links

NOT_OF_THIS_CASE = Message("This sheet is not one of this case. Choose one of this case.")
NOT_FOUND = Message("This number leads to nothing that you can find. Choose one from the list.")
WAS_DELETED = Message("This record was deleted. Choose another one.")
NOT_A_COLLEAGUE = Message("Your work does not lead you to this person. Choose somebody from the list.")
NOT_OF_THIS_SHEET = Message("This file belongs to another sheet. Attach it again.")


def pointing_well(submission: Submission, answers: Answers) -> tuple[Answers, list[ValidationIssue]]:
    """The answers as they may stand, and an issue for each that newly points to a sheet of another case, to what was
    deleted, to nothing that she can find or to somebody whom she may not find.

    A number that there is, out of her reach, is told like one that there is not.

    What a new sheet took over from one of former times, and is not asked here, is left out.
    """
    repository, form, before = submission.repository, submission.form, submission.saved
    wrong = wrong_links(repository, form.questions.values(), answers, before)
    found = dict.fromkeys(wrong.deleted, WAS_DELETED)
    found |= dict.fromkeys(
        links_to_other_cases(repository, form, submission.case_id, answers, before), NOT_OF_THIS_CASE
    )
    found |= dict.fromkeys(wrong.nowhere, NOT_FOUND)
    people = made_up_people(repository, form.questions.values(), answers, submission.initial_answers)
    found |= {link.where: NOT_A_COLLEAGUE for link in people}
    unasked = [where for where in found if submission.record is None and where[0] not in submission.asked_questions]
    return without_links(answers, unasked), [
        LeadsNowhere(where, message) if message is NOT_FOUND else ValidationIssue(where, message)
        for where, message in found.items()
        if where not in unasked
    ]


def foreign_files(submission: Submission, read: Answers) -> dict[AnswerPath, Message]:
    """Where the number of another sheet's file is given: a number alone attaches nothing."""
    user_id, new = (
        submission.actor.user_id,
        newly_attached_files(submission.questions, submission.initial_answers, read),
    )
    files = readable_files(submission.repository, submission.forms, new.values(), user_id)
    return {
        where: NOT_OF_THIS_SHEET
        for where, number in new.items()
        if number not in files
        or not files[number].may_answer(submission.form.key, where, submission.record_id, user_id)
    }
