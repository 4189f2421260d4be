"""Keeping drafts while somebody types, and hiding the page."""

from typing import Any

from flask import abort, jsonify, request, session

from app.access.gate import WORKERS, page, require
from app.access.view import View
from app.pages.desk import desk
from app.pages.moments import time_text
from app.pages.unsent import LARGEST, boxes_of
from app.records import drafts


class DraftPages(View):
    """Where the browser sends what stands on a sheet, 0.8 s after the typing stops."""

    @page("/drafts/<form>", WORKERS, methods=("POST",))
    def keep(self, form: str) -> Any:
        """Keep the posted boxes as the draft of the page they stand on."""
        at, place = desk(), request.form.get("_place", "")
        if form not in at.cabinet.forms or not place.startswith(f"/records/{form}/") or len(place) > 300:
            abort(404)
        require("enter" if place.startswith(f"/records/{form}/new") else "correct", form)
        if request.content_length is None or request.content_length > LARGEST:
            abort(413)
        moment = drafts.keep(at.cabinet, at.worker.id, place, form, boxes_of(request.form))
        if "_lock" in request.form:
            session.end()  # type: ignore[attr-defined]
        return jsonify(saved=time_text(moment))

    @page("/still-here", WORKERS)
    def still_here(self) -> Any:
        """The worker is reading: her session goes on."""
        return "", 204
