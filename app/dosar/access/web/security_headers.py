"""What every answer tells the browser: run nothing foreign, show nothing elsewhere, keep nothing."""

from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import parse_qs

from flask import Flask
from werkzeug.datastructures import Headers

STATIC_PATH, CALENDAR_PATH = "/static/", "/calendar/"
CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    )
)

SECURITY_HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}

DOWNLOAD_HEADERS = {"Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; sandbox"}
"""What is downloaded does nothing, should a browser open it after all."""
IMMUTABLE_CACHING = "public, max-age=31536000, immutable"
HSTS = "max-age=31536000"


class SecuredAnswers:
    """A WSGI application with these headers on whatever it answers, however the answer came to be."""

    def __init__(self, application: Callable[..., Iterable[bytes]]) -> None:
        self._application = application

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
            return start_response(status, _secured(environ, status, headers), *([exc_info] if exc_info else []))

        return self._application(environ, start)


def add_security_headers(app: Flask) -> None:
    """Every answer carries them: errors, and what fails while an answer is being made, too."""
    app.wsgi_app = SecuredAnswers(app.wsgi_app)  # type: ignore[method-assign]


def _secured(environ: dict[str, Any], status: str, headers: list[tuple[str, str]]) -> list[tuple[str, str]]:
    secured = Headers(headers)
    secured.update(SECURITY_HEADERS)
    if secured.get("Content-Disposition", "").startswith("attachment"):
        secured.update(DOWNLOAD_HEADERS)
    secured["Cache-Control"] = _cache_control(environ, status)
    if environ["wsgi.url_scheme"] == "https":
        secured["Strict-Transport-Security"] = HSTS
    return secured.to_wsgi_list()


def _cache_control(environ: dict[str, Any], status: str) -> str:
    """Only static files are kept, those named with their version for ever; a program that reads a calendar keeps it
    for itself, and asks each time whether it changed."""
    if environ.get("PATH_INFO", "").startswith(CALENDAR_PATH) and status < "4":
        return "private, no-cache"
    if not environ.get("PATH_INFO", "").startswith(STATIC_PATH) or status >= "4":
        return "no-store"
    return IMMUTABLE_CACHING if "v" in parse_qs(environ.get("QUERY_STRING", "")) else "no-cache"
