"""Whose data a form holds: what the register of processing has to account for (GDPR art. 30)."""

from collections.abc import Iterator, Mapping

from dosar.language.form import CASE_FORM, USER_LINK, Form
from dosar.language.privacy.third_persons import is_of_third_person, names_third_person
from dosar.language.question import Question
from dosar.language.text.message import msgid

BENEFICIARIES, OTHERS, WORKERS = msgid("beneficiaries"), msgid("people around them"), msgid("staff and volunteers")


def data_subjects(forms: Mapping[str, Form], form: Form) -> list[str]:
    """The kinds of people it holds data of; none where it is of no person."""
    every = list(questions_and_columns(form))
    found = []
    if is_kept_with_case(form) or any(question.link_target() == CASE_FORM for question, _ in every):
        found.append(BENEFICIARIES)
    if is_of_third_person(form) or any(names_third_person(forms, form, question, table) for question, table in every):
        found.append(OTHERS)
    if form.private_to or any(question.link_target() == USER_LINK for question, _ in every):
        found.append(WORKERS)
    return found


def is_kept_with_case(form: Form) -> bool:
    """Whether its records are kept for as long as the case is."""
    return bool(form.belongs_to) or form.key == CASE_FORM


def questions_and_columns(form: Form) -> Iterator[tuple[Question, Question | None]]:
    """Every question, and every column with its table of rows."""
    for question in form.questions.values():
        yield question, None
        yield from ((column, question) for column in question.columns_asked())
