"""A sheet that was sent after its session was over: what stands on it waits as a draft."""

from flask import Flask, current_app, request, session
from werkzeug.datastructures import MultiDict

from app.records import drafts

SHEETS = ("RecordPages.new", "RecordPages.edit", "RecordPages.edit_section")
NOT_KEPT = ("csrf_token", "_place", "_lock")


def boxes_of(posted: MultiDict[str, str]) -> list[tuple[str, str]]:
    """What was typed, box by box, as a draft keeps it."""
    return [(name, text) for name in posted if name not in NOT_KEPT for text in posted.getlist(name)]


def keep_unsent_sheets(app: Flask) -> None:
    """Look before the gate does: it knows nobody any more, and asks for a password."""
    app.before_request(_keep_unsent)


def _keep_unsent() -> None:
    """Nothing is read and no record is changed; only the one whose session it was ever sees the draft."""
    user_id = session.over_for  # type: ignore[attr-defined]
    if user_id is None or request.method != "POST" or request.endpoint not in SHEETS:
        return
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        return
    form = str((request.view_args or {})["form"])
    cabinet = current_app.extensions["dosar_cabinet"]
    if form in cabinet.forms:
        drafts.keep(cabinet, user_id, request.full_path.rstrip("?"), form, boxes_of(request.form))
