"""Every form carries a token of its session: no other site can post in a worker's name."""

from typing import NoReturn

from flask import Flask, abort, flash, redirect, request, url_for
from flask_babel import gettext
from flask_wtf.csrf import CSRFError, CSRFProtect

from app.access.addresses import local
from app.access.gate import SIGN_IN

SETTINGS = {
    "WTF_CSRF_TIME_LIMIT": None,  # a token holds as long as its session: nobody loses an hour's typing
    "WTF_CSRF_SSL_STRICT": False,  # it wants the Referer that our Referrer-Policy leaves out
}


class FormTokens(CSRFProtect):
    """Refuses in the reader's language."""

    def _error_response(self, reason: str) -> NoReturn:
        if request.endpoint == SIGN_IN:
            flash(gettext("The page was open for too long. Sign in now."), "warning")
            abort(redirect(url_for(SIGN_IN, next=local(request.form.get("next"))), 303))
        raise CSRFError(gettext(
            "This page was open for too long. Go back, reload the page and send it again."
        ))


def require_tokens(app: Flask) -> None:
    """Ask for the token on every request that changes something."""
    app.config.update(SETTINGS)
    FormTokens(app)
