"""Keeping drafts while somebody types, and hiding the page."""

from typing import Any

from flask import abort, jsonify, request, session

from dosar.access.appbuilder.view import PageView
from dosar.access.authorization import SIGNED_IN_ACCESS, page_route, require_permission
from dosar.database.system_tables import utc_now
from dosar.pages.context import page_context
from dosar.pages.formatting import time_text
from dosar.pages.recovery.expired_session import MAX_DRAFT_BYTES
from dosar.pages.sheet.posting.late_autosave import is_saved_already
from dosar.pages.sheet.sheet_drafts import boxes_to_keep
from dosar.pages.urls import parse_record_number
from dosar.records.unsaved import drafts
from dosar.records.unsaved.drafts import DraftPlace


class DraftPages(PageView):
    """Where the browser sends what stands on a sheet, 0.8 s after the typing stops."""

    @page_route("/drafts/<form>", SIGNED_IN_ACCESS, methods=("POST",))
    def keep(self, form: str) -> Any:
        """Keep the posted boxes as the draft of the page they stand on, but for what was saved meanwhile."""
        context = page_context()
        if form not in context.repository.forms:
            abort(404)
        place = _requested_draft_place(form)
        require_permission("correct" if place.record_id else "enter", form)
        if request.content_length is None or request.content_length > MAX_DRAFT_BYTES:
            abort(413)
        face = request.args.get("face", "")[:48]
        boxes = boxes_to_keep(context, place, request.form)
        late = is_saved_already(context, place, request.form)
        moment = utc_now() if late else drafts.keep_draft(context.repository, context.worker.id, place, boxes, face)
        if "_lock" in request.form:
            session.end()  # type: ignore[attr-defined]
        return jsonify(saved=time_text(moment))

    @page_route("/still-here", SIGNED_IN_ACCESS)
    def keep_alive(self) -> Any:
        """The worker is reading: her session goes on."""
        return "", 204


def _requested_draft_place(form: str) -> DraftPlace:
    case_id, record_id, step = (
        request.args.get(name, 0, type=parse_record_number) for name in ("case", "record", "step")
    )
    return DraftPlace(form, 0 if record_id else case_id, record_id, step)
