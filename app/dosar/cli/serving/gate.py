"""What the server calls: the application on the open data, or the page that opens them."""

from collections.abc import Callable, Iterable
from typing import Any

from werkzeug.utils import redirect
from werkzeug.wsgi import ClosingIterator

from dosar.access.sealed.vault import Vault
from dosar.access.web.security_headers import SecuredAnswers
from dosar.pages.sealed.sealed_app import UNLOCK_PATH

TO_THE_START = SecuredAnswers(redirect("/", 303))
"""The way on for whoever still looks at the page that opens the data."""


class Gate:
    """One WSGI application that is two."""

    def __init__(self, vault: Vault, sealed_app: Callable[..., Iterable[bytes]]) -> None:
        self._vault = vault
        self._sealed_app = sealed_app

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        entered = self._vault.enter()
        if entered is None:
            return self._sealed_app(environ, start_response)
        try:
            answering = TO_THE_START if environ.get("PATH_INFO") == UNLOCK_PATH else entered.application
            answer = answering(environ, start_response)
        except BaseException:
            self._vault.leave(entered)
            raise
        return ClosingIterator(answer, lambda: self._vault.leave(entered))
