"""What is kept of a sheet's page that cannot be opened now, under the words of its questions: to be read and copied."""

from collections.abc import Sequence

from flask import request

from dosar.filing.opening.drafts import hidden_boxes
from dosar.language.form import Form
from dosar.pages.context import PageContext
from dosar.pages.recovery.expired_session import SHEET_ENDPOINTS
from dosar.pages.recovery.typed_texts import LONGEST_NAME, RowNumbers, TypedBox, question_of_box, texts_of_boxes
from dosar.pages.urls import requested_place
from dosar.records.unsaved import drafts

KeptBoxes = Sequence[tuple[str, str]]
"""The boxes of a page, and what stands in them."""


def texts_of_draft(context: PageContext) -> list[tuple[str, str]]:
    """(what the box is called, what stands in it) of the draft that waits on the sheet's page that is asked for; what
    was not typed by her, and what is masked now, is none of it."""
    if request.method != "GET" or request.endpoint not in SHEET_ENDPOINTS:
        return []
    place = requested_place()
    draft = drafts.look_at_draft(context.repository, context.worker.id, place)
    forms = context.forms if place.record_id else context.enterable
    return texts_of_page(context, forms.get(place.form), draft.boxes) if draft is not None else []


def texts_of_page(context: PageContext, form: Form | None, kept: KeptBoxes) -> list[tuple[str, str]]:
    """(what the box is called, what stands in it); of a form that she knows no more, as the boxes are named."""
    rows, boxes = RowNumbers(), list[TypedBox]()
    masked = _masked_boxes(context, form, kept)
    for name, text in kept:
        if name in masked:
            continue
        question, label = question_of_box(name, form.questions if form else {}, rows)
        if text.strip() and not name.startswith("_") and not name.endswith(".id"):
            boxes.append(TypedBox(name, label or name[:LONGEST_NAME], question, [text]))
    return texts_of_boxes(context, boxes)


def _masked_boxes(context: PageContext, form: Form | None, kept: KeptBoxes) -> frozenset[str]:
    """What was typed while names were shown: it waits with the rest, and is read where they are shown again."""
    if form is None or not context.worker.allowance.masked:
        return frozenset()
    texts = {name: [text] for name, text in kept}
    return frozenset(hidden_boxes(texts, context.repository.forms[form.key], form))
