"""What every answer tells the browser: run nothing foreign, show nothing elsewhere, keep nothing."""

from flask import Flask, Response, request

POLICY = "; ".join((
    "default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self' data:", "font-src 'self'",
    "connect-src 'self'", "form-action 'self'", "frame-ancestors 'none'", "base-uri 'none'",
))

HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}

FOR_EVER = "public, max-age=31536000, immutable"


def add_headers(app: Flask) -> None:
    """Every answer carries them, errors too."""
    app.after_request(_headed)


def _headed(response: Response) -> Response:
    response.headers.update(HEADERS)
    response.headers["Cache-Control"] = _caching(response)
    if request.is_secure:
        response.headers["Strict-Transport-Security"] = "max-age=31536000"
    return response


def _caching(response: Response) -> str:
    """Only static files are kept; those named with their version for ever."""
    if request.endpoint != "static" or response.status_code >= 400:
        return "no-store"
    return FOR_EVER if "v" in request.args else "no-cache"
