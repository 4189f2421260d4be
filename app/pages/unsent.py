"""A page that was sent after its session was over: a sheet waits as a draft, anything else until she sends it.

Whose it is stands on the page itself, signed: it does not matter what became of the session's row.
"""

from flask import Flask, current_app, flash, g, redirect, request, session, url_for
from flask import Response as FlaskResponse
from flask_babel import gettext
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import BadRequest, RequestEntityTooLarge
from werkzeug.wrappers import Response

from app.access.gate import SIGN_IN, visitor
from app.pages.addresses import place_asked
from app.pages.posted import FILE_NOT_KEPT
from app.pages.text_pages import TEXT_PAGES
from app.pages.tokens import TEXT_PAGE, owner_of, owner_token
from app.records import drafts, unsent
from app.records.cabinet import Cabinet

SHEETS = ("RecordPages.new", "RecordPages.edit", "RecordPages.edit_section")
TYPED = "_typed"
"""Something was typed, and the draft may not have it yet."""
LARGEST = 2 * 2**20
"""How many bytes of boxes a draft holds: many times what anybody types on a page."""
OWNER = "_owner"
"""The box that says whose page it is."""
WAIT = "_wait"
"""The page is hidden or left: what stands on it is kept, and nothing is done with it."""
NOT_KEPT = ("csrf_token", "_lock", TYPED, OWNER, WAIT)
WAITING = "UnsentPages.unsent"


class TooLong(RequestEntityTooLarge):
    """What was typed is more than a draft holds; it is shown once more, to be copied."""


class OfAnother(BadRequest):
    """The page was drawn for somebody else than who is signed in now; what stands on it waits for her."""


def boxes_of(posted: MultiDict[str, str]) -> list[tuple[str, str]]:
    """What was typed, box by box, as a draft keeps it."""
    return [(name, text) for name in posted if name not in NOT_KEPT for text in posted.getlist(name)]


def keep_unsent_sheets(app: Flask) -> None:
    """Look before the gate does: it knows nobody any more, and asks for a password."""
    app.jinja_env.globals["owner_word"] = owner_word
    app.before_request(_keep_unsent)
    app.after_request(_forget_sent)


def owner_word() -> str:
    """Says whose the page is that is being drawn."""
    worker = visitor()
    return owner_token(worker.id) if worker else ""


def _keep_unsent() -> Response | None:
    """Nothing is read and no record is changed; only the one whose page it was ever sees what is kept."""
    if not _is_kept() or session.is_unread:  # type: ignore[attr-defined]
        return None
    here, owner = session.user_id, _owner()  # type: ignore[attr-defined]
    if WAIT in request.form:
        return _kept_waiting(owner)
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
            "This page was opened by somebody else, before you signed in. Nothing of it was saved; what was typed "
            "waits for her."
        ))
    return redirect(url_for(SIGN_IN, next=_page() if _is_sheet() else None, over=1), 303)


def _kept_waiting(owner: int | None) -> Response:
    """The page goes, and nobody looks at the answer."""
    g.waits = True
    if owner is not None and not _is_too_long():
        _keep(owner)
    return FlaskResponse(status=204)


def _owner() -> int | None:
    """For whom the page was drawn; one drawn before there were such words is of the session it came with."""
    told = owner_of(request.form.get(OWNER, ""), _form() if _is_sheet() else TEXT_PAGE)
    return session.over_for if told is None else told  # type: ignore[attr-defined]


def typed_again() -> Response | None:
    """The page of a session before this one, to be looked at and sent; none where nothing was typed."""
    worker = visitor()
    if worker is None or not _is_kept() or _is_too_long():
        return None
    _keep(worker.id)
    if not _is_sheet():
        return redirect(url_for(WAITING), 303)
    flash(gettext("You have signed in again since this sheet was opened. Look at it and save it."), "warning")
    return redirect(_page(), 303)


def waiting_page(user_id: int) -> str | None:
    """Where she is led when she has signed in and something waits to be sent."""
    cabinet = current_app.extensions.get("dosar_cabinet")
    return url_for(WAITING) if cabinet is not None and unsent.is_any_of(cabinet, user_id) else None


def _keep(user_id: int) -> None:
    """What was sent waits for this user now."""
    g.waits = True
    files = [(box, FILE_NOT_KEPT) for box in request.files for one in request.files.getlist(box) if one.filename]
    boxes = [*boxes_of(request.form), *files]
    if _is_sheet():
        drafts.keep(_cabinet(), user_id, place_asked(), boxes, request.args.get("face", "")[:48])
    else:
        unsent.keep(_cabinet(), user_id, str(request.endpoint), _page(), boxes)


def _forget_sent(response: FlaskResponse) -> FlaskResponse:
    """What waited has been sent, when the page is taken at last."""
    worker = visitor()
    done = response.status_code < 400 and request.method == "POST" and request.endpoint in TEXT_PAGES
    if done and worker is not None and "waits" not in g:
        unsent.discard_sent(_cabinet(), worker.id, _page())
    return response


def _is_kept() -> bool:
    """Whether a page was sent on which somebody types, by a page of ours."""
    ours = request.headers.get("Sec-Fetch-Site", "same-origin") in ("same-origin", "none")
    return ours and request.method == "POST" and (request.endpoint in TEXT_PAGES or _is_sheet())


def _is_sheet() -> bool:
    return request.endpoint in SHEETS and _form() in _cabinet().forms


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
