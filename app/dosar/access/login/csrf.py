"""Every form carries a token of its session: no other site can post in a worker's name."""

from typing import NoReturn

from flask import Flask, abort, flash, redirect, request, url_for
from flask_babel import gettext
from flask_wtf.csrf import CSRFError, CSRFProtect

from dosar.access.authorization import SIGN_IN_ENDPOINT
from dosar.access.web.redirects import local_redirect_url

CSRF_SETTINGS = {
    "WTF_CSRF_TIME_LIMIT": None,  # a token holds as long as its session: nobody loses an hour's typing
    "WTF_CSRF_SSL_STRICT": False,  # it wants the Referer that our Referrer-Policy leaves out
}


class CsrfProtection(CSRFProtect):
    """Refuses in the reader's language."""

    def _error_response(self, reason: str) -> NoReturn:
        if request.endpoint == SIGN_IN_ENDPOINT:
            flash(gettext("The page was open for too long. Sign in now."), "warning")
            abort(redirect(url_for(SIGN_IN_ENDPOINT, next=local_redirect_url(request.form.get("next"))), 303))
        raise CSRFError(gettext("This page was open for too long. Go back, reload the page and send it again."))


def require_csrf_tokens(app: Flask) -> None:
    """Ask for the token on every request that changes something."""
    app.config.update(CSRF_SETTINGS)
    CsrfProtection(app)
