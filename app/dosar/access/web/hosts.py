"""Under which name this program was asked: one of its own, over this computer alone or over HTTPS."""

from urllib.parse import urlsplit

from flask import Response, current_app, request
from flask_babel import gettext
from werkzeug.exceptions import SecurityError

LOOPBACK_HOSTS = ["127.0.0.1", "localhost", "[::1]"]


def is_loopback_name(host: str) -> bool:
    """Whether the host, with or without a port, is this computer as it calls itself."""
    return urlsplit(f"//{host}").hostname in ("127.0.0.1", "localhost", "::1")


def refuse_strange_host() -> Response | None:
    """A page built for a foreign host name would link to it."""
    if not isinstance(request.routing_exception, SecurityError):
        return None
    return Response(gettext("This request cannot be understood") + "\n", 400, mimetype="text/plain")


FORWARDED_HEADERS = (
    "Forwarded",
    "X-Forwarded-For",
    "X-Forwarded-Host",
    "X-Forwarded-Proto",
    "X-Forwarded-Port",
    "X-Real-IP",
    "Via",
)
"""What a web server adds to the requests it hands on, and no browser."""


def refuse_hidden_host() -> Response | None:
    """A web server that hands requests on as if they came from this machine: cookies would go over plain http, and
    strangers would be taken for whoever sits here."""
    if not is_loopback_name(request.host) or not any(name in request.headers for name in FORWARDED_HEADERS):
        return None
    current_app.logger.error("A web server hands requests on without the name asked for (Host); they are refused.")
    message = gettext(
        "This page comes by way of a web server that hides the name under which it was asked for. Whoever looks after "
        "the server: hand on Host, and start Dosar with --address https://… (see Operations)."
    )
    return Response(f"{message}\n", 421, mimetype="text/plain")
