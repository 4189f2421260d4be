"""What of a sheet is left for the figures when nobody is to know any more whose it was."""

from typing import Any, Literal

from dosar.language.form import CASE_FORM, USER_LINK, Form
from dosar.language.question import Answer, Question, Unknown

Fate = Literal["keep", "band", "drop"]
NUMBER_BAND, YEARS_OF_BIRTH = 5, 10
"""Numbers are rounded down to a multiple, years of birth to a decade."""


def fate_of(form: Form, question: Question, table: Question | None = None) -> Fate:
    """What becomes of the answer; ``table`` is the table of rows whose column the question is."""
    if not can_be_kept(question):
        return "drop"
    if question.anonymise is not None:
        return "drop" if question.anonymise == "band" and not has_bands(question) else question.anonymise
    if table is not None and table.anonymise is None:
        return "drop"
    return "drop" if question.own_clearances else _usual_fate(form, question)


def _usual_fate(form: Form, question: Question) -> Fate:
    if question.link_target() is not None:
        return "drop"
    if question.dated:
        return "band"
    if question.chosen or (question.summable and form.key != CASE_FORM):
        return "keep"
    return "drop"


def can_be_kept(question: Question) -> bool:
    """Whether an answer says little enough: a choice, a date, a number. What somebody wrote never does."""
    tells_much = question.identifies or question.attached or question.computed or question.issued
    leads_to_somebody = question.link_target() in (USER_LINK, CASE_FORM)
    return not (tells_much or leads_to_somebody) and (question.chosen or question.dated or question.summable)


def has_bands(question: Question) -> bool:
    """Whether there is something coarser than the answer."""
    return question.dated or (question.summable and not question.in_currencies)


def left_of(question: Question, answer: Answer, fate: Fate) -> Answer:
    """What is left of an answer: of a choice its code without words of one's own, of a band where it begins."""
    if answer is None or isinstance(answer, Unknown) or fate == "drop":
        return None
    if fate == "keep":
        return question.plain(answer) if question.chosen and question.link_target() is None else answer
    return _band(question, answer)


def _band(question: Question, answer: Any) -> Answer:
    if question.summable:
        return answer - answer % NUMBER_BAND
    year = int(str(question.to_json(answer))[:4])
    if question.box().person:
        year -= year % YEARS_OF_BIRTH
    return question.beginning_of(year)
