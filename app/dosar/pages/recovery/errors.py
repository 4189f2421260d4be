"""What a person reads when something did not work: what it was, what to do, and what she had typed."""

from collections.abc import Sequence
from typing import Any

from flask import Flask, Response, abort, current_app, render_template, request, session, url_for
from flask_babel import gettext, lazy_gettext
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import HTTPException

from dosar.access.authorization import current_worker
from dosar.access.factors.passkeys import PROOF, passkey_question
from dosar.access.factors.step_up import PASSKEY_PROOF_BOX, PROOF_BOX, ProofNeeded
from dosar.access.i18n.languages import request_language
from dosar.access.login.sessions.database_sessions import is_static_request
from dosar.access.services import access_services
from dosar.access.web.failures import REFUSED_KEY, place_in_code
from dosar.database.store_errors import StoreBusy, StoreDamaged, StoreError, StoreNotWritable, StoreUnreachable
from dosar.pages.consent import missing_consent_text
from dosar.pages.context import page_context
from dosar.pages.input.signed_tokens import submission_token
from dosar.pages.recovery.expired_session import DraftTooLong, PageOfAnother, keep_outdated_page
from dosar.pages.recovery.kept_pages import texts_of_draft
from dosar.pages.recovery.typed_texts import is_text_page_post, typed_texts
from dosar.pages.restricted import refusal_text
from dosar.records.scope.consent_checks import ConsentIsMissing
from dosar.records.scope.row_scope import CaseIsRestricted, OutOfReach

CODES_SHOWING_TYPED = (400, 409, 503)
"""What was typed is shown once more with these, so that it can be copied; on a page for text with any but one."""
SERVER_ERROR = 500
"""From this one on it was not her mistake: whatever was typed, on whichever page, is shown."""
REQUEST_TOO_LARGE = 413
"""What was sent was not received."""
ERROR_TEXTS: dict[int, tuple[Any, Any]] = {
    400: (lazy_gettext("This request cannot be understood"), lazy_gettext("Go back, reload the page and try again.")),
    403: (
        lazy_gettext("This is not for your role"),
        lazy_gettext("If you need it for your work, ask your coordinator to change your role."),
    ),
    404: (
        lazy_gettext("There is nothing here for you"),
        lazy_gettext("The record does not exist, was deleted, or belongs to a case you do not work on."),
    ),
    405: (lazy_gettext("This page opens another way"), lazy_gettext("Go back and use the buttons of the page.")),
    409: (
        lazy_gettext("The case has such a sheet already"),
        lazy_gettext(
            "It can have one only, so this one was not saved. Copy what you typed and give it to somebody "
            "who may correct the sheet."
        ),
    ),
    413: (
        lazy_gettext("This is too much at once"),
        lazy_gettext("Files may have 25 MB together. Attach a smaller file, or attach them one by one."),
    ),
    415: (
        lazy_gettext("This request cannot be understood"),
        lazy_gettext("Pages are sent as forms, as a browser sends them; nothing else is read here."),
    ),
    500: (
        lazy_gettext("Something went wrong in Dosar"),
        lazy_gettext(
            "It has been written down without any names. Try again; if it happens again, tell your administrator."
        ),
    ),
    507: (lazy_gettext("This could not be saved"), ""),
    503: (lazy_gettext("Many people are saving just now"), lazy_gettext("Wait a moment and press Save again.")),
}


def install_error_pages(app: Flask) -> None:
    """Answer every error with a page in the reader's language."""
    app.register_error_handler(HTTPException, _http_error_page)
    app.register_error_handler(ProofNeeded, proof_page)
    app.register_error_handler(OutOfReach, lambda _: _error_page(404))
    app.register_error_handler(CaseIsRestricted, _restricted_page)
    app.register_error_handler(ConsentIsMissing, _missing_consent_page)
    app.register_error_handler(StoreBusy, lambda _: _error_page(503))
    app.register_error_handler(StoreNotWritable, _not_kept_page)
    app.register_error_handler(StoreDamaged, _damaged_page)
    app.register_error_handler(StoreUnreachable, _unreachable_page)
    app.register_error_handler(Exception, _unexpected_error_page)
    app.before_request(_raise_refused)


def _raise_refused() -> None:
    """What the server did not let through comes here to be told."""
    code = request.environ.get(REFUSED_KEY)
    if code is not None:
        abort(int(code))


def _http_error_page(error: HTTPException) -> Any:
    if error.code is None or error.code < 400:
        return error
    if isinstance(error, CSRFError):
        return keep_outdated_page() or _error_page(400, what_to_do=str(error.description))
    if isinstance(error, PageOfAnother):
        return _error_page(error.code, str(error.description), shows_typed=False)
    if isinstance(error, DraftTooLong):
        return _error_page(error.code, str(error.description), shows_typed=True)
    return _error_page(error.code)


