"""What every answer tells the browser: run nothing foreign, show nothing elsewhere, keep nothing."""

from flask import Flask, Response, request

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

IMMUTABLE_CACHING = "public, max-age=31536000, immutable"


def add_security_headers(app: Flask) -> None:
    """Every answer carries them, errors too."""
    app.after_request(_set_headers)


def _set_headers(response: Response) -> Response:
    response.headers.update(SECURITY_HEADERS)
    response.headers["Cache-Control"] = _cache_control(response)
    if request.is_secure:
        response.headers["Strict-Transport-Security"] = "max-age=31536000"
    return response


def _cache_control(response: Response) -> str:
    """Only static files are kept; those named with their version for ever."""
    if request.endpoint != "static" or response.status_code >= 400:
        return "no-store"
    return IMMUTABLE_CACHING if "v" in request.args else "no-cache"
