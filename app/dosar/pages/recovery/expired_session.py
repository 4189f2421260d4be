"""A page that was sent after its session was over: a sheet waits as a draft, anything else until she sends it.

Whose it is stands on the page itself, signed: it does not matter what became of the session's row.
"""

from flask import Flask, current_app, flash, g, redirect, request, session, url_for
from flask import Response as FlaskResponse
from flask_babel import gettext
from werkzeug.exceptions import BadRequest, RequestEntityTooLarge
from werkzeug.wrappers import Response

from dosar.access.authorization import SIGN_IN_ENDPOINT, current_worker_or_none
from dosar.pages.input.posted_boxes import (
    FILE_NOT_KEPT,
    KEEP_BOX_PREFIX,
    OWNER_BOX,
    UNASKED_BOX,
    WAIT_BOX,
    typed_boxes,
)
from dosar.pages.input.signed_tokens import PageOwner, page_owner, page_owner_token
from dosar.pages.recovery.text_forms import TEXT_PAGES
from dosar.pages.urls import requested_place, sheet_page_url
from dosar.records.repository import Repository
from dosar.records.unsaved import drafts, expired_sessions
from dosar.records.unsaved.drafts import TypedBoxes

SHEET_ENDPOINTS = ("RecordPages.new", "RecordPages.edit", "RecordPages.edit_section")
MAX_DRAFT_BYTES = 2 * 2**20
"""How many bytes of boxes a draft holds: many times what anybody types on a page."""
WAITING_ENDPOINT = "WaitingPages.waiting"


class DraftTooLong(RequestEntityTooLarge):
    """What was typed is more than a draft holds; it is shown once more, to be copied."""


class PageOfAnother(BadRequest):
    """The page was drawn for somebody else than who is signed in now; what stands on it waits for her."""


def install_expired_sessions(app: Flask) -> None:
    """Look before the checks of the request do: they know nobody any more, and ask for a password."""
    app.jinja_env.globals["current_owner_token"] = current_owner_token
    app.before_request(_keep_expired_page)
    app.after_request(_discard_sent_page)


def current_owner_token(action: str | None = None) -> str:
    """Says whose the page is that is being drawn, to be sent to this address, or to its own."""
    worker = current_worker_or_none()
    return page_owner_token(worker.id, (action or request.path).partition("?")[0]) if worker else ""


def _keep_expired_page() -> Response | None:
    """Nothing is read and no record is changed; only the one whose page it was ever sees what is kept."""
    if not _is_kept_page() or session.is_unavailable:  # type: ignore[attr-defined]
        return None
    signed_in_id, shown_to = session.user_id, _shown_to()  # type: ignore[attr-defined]
    owner = session.expired_user_id if shown_to is None else shown_to.worker_id  # type: ignore[attr-defined]
    if WAIT_BOX in request.form:
        return _keep_hidden_page(shown_to)
    if owner is None or owner == signed_in_id:
        return None
    if _is_draft_too_long():
        raise DraftTooLong(
            gettext(
                "Your session is over, and this sheet is too long to wait as a draft. Copy what you typed, sign in and "
                "enter it again."
            )
        )
    is_draft = _keep_unsigned_page(owner, shown_to)
    if signed_in_id is not None:
        raise PageOfAnother(
            gettext(
                "This page was opened by somebody else, before you signed in. Nothing of it was saved; what was typed "
                "waits for her."
            )
        )
    return redirect(url_for(SIGN_IN_ENDPOINT, next=_page_address() if is_draft else None, over=1), 303)


def _keep_hidden_page(shown_to: PageOwner | None) -> Response:
    """The page goes, and nobody looks at the answer."""
    g.waits = True
    if shown_to is not None and not _is_draft_too_long():
        if shown_to.of_this_page and shown_to.worker_id == session.user_id:  # type: ignore[attr-defined]
            _keep_posted_page(shown_to.worker_id)
        else:
            _keep_unsigned_page(shown_to.worker_id, shown_to)
    return FlaskResponse(status=204)


def _shown_to() -> PageOwner | None:
    """For whom the page was drawn, as it says itself; of one that says nothing, no cookie tells it."""
    address = sheet_page_url(requested_place()) if _is_sheet_post() else request.path
    return page_owner(request.form.get(OWNER_BOX, ""), address)


