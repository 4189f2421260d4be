"""Saved answers that would go because their question is hidden now: said and asked first."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from flask_babel import gettext

from app.language.answering import Complaint, dropped
from app.language.message import Message
from app.language.question import Answers, Question
from app.language.texts import say

if TYPE_CHECKING:
    from app.pages.sheet import SheetOnDesk


def would_drop(sheet: "SheetOnDesk", answers: Answers, changed: Iterable[str]) -> list[Complaint]:
    """The doubt that names the saved answers which saving would drop; by the first change on this page."""
    if sheet.record is None or not sheet.questions:
        return []
    lost = list(dropped(sheet.whole, sheet.kept, answers, sheet.desk.reading.today))
    if not lost:
        return []
    names = "; ".join(dict.fromkeys(_name(sheet, *one) for one in lost))
    return [Complaint((_by(sheet, lost, set(changed)),), Message(
        "Saving this drops what was saved in: %(questions)s. If that is right, save.", {"questions": names},
    ), soft=True)]


def _by(sheet: "SheetOnDesk", lost: Iterable[tuple[Question, Question | None]], changed: set[str]) -> str:
    """The question of this page through whose change they go."""
    asking = {name for question, column in lost for one in (question, column) for name in _names(sheet, one)}
    here = [one.name for one in sheet.questions]
    return next((name for name in here if name in changed & asking), next(
        (name for name in here if name in changed), here[0],
    ))


def _names(sheet: "SheetOnDesk", question: Question | None) -> set[str]:
    """What the conditions of a question ask about."""
    if question is None:
        return set()
    sections = (one.show_if for one in sheet.whole.sections if question in one.questions)
    return {name.partition(".")[0] for rule in (question.show_if, *sections) if rule is not None for name in rule.names}


def _name(sheet: "SheetOnDesk", question: Question, column: Question | None) -> str:
    """What it is called; an answer out of her sight has no name."""
    known = sheet.desk.forms[sheet.whole.key].questions if sheet.whole.key in sheet.desk.forms else {}
    there = known.get(question.name)
    if there is None or (column is not None and column.name not in {one.name for one in there.columns_asked()}):
        return gettext("(not for you to see)")
    language = sheet.desk.reading.language
    return ": ".join(say(one.label, language) for one in (question, column) if one is not None)
