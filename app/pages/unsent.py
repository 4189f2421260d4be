"""A sheet that was sent after its session was over: what stands on it waits as a draft."""

from flask import Flask, current_app, flash, redirect, request, session
from flask_babel import gettext
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Response

from app.access.gate import visitor
from app.records import drafts
from app.records.cabinet import Cabinet

SHEETS = ("RecordPages.new", "RecordPages.edit", "RecordPages.edit_section")
TYPED = "_typed"
"""Something was typed, and the draft may not have it yet."""
LARGEST = 2 * 2**20
"""How many bytes of boxes a draft holds: many times what anybody types on a page."""
NOT_KEPT = ("csrf_token", "_place", "_lock", TYPED)


class TooLong(RequestEntityTooLarge):
    """What was typed is more than a draft holds; it is shown once more, to be copied."""


def boxes_of(posted: MultiDict[str, str]) -> list[tuple[str, str]]:
    """What was typed, box by box, as a draft keeps it."""
    return [(name, text) for name in posted if name not in NOT_KEPT for text in posted.getlist(name)]


def keep_unsent_sheets(app: Flask) -> None:
    """Look before the gate does: it knows nobody any more, and asks for a password."""
    app.before_request(_keep_unsent)


def _keep_unsent() -> None:
    """Nothing is read and no record is changed; only the one whose session it was ever sees the draft."""
    user_id = session.over_for  # type: ignore[attr-defined]
    if user_id is not None and _is_sheet() and _is_too_long():
        raise TooLong(gettext(
            "Your session is over, and this sheet is too long to wait as a draft. Copy what you typed, sign in and "
            "enter it again."
        ))
    if user_id is not None:
        _kept(user_id)


def sheet_again() -> Response | None:
    """The sheet of a session before this one, to be looked at and saved; none where no sheet was sent."""
    worker = visitor()
    if worker is None or not _kept(worker.id):
        return None
    flash(gettext("You have signed in again since this sheet was opened. Look at it and save it."), "warning")
    return redirect(_place(), 303)


def _kept(user_id: int) -> bool:
    """Whether a sheet was sent, by a page of ours; then it is a draft of this user's now."""
    if not _is_sheet() or _is_too_long():
        return False
    drafts.keep(_cabinet(), user_id, _place(), str((request.view_args or {})["form"]), boxes_of(request.form))
    return True


def _is_sheet() -> bool:
    ours = request.headers.get("Sec-Fetch-Site", "same-origin") in ("same-origin", "none")
    sent = ours and request.method == "POST" and request.endpoint in SHEETS
    return sent and (request.view_args or {})["form"] in _cabinet().forms


def _is_too_long() -> bool:
    """Files do not count: they are in no draft."""
    return sum(len(name.encode()) + len(text.encode()) for name, text in boxes_of(request.form)) > LARGEST


def _cabinet() -> Cabinet:
    found: Cabinet = current_app.extensions["dosar_cabinet"]
    return found


def _place() -> str:
    return request.full_path.rstrip("?")
