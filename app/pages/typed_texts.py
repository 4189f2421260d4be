"""What was typed on a page that could not be saved, under the words of its questions: to be read and copied."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from flask import current_app, request
from flask_babel import gettext
from sqlalchemy.exc import SQLAlchemyError

from app.access.gate import visitor
from app.access.languages import wording
from app.language.message import Mistake
from app.language.question import Question
from app.language.texts import say
from app.pages.desk import Desk, desk
from app.pages.filling import Titles, linked_ids
from app.pages.reading_sheet import answer_text
from app.pages.text_pages import TEXT_PAGES
from app.pages.unsent import SHEETS
from app.records.labels import link_titles

REASON = "_reason"
"""Why an answer in doubt is right."""
UNSEEN = ("csrf_token", "password", "again", "current")


class Typed(NamedTuple):
    """One box: its name, the question it asks, if it is one of a sheet, and what stands in it."""

    box: str
    label: str
    question: Question | None
    texts: list[str]


def is_text_page() -> bool:
    """Whether this request sent what somebody typed, on a sheet or on another page."""
    return request.method == "POST" and (request.endpoint in SHEETS or request.endpoint in TEXT_PAGES)


def typed_texts() -> list[tuple[str, str]]:
    """(what the box is called, what stood in it), in the order of the page."""
    boxes = list(_typed())
    at = desk() if visitor() is not None else None
    titles = _titles(at, boxes)
    return [(one.label, text) for one in boxes for text in _words(at, one, titles)]


def _typed() -> Iterator[Typed]:
    """The boxes of the page in which something stands, but none of those that nobody types in."""
    questions, rows = _questions(), Rows()
    for box in request.form:
        texts = [text for text in request.form.getlist(box) if text.strip()]
        question, label = asked_in(box, questions, rows)
        label = label or _label(box, bool(questions))
        if texts and label:
            yield Typed(box, label, question, texts)


def _label(box: str, on_sheet: bool) -> str:
    """What a box is called that is no question of a sheet; nothing where nobody types in it."""
    if on_sheet:
        return gettext("Why (kept with the record)") if box == REASON else ""
    page = TEXT_PAGES.get(request.endpoint or "")
    if page is not None:
        return str(page.boxes.get(box, ""))
    return "" if box in UNSEEN or box.startswith("_") else box


def _questions() -> Mapping[str, Question]:
    """The questions of the sheet that was sent, as its paper asks them."""
    cabinet = current_app.extensions["dosar_cabinet"]
    form = cabinet.forms.get((request.view_args or {}).get("form")) if request.endpoint in SHEETS else None
    if form is None:
        return {}
    wanted = request.args.get("face")
    face = next((one for one in cabinet.definition.faces.get(form.key, ()) if one.face == wanted), None)
    return {**form.questions, **(face.as_form(form).questions if face else {})}


class Rows(dict[str, list[str]]):
    """The rows of each table, as they were met on the page."""

    def number(self, table: str, index: str) -> int:
        met = self.setdefault(table, [])
        if index not in met:
            met.append(index)
        return met.index(index) + 1


def asked_in(box: str, questions: Mapping[str, Question], rows: Rows) -> tuple[Question | None, str]:
    """The question of a box and what it is called, a column with its table and its row."""
    name, _, place = box.partition(".")
    index, _, column = place.partition(".")
    question = questions.get(name)
    if question is None or not place:
        return question, say(question.label, wording()) if question else ""
    asked = question.column(column)
    number = rows.number(name, index)
    if asked is None:
        return None, ""
    return asked, gettext("%(table)s, row %(number)s: %(column)s", number=number,
                          table=say(question.label, wording()), column=say(asked.label, wording()))


def _titles(at: Desk | None, boxes: list[Typed]) -> Titles:
    """What the records are called that were chosen; without the database nothing is."""
    wanted: dict[str, set[int]] = {}
    for one in boxes if at else ():
        answer = _answer(at, one)
        for target, ids in linked_ids([one.question], {one.question.name: answer}).items() if one.question else ():
            wanted.setdefault(target, set()).update(ids)
    if at is None or not wanted:
        return {}
    try:
        return link_titles(at.cabinet, at.seen_forms(), wanted, at.reading)
    except SQLAlchemyError:
        return {}


def _answer(at: Desk | None, typed: Typed) -> Any:
    """The answer that stands in the box; none where it cannot be read."""
    try:
        return typed.question.read(typed.texts, at.reading) if at and typed.question else None
    except Mistake:
        return None


def _words(at: Desk | None, typed: Typed, titles: Titles) -> list[str]:
    """A choice or a record in words; what cannot be read as it was typed, but no number of a record."""
    question, answer = typed.question, _answer(at, typed)
    if at is not None and question is not None and answer is not None:
        return [text] if (text := answer_text(at, question, answer, titles)) else []
    is_number = question is not None and (question.link_target() is not None or question.attached)
    return [] if is_number else [" ".join(typed.texts)]
