"""A sheet that was sent after its session was over: what stands on it waits as a draft.

Whose it is stands on the page itself, signed: it does not matter what became of the session's row.
"""

from flask import Flask, current_app, flash, redirect, request, session, url_for
from flask_babel import gettext
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import BadRequest, RequestEntityTooLarge
from werkzeug.wrappers import Response

from app.access.gate import SIGN_IN, visitor
from app.pages.addresses import place_asked
from app.pages.tokens import owner_of
from app.records import drafts
from app.records.cabinet import Cabinet

SHEETS = ("RecordPages.new", "RecordPages.edit", "RecordPages.edit_section")
TYPED = "_typed"
"""Something was typed, and the draft may not have it yet."""
LARGEST = 2 * 2**20
"""How many bytes of boxes a draft holds: many times what anybody types on a page."""
OWNER = "_owner"
"""The box that says whose page it is."""
NOT_KEPT = ("csrf_token", "_lock", TYPED, OWNER)


class TooLong(RequestEntityTooLarge):
    """What was typed is more than a draft holds; it is shown once more, to be copied."""


class OfAnother(BadRequest):
    """The page was drawn for somebody else than who is signed in now; what stands on it waits for her."""


def boxes_of(posted: MultiDict[str, str]) -> list[tuple[str, str]]:
    """What was typed, box by box, as a draft keeps it."""
    return [(name, text) for name in posted if name not in NOT_KEPT for text in posted.getlist(name)]


def keep_unsent_sheets(app: Flask) -> None:
    """Look before the gate does: it knows nobody any more, and asks for a password."""
    app.before_request(_keep_unsent)


def _keep_unsent() -> Response | None:
    """Nothing is read and no record is changed; only the one whose page it was ever sees the draft."""
    if not _is_sheet() or session.is_unread:  # type: ignore[attr-defined]
        return None
    here, owner = session.user_id, _owner()  # type: ignore[attr-defined]
    if owner is None or owner == here:
        return None
    if _is_too_long():
        raise TooLong(gettext(
            "Your session is over, and this sheet is too long to wait as a draft. Copy what you typed, sign in and "
            "enter it again."
        ))
    _keep(owner)
    if here is not None:
        raise OfAnother(gettext(
            "This sheet was opened by somebody else, before you signed in. It was not saved; it waits for her as a "
            "draft."
        ))
    return redirect(url_for(SIGN_IN, next=_page(), over=1), 303)


def _owner() -> int | None:
    """For whom the sheet was drawn; a page drawn before there were such words is of the session it came with."""
    told = owner_of(request.form.get(OWNER, ""), _form())
    return session.over_for if told is None else told  # type: ignore[attr-defined]


def sheet_again() -> Response | None:
    """The sheet of a session before this one, to be looked at and saved; none where no sheet was sent."""
    worker = visitor()
    if worker is None or not _is_sheet() or _is_too_long():
        return None
    _keep(worker.id)
    flash(gettext("You have signed in again since this sheet was opened. Look at it and save it."), "warning")
    return redirect(_page(), 303)


def _keep(user_id: int) -> None:
    """The sheet that was sent is a draft of this user's now."""
    drafts.keep(_cabinet(), user_id, place_asked(), boxes_of(request.form), request.args.get("face", "")[:48])


def _is_sheet() -> bool:
    ours = request.headers.get("Sec-Fetch-Site", "same-origin") in ("same-origin", "none")
    sent = ours and request.method == "POST" and request.endpoint in SHEETS
    return sent and _form() in _cabinet().forms


def _form() -> str:
    return str((request.view_args or {})["form"])


def _is_too_long() -> bool:
    """Files do not count: they are in no draft."""
    return sum(len(name.encode()) + len(text.encode()) for name, text in boxes_of(request.form)) > LARGEST


def _cabinet() -> Cabinet:
    found: Cabinet = current_app.extensions["dosar_cabinet"]
    return found


def _page() -> str:
    return request.full_path.rstrip("?")