UNREPEATED = ("csrf_token", PROOF_BOX, PASSKEY_PROOF_BOX)


def proof_page(needed: ProofNeeded) -> Any:
    """All that was posted goes along, and is done once she has proved who she is."""
    boxes = [(name, text) for name, texts in request.form.lists() for text in texts if name not in UNREPEATED]
    return render_template(
        "account/confirm.html",
        action=request.full_path.rstrip("?"),
        boxes=boxes,
        passkey=passkey_question(access_services(), PROOF, current_worker().id),
        by_code=needed.by_code,
        refused=needed.mistake.say(gettext) if needed.mistake else "",
    ), 403


def _not_kept_page(refusal: StoreNotWritable) -> Any:
    """What was typed is shown once more: no draft of it can be kept either."""
    current_app.logger.error("%s in %s: nothing can be saved", type(refusal).__name__, request.endpoint)
    return _error_page(507, refusal.message.say(gettext), shows_typed=True)


def _restricted_page(refused: CaseIsRestricted) -> Any:
    """What was typed is shown once more, and waits as a draft where a sheet was filled in; so is a draft from before,
    which its page does not open now."""
    context = page_context()
    what_to_do, draft = refusal_text(context, refused), texts_of_draft(context)
    case_url = url_for("CasePages.case", case_id=refused.case_id)
    heading = gettext("This case is restricted")
    return _error_page(409, what_to_do, shows_typed=True, heading=heading, case_url=case_url, draft=draft)


def _missing_consent_page(refused: ConsentIsMissing) -> Any:
    """The same; the sheet may have been filed by another page, or the consent withdrawn while it was typed."""
    context = page_context()
    case_url = "" if refused.needed.rows is not None else url_for("CasePages.case", case_id=refused.case_id)
    heading = gettext("There is no consent on this day")
    return _error_page(
        409, missing_consent_text(context, refused), shows_typed=True, heading=heading, case_url=case_url
    )


def _damaged_page(_: StoreDamaged) -> Any:
    current_app.logger.error("StoreDamaged in %s: a part of the database cannot be read", request.endpoint)
    remedy = gettext(
        "The database is damaged. Copy what you typed, and tell your administrator now: she finds on her first page "
        "what to do. Pages that need nothing of that part still open."
    )
    return _error_page(503, remedy, shows_typed=True, heading=gettext("A part of the data cannot be read"))


def _unreachable_page(_: StoreUnreachable) -> Any:
    """The server of the database restarts, or is away; in this moment nothing can be read of it."""
    current_app.logger.error("StoreUnreachable in %s: the database does not answer", request.endpoint)
    remedy = gettext("Go back and send the page again in a minute. If it goes on, tell your administrator.")
    return _error_page(503, remedy, shows_typed=True, heading=gettext("The database does not answer just now"))


def _unexpected_error_page(error: Exception) -> Any:
    """The log says where in the code it happened, never with what: a message may quote an answer."""
    current_app.logger.error("%s at %s in %s", type(error).__name__, place_in_code(error), request.endpoint)
    if current_app.testing:
        raise error
    return _error_page(500)


def _error_page(
    code: int,
    what_to_do: str = "",
    shows_typed: bool | None = None,
    heading: str = "",
    case_url: str = "",
    draft: Sequence[tuple[str, str]] = (),
) -> Any:
    usual_heading, remedy = ERROR_TEXTS.get(code, ERROR_TEXTS[400 if code < 500 else 500])
    if is_static_request(current_app, request) or request.environ.get(REFUSED_KEY, 413) != 413:
        return Response(f"{heading or usual_heading}\n", code, mimetype="text/plain")
    if shows_typed is None:
        shows_typed = code in CODES_SHOWING_TYPED or (code != REQUEST_TOO_LARGE and is_text_page_post())
    told = {
        "status": code,
        "heading": heading or str(usual_heading),
        "what_to_do": what_to_do or str(remedy),
        "case_url": case_url,
        "draft": draft,
        "draft_url": request.full_path.rstrip("?") if draft else "",
        "once": submission_token(current_worker().id) if draft else "",
        "kept": typed_texts() if shows_typed or code >= SERVER_ERROR else [],
    }
    return _page_of(told), code


def _page_of(told: dict[str, Any]) -> str:
    """A page like any other; where that stands on what cannot be read either, one that needs no database."""
    try:
        if not session.is_unavailable:  # type: ignore[attr-defined]
            return render_template("error.html", **told)
    except (StoreError, SQLAlchemyError):
        current_app.logger.error("%s: the page of an error needs no database", request.endpoint)
    return render_template("error_bare.html", **told, language=request_language())
