"""What was typed on a page that could not be saved, under the words of its questions: to be read and copied."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from flask import current_app, request
from flask_babel import gettext
from sqlalchemy.exc import SQLAlchemyError

from dosar.access.authorization import current_worker_or_none
from dosar.access.factors.step_up import PROOF_BOX
from dosar.access.i18n.languages import request_wording
from dosar.database.store_errors import StoreError
from dosar.language.form import USER_LINK
from dosar.language.question import Question
from dosar.language.text.message import Mistake
from dosar.language.text.texts import text_in_language
from dosar.pages.context import PageContext, page_context
from dosar.pages.input.posted_boxes import UNASKED_BOX
from dosar.pages.input.request_input import FORM_MEDIA_TYPES
from dosar.pages.linked_titles import RecordTitles, linked_ids
from dosar.pages.recovery.expired_session import SHEET_ENDPOINTS
from dosar.pages.recovery.text_forms import TEXT_PAGES
from dosar.pages.rendering.record_view import answer_text
from dosar.records.finding.people import people_out_of_reach
from dosar.records.titles import link_titles

REASON_BOX = "_reason"
"""Why an answer in doubt is right."""
UNSHOWN_BOXES = ("csrf_token", "password", "again", "current", "search", PROOF_BOX)
LONGEST_NAME = 80
"""As much of the name of an unknown box is shown."""


class TypedBox(NamedTuple):
    """One box: its name, the question it asks, if it is one of a sheet, and what stands in it."""

    box: str
    label: str
    question: Question | None
    texts: list[str]


def is_text_page_post() -> bool:
    """Whether this request sent what somebody typed, on a sheet or on another page."""
    return request.method == "POST" and (request.endpoint in SHEET_ENDPOINTS or request.endpoint in TEXT_PAGES)


def typed_texts() -> list[tuple[str, str]]:
    """(what the box is called, what stood in it), in the order of the page; what is no form has no boxes."""
    if request.mimetype not in FORM_MEDIA_TYPES:
        return []
    return texts_of_boxes(page_context() if current_worker_or_none() is not None else None, list(_typed_boxes()))


def texts_of_boxes(context: PageContext | None, boxes: list[TypedBox]) -> list[tuple[str, str]]:
    """(what the box is called, what stands in it): a choice and a record by their names."""
    titles = _typed_titles(context, boxes)
    return [(box.label, text) for box in boxes for text in _answer_words(context, box, titles)]


def _typed_boxes() -> Iterator[TypedBox]:
    """The boxes of the page in which something stands, but none of those that nobody types in."""
    questions, rows = _sheet_questions(), RowNumbers()
    for box in request.form:
        texts = [text for text in request.form.getlist(box) if text.strip()]
        question, label = question_of_box(box, questions, rows)
        label = label or _box_label(box, bool(questions))
        if texts and label:
            yield TypedBox(box, label, question, texts)


def _box_label(box: str, on_sheet: bool) -> str:
    """What a box is called that is no question of a sheet; nothing where nobody types in it."""
    if on_sheet and box == REASON_BOX:
        return gettext("Why (kept with the record)")
    if on_sheet:
        return _name_of_unknown(box)
    page = TEXT_PAGES.get(request.endpoint or "")
    if page is not None:
        return str(page.boxes.get(box, ""))
    return "" if box in UNSHOWN_BOXES or box.startswith("_") else box


def _name_of_unknown(box: str) -> str:
    """What a sheet asks no more, renamed or retired since it was opened, is called as its box is."""
    name = box.removeprefix(UNASKED_BOX)
    nobody_types = name in UNSHOWN_BOXES or name.startswith("_") or name.endswith(".id")
    return "" if nobody_types else name[:LONGEST_NAME]


def _sheet_questions() -> Mapping[str, Question]:
    """The questions of the sheet that was sent, as its paper asks them."""
    repository = current_app.extensions["dosar_repository"]
    form = repository.forms.get((request.view_args or {}).get("form")) if request.endpoint in SHEET_ENDPOINTS else None
    if form is None:
        return {}
    face_name = request.args.get("face")
    face = next((face for face in repository.definition.faces.get(form.key, ()) if face.face == face_name), None)
    return {**form.questions, **(face.as_form(form).questions if face else {})}


class RowNumbers(dict[str, list[str]]):
    """The rows of each table, as they were met on the page."""

    def number(self, table: str, index: str) -> int:
        met = self.setdefault(table, [])
        if index not in met:
            met.append(index)
        return met.index(index) + 1


def question_of_box(box: str, questions: Mapping[str, Question], rows: RowNumbers) -> tuple[Question | None, str]:
    """The question of a box and what it is called, a column with its table and its row."""
    name, _, cell = box.partition(".")
    index, _, column = cell.partition(".")
    question = questions.get(name)
    if question is None or not cell:
        return question, text_in_language(question.label, request_wording()) if question else ""
    column_question = question.column(column)
    number = rows.number(name, index)
    if column_question is None:
        return None, ""
    return column_question, gettext(
        "%(table)s, row %(number)s: %(column)s",
        number=number,
        table=text_in_language(question.label, request_wording()),
        column=text_in_language(column_question.label, request_wording()),
    )


def _typed_titles(context: PageContext | None, boxes: list[TypedBox]) -> RecordTitles:
    """What the records are called that were chosen; without the database nothing is."""
    ids_by_form: dict[str, set[int]] = {}
    for box in boxes if context else ():
        answer = _read_answer(context, box)
        for target, ids in linked_ids([box.question], {box.question.name: answer}).items() if box.question else ():
            ids_by_form.setdefault(target, set()).update(ids)
    if context is None or not ids_by_form:
        return {}
    try:
        ids_by_form[USER_LINK] = ids_by_form.get(USER_LINK, set()) - people_out_of_reach(
            context.repository, ids_by_form.get(USER_LINK, ())
        )
        return link_titles(context.repository, context.seen_forms(), ids_by_form, context.reading)
    except (SQLAlchemyError, StoreError):
        return {}


def _read_answer(context: PageContext | None, box: TypedBox) -> Any:
    """The answer that stands in the box; none where it cannot be read."""
    try:
        return box.question.read(box.texts, context.reading) if context and box.question else None
    except Mistake:
        return None


def _answer_words(context: PageContext | None, box: TypedBox, titles: RecordTitles) -> list[str]:
    """A choice or a record in words; what cannot be read as it was typed, but no number of a record."""
    question, answer = box.question, _read_answer(context, box)
    if context is not None and question is not None and answer is not None:
        return [text] if (text := answer_text(context, question, answer, titles)) else []
    is_number = question is not None and (question.link_target() is not None or question.attached)
    return [] if is_number else [" ".join(box.texts)]
