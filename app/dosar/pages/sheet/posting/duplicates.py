"""Before a person is saved: is she known already? Asked softly, the worker decides."""

from collections.abc import Iterable, Mapping

from flask import url_for
from flask_babel import gettext

from dosar.language.form import CASE_FORM, Form
from dosar.language.question import Answers, Question
from dosar.language.text.message import Message
from dosar.language.validation import ValidationIssue
from dosar.pages.context import PageContext
from dosar.pages.urls import record_url
from dosar.records.duplicates import LikelyDuplicate, deciding_questions, find_duplicates
from dosar.records.issued_codes import is_code_taken
from dosar.records.titles import titles_of_records

NUMBER_TAKEN = Message("Another one has this number already. Leave it empty, and it gets the next one.")


def known_person_doubts(
    context: PageContext,
    whole: Form,
    asked: Iterable[Question],
    kept: Answers,
    answers: Answers,
    but: int | None,
) -> list[ValidationIssue]:
    """The doubt that stands by the sheet's first question about who she is, while such an answer is new.

    ``whole`` is the form with every question, ``asked`` those on the page, ``kept`` what was saved before.
    """
    told_by = deciding_questions(whole)
    about = [question for question in asked if question.name in told_by]
    if not any(_is_new_answer(question, kept, answers) for question in about):
        return []
    found = find_duplicates(context.repository, whole, answers, but)
    if not found:
        return []
    reached = _titles_in_reach(context, whole.key, found)
    who = Message(
        "This person may be known already: %(who)s. If so, go on there; if it is somebody else, tick below "
        "that it is right, and save.",
        {"who": "; ".join(_duplicate_labels(context, whole.key, found, reached).values())},
    )
    leads = [(title, _record_page_url(whole.key, number)) for number, title in reached.items()]
    return [ValidationIssue((about[0].name,), who, soft=True, leads=leads)]


def taken_number_doubts(
    context: PageContext,
    whole: Form,
    asked: Iterable[Question],
    kept: Answers,
    answers: Answers,
    but: int | None,
) -> list[ValidationIssue]:
    """The doubt by a number that was typed and that another paper has; persons are told by more than that."""
    told_by = deciding_questions(whole)
    return [
        ValidationIssue((one.name,), NUMBER_TAKEN, soft=True)
        for one in asked
        if one.issued
        and one.name not in told_by
        and answers.get(one.name)
        and _is_new_answer(one, kept, answers)
        and is_code_taken(context.repository, whole, one, str(answers[one.name]), answers, but)
    ]


def _record_page_url(form: str, number: int) -> str:
    return url_for("CasePages.case", case_id=number) if form == CASE_FORM else record_url(form, number)


def _is_new_answer(question: Question, kept: Answers, answers: Answers) -> bool:
    return bool(question.to_json(answers.get(question.name)) != question.to_json(kept.get(question.name)))


def duplicate_labels(context: PageContext, form: str, found: Iterable[LikelyDuplicate]) -> dict[int, str]:
    """What the records are called: in reach by their title, out of reach by code and initials alone; initials
    are told to nobody who may not know names."""
    every = list(found)
    return _duplicate_labels(context, form, every, _titles_in_reach(context, form, every))


def _duplicate_labels(
    context: PageContext, form: str, found: Iterable[LikelyDuplicate], in_reach: Mapping[int, str]
) -> dict[int, str]:
    knows_names = bool(deciding_questions(context.forms[form]))
    return {one.id: in_reach.get(one.id) or _label_out_of_reach(one, knows_names) for one in found}


def _titles_in_reach(context: PageContext, form: str, found: Iterable[LikelyDuplicate]) -> Mapping[int, str]:
    if not context.worker.may("see", form):
        return {}
    return titles_of_records(context.repository, context.forms[form], [one.id for one in found], context.reading)


def _label_out_of_reach(one: LikelyDuplicate, knows_names: bool) -> str:
    if knows_names and one.initials:
        return gettext("%(code)s, %(initials)s (not among your cases)", code=one.code, initials=one.initials)
    return gettext("%(code)s (not among your cases)", code=one.code)
