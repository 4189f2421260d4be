"""What is known of a browser in which nobody has signed in: the token of its forms, carried by its cookie.

No row is kept for it, so a visitor, or a program that asks for the sign-in page all day, writes nothing.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from flask import Flask
from itsdangerous import BadSignature, URLSafeSerializer

VISITOR_MARK = "~"
"""How the cookie of a visitor begins; that of a session never does."""
VISITOR_CONTENTS = frozenset({"csrf_token"})
MAX_VISIT_TIME = timedelta(hours=10)


def is_visitor_cookie(word: str) -> bool:
    """Whether the cookie is no key to a session."""
    return word.startswith(VISITOR_MARK)


def may_be_carried(contents: Mapping[str, Any]) -> bool:
    """Whether this is all a visitor's cookie may hold."""
    return set(contents) <= VISITOR_CONTENTS


def visitor_cookie(app: Flask, contents: Mapping[str, Any], moment: datetime) -> str:
    """The cookie with these contents."""
    return VISITOR_MARK + str(_signer(app).dumps([moment.isoformat(), dict(contents)]))


def visitor_contents(app: Flask, word: str, moment: datetime) -> dict[str, Any]:
    """What the cookie holds; nothing where it was made up or is too old."""
    try:
        since, contents = _signer(app).loads(word.removeprefix(VISITOR_MARK))
    except (BadSignature, ValueError, TypeError):
        return {}
    return dict(contents) if abs(moment - datetime.fromisoformat(since)) < MAX_VISIT_TIME else {}


def _signer(app: Flask) -> URLSafeSerializer:
    return URLSafeSerializer(app.config["SECRET_KEY"], salt="dosar-visitor")