def keep_outdated_page() -> Response | None:
    """The page of a session before this one, to be looked at and sent; none where nothing was typed."""
    worker = current_worker_or_none()
    if worker is None or not _is_kept_page() or _is_draft_too_long():
        return None
    is_hers = _shown_to() == PageOwner(worker.id, of_this_page=True)
    _keep_posted_page(worker.id, is_hers)
    if not _is_sheet_post() or not is_hers:
        return redirect(url_for(WAITING_ENDPOINT), 303)
    flash(gettext("You have signed in again since this sheet was opened. Look at it and save it."), "warning")
    return redirect(_page_address(), 303)


def waiting_page_url(user_id: int) -> str | None:
    """Where she is led when she has signed in and something waits to be sent."""
    repository = current_app.extensions.get("dosar_repository")
    return (
        url_for(WAITING_ENDPOINT)
        if repository is not None and expired_sessions.has_expired_pages(repository, user_id)
        else None
    )


def _keep_posted_page(user_id: int, confirmed: bool = True) -> None:
    """What was sent waits for this user now; what may be somebody else's, apart from all that is hers."""
    g.waits = True
    if _is_sheet_post() and confirmed:
        drafts.keep_draft(_repository(), user_id, requested_place(), _sent_boxes(), request.args.get("face", "")[:48])
    else:
        expired_sessions.keep_expired_page(
            _repository(), user_id, str(request.endpoint), _page_address(), _sent_boxes(), confirmed
        )


def _keep_unsigned_page(user_id: int, shown_to: PageOwner | None) -> bool:
    """The same of what was sent by nobody who is signed in as her: where something of hers waits already, that one
    stays, and she is asked about this one. Whether a draft of the sheet waits that says all of it."""
    g.waits = True
    is_of_page, is_sheet = shown_to is not None and shown_to.of_this_page, _is_sheet_post()
    there = _waits_there(user_id)
    if is_of_page and there is None:
        _keep_posted_page(user_id)
    elif not is_of_page or _told_in(there or ()) != _told_in(_sent_boxes()):
        expired_sessions.keep_beside(
            _repository(), user_id, str(request.endpoint), _page_address(), _sent_boxes(), is_of_page and is_sheet
        )
        return False
    return is_sheet


def _waits_there(user_id: int) -> TypedBoxes | None:
    """What waits of this page already, and surely is hers."""
    if _is_sheet_post():
        draft = drafts.look_at_draft(_repository(), user_id, requested_place())
        return draft.boxes if draft is not None else None
    return expired_sessions.boxes_waiting_at(_repository(), user_id, _page_address())


def _told_in(boxes: TypedBoxes) -> list[tuple[str, str]]:
    """What somebody may have typed in these boxes: not which button she pressed, nor which page it was."""
    return sorted(
        (name, text.replace("\r\n", "\n").strip())
        for name, text in boxes
        if text.strip() and (not name.startswith("_") or name.startswith((UNASKED_BOX, KEEP_BOX_PREFIX)))
    )


def _sent_boxes() -> TypedBoxes:
    files = [(box, FILE_NOT_KEPT) for box in request.files for file in request.files.getlist(box) if file.filename]
    return [*typed_boxes(request.form), *files]


def _discard_sent_page(response: FlaskResponse) -> FlaskResponse:
    """What waited has been sent, when the page is taken at last."""
    worker = current_worker_or_none()
    is_taken = response.status_code < 400 and request.method == "POST" and request.endpoint in TEXT_PAGES
    if is_taken and worker is not None and "waits" not in g:
        expired_sessions.discard_sent_page(_repository(), worker.id, _page_address())
    return response


def _is_kept_page() -> bool:
    """Whether a page was sent on which somebody types, by a page of ours."""
    ours = request.headers.get("Sec-Fetch-Site", "same-origin") in ("same-origin", "none")
    return ours and request.method == "POST" and (request.endpoint in TEXT_PAGES or _is_sheet_post())


def _is_sheet_post() -> bool:
    return request.endpoint in SHEET_ENDPOINTS and _form_key() in _repository().forms


def _form_key() -> str:
    return str((request.view_args or {})["form"])


def _is_draft_too_long() -> bool:
    """Files do not count: they are in no draft."""
    return sum(len(name.encode()) + len(text.encode()) for name, text in typed_boxes(request.form)) > MAX_DRAFT_BYTES


def _repository() -> Repository:
    found: Repository = current_app.extensions["dosar_repository"]
    return found


def _page_address() -> str:
    return request.full_path.rstrip("?")
