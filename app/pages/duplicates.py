"""Before a person is saved: is she known already? Asked softly, the worker decides."""

from collections.abc import Iterable, Mapping

from flask import url_for
from flask_babel import gettext

from app.language.answering import Complaint
from app.language.form import CASE, Form
from app.language.message import Message
from app.language.question import Answers, Question
from app.pages.addresses import record_url
from app.pages.desk import Desk
from app.records.codes import is_taken
from app.records.duplicates import Likely, deciding, likely
from app.records.labels import titles

TAKEN = Message("Another one has this number already. Leave it empty, and it gets the next one.")


def known_already(
    at: Desk, whole: Form, asked: Iterable[Question], kept: Answers, answers: Answers, but: int | None,
) -> list[Complaint]:
    """The doubt that stands by the sheet's first question about who she is, while such an answer is new.

    ``whole`` is the form with every question, ``asked`` those on the page, ``kept`` what was saved before.
    """
    told_by = deciding(whole)
    about = [question for question in asked if question.name in told_by]
    if not any(_is_new(question, kept, answers) for question in about):
        return []
    found = likely(at.cabinet, whole, answers, but)
    if not found:
        return []
    reached = _in_reach(at, whole.key, found)
    who = Message(
        "This person may be known already: %(who)s. If so, go on there; if it is somebody else, tick below "
        "that it is right, and save.",
        {"who": "; ".join(_called(at, whole.key, found, reached).values())},
    )
    leads = [(title, _page_of(whole.key, number)) for number, title in reached.items()]
    return [Complaint((about[0].name,), who, soft=True, leads=leads)]


def numbered_already(
    at: Desk, whole: Form, asked: Iterable[Question], kept: Answers, answers: Answers, but: int | None,
) -> list[Complaint]:
    """The doubt by a number that was typed and that another paper has; persons are told by more than that."""
    told_by = deciding(whole)
    return [
        Complaint((one.name,), TAKEN, soft=True)
        for one in asked if one.issued and one.name not in told_by and answers.get(one.name)
        and _is_new(one, kept, answers) and is_taken(at.cabinet, whole, one, str(answers[one.name]), answers, but)
    ]


def _page_of(form: str, number: int) -> str:
    return url_for("CasePages.case", case_id=number) if form == CASE else record_url(form, number)


def _is_new(question: Question, kept: Answers, answers: Answers) -> bool:
    return bool(question.to_json(answers.get(question.name)) != question.to_json(kept.get(question.name)))


def called(at: Desk, form: str, found: Iterable[Likely]) -> dict[int, str]:
    """What the records are called: in reach by their title, out of reach by code and initials alone; initials
    are told to nobody who may not know names."""
    every = list(found)
    return _called(at, form, every, _in_reach(at, form, every))


def _called(at: Desk, form: str, found: Iterable[Likely], in_reach: Mapping[int, str]) -> dict[int, str]:
    knows_names = bool(deciding(at.forms[form]))
    return {one.id: in_reach.get(one.id) or _out_of_reach(one, knows_names) for one in found}


def _in_reach(at: Desk, form: str, found: Iterable[Likely]) -> Mapping[int, str]:
    if not at.worker.may("see", form):
        return {}
    return titles(at.cabinet, at.forms[form], [one.id for one in found], at.reading)


def _out_of_reach(one: Likely, knows_names: bool) -> str:
    if knows_names and one.initials:
        return gettext("%(code)s, %(initials)s (not among your cases)", code=one.code, initials=one.initials)
    return gettext("%(code)s (not among your cases)", code=one.code)
