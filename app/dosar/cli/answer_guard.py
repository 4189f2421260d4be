"""What stands between the server and the applications: whatever fails in them, there is an answer with its headers.

The server by itself would write the message of the error into its log, which may quote what somebody typed, and where
its own refusal cannot be told it would leave the connection open without a word.
"""

import sys
from collections.abc import Callable, Iterable
from gettext import gettext
from logging import getLogger
from typing import Any

from werkzeug.wrappers import Response

from dosar.access.web.failures import place_in_code
from dosar.access.web.security_headers import SecuredAnswers
from dosar.language.text.message import msgid

SOMETHING_WRONG = msgid("Something went wrong in Dosar")
_log = getLogger(__name__)


class AnswerGuard:
    """One WSGI application around another that always answers."""

    def __init__(self, application: Callable[..., Iterable[bytes]]) -> None:
        self._application = application

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        try:
            return self._application(environ, start_response)
        except Exception as error:
            _log.error("%s at %s", type(error).__name__, place_in_code(error))
            failed = SecuredAnswers(Response(f"{gettext(SOMETHING_WRONG)}\n", 500, mimetype="text/plain"))
            return failed(environ, lambda *started: start_response(*started, sys.exc_info()))
