"""What the next page says, such as "Saved.": the browser carries it there, so that saying it writes nothing.

The notice is signed and says for whom it is; it never names anybody.
"""

from typing import Any

from flask import Flask, Request, Response
from flask.json.tag import TaggedJSONSerializer
from itsdangerous import BadSignature, URLSafeSerializer

from dosar.access.web.cookies import host_cookie

NOTICE_COOKIE = "dosar_notice"
FLASHES_KEY = "_flashes"
"""The place in a session where Flask keeps them."""


def request_notices(app: Flask, request: Request, user_id: int | None) -> list[Any]:
    """The notices this request brings back for the user."""
    try:
        told_user, notices = _notice_signer(app).loads(request.cookies.get(host_cookie(NOTICE_COOKIE), ""))
    except (BadSignature, ValueError, TypeError):
        return []
    return list(notices) if told_user == user_id else []


def send_notices(app: Flask, response: Response, user_id: int | None, notices: list[Any], secure: bool) -> None:
    """Give the browser the notices for the next page; those it has are over."""
    response.set_cookie(
        host_cookie(NOTICE_COOKIE),
        str(_notice_signer(app).dumps([user_id, notices])) if notices else "",
        path="/",
        httponly=True,
        samesite="Lax",
        secure=secure,
        max_age=None if notices else 0,
    )


def _notice_signer(app: Flask) -> URLSafeSerializer:
    return URLSafeSerializer(app.config["SECRET_KEY"], salt="dosar-notices", serializer=TaggedJSONSerializer())
