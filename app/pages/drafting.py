"""Keeping drafts while somebody types, and hiding the page."""

from typing import Any

from flask import abort, jsonify, request, session

from app.access.gate import WORKERS, page, require
from app.access.view import View
from app.pages.addresses import record_number
from app.pages.desk import desk
from app.pages.moments import time_text
from app.pages.unsent import LARGEST, boxes_of
from app.records import drafts
from app.records.drafts import Place


class DraftPages(View):
    """Where the browser sends what stands on a sheet, 0.8 s after the typing stops."""

    @page("/drafts/<form>", WORKERS, methods=("POST",))
    def keep(self, form: str) -> Any:
        """Keep the posted boxes as the draft of the page they stand on."""
        at = desk()
        if form not in at.cabinet.forms:
            abort(404)
        place = _place_in_address(form)
        require("correct" if place.record_id else "enter", form)
        if request.content_length is None or request.content_length > LARGEST:
            abort(413)
        face = request.args.get("face", "")[:48]
        moment = drafts.keep(at.cabinet, at.worker.id, place, boxes_of(request.form), face)
        if "_lock" in request.form:
            session.end()  # type: ignore[attr-defined]
        return jsonify(saved=time_text(moment))

    @page("/still-here", WORKERS)
    def still_here(self) -> Any:
        """The worker is reading: her session goes on."""
        return "", 204


def _place_in_address(form: str) -> Place:
    case_id, record_id, step = (request.args.get(name, 0, type=record_number) for name in ("case", "record", "step"))
    return Place(form, 0 if record_id else case_id, record_id, step)
