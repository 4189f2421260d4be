"""Devices on which an account's owner has signed in before, told by a cookie for each account.

It opens nothing: it only lets her try when others have guessed too often. One that is made up is as good as none.
"""

from calendar import timegm
from datetime import timedelta
from hashlib import sha256
from hmac import compare_digest
from secrets import token_urlsafe
from typing import Any

from flask import Response, current_app, request
from itsdangerous import BadSignature, URLSafeSerializer
from sqlalchemy import func, select

from dosar.access.login.credentials import normalized_user_name
from dosar.access.login.sessions.database_sessions import uses_secure_cookie
from dosar.access.services import access_services
from dosar.access.tables import account_history_table, user_table
from dosar.access.web.cookies import path_cookie

KNOWN_FOR = timedelta(days=180)
MAX_SECONDS = int(KNOWN_FOR.total_seconds())
COOKIE_PATH = "/sign-in"


def known_device(user_name: str) -> str | None:
    """The device of this request, if the owner of the account has signed in on it."""
    cookie = request.cookies.get(_cookie_name(user_name), "")
    try:
        account, device, since = _signer().loads(cookie)
        is_hers = compare_digest(str(account).encode(), _account_digest(user_name).encode())
        is_hers = is_hers and 0 <= _now() - since < MAX_SECONDS
        is_hers = is_hers and since >= _forgotten_at(user_name)
    except (BadSignature, TypeError, ValueError):
        return None
    return str(device) if is_hers else None


def remember_device(answer: Response, user_name: str) -> None:
    """Know this device from now on: the owner of the account has signed in on it."""
    device = known_device(user_name) or token_urlsafe(16)
    signed: Any = _signer().dumps([_account_digest(user_name), device, _now()])
    answer.set_cookie(
        _cookie_name(user_name),
        signed,
        max_age=MAX_SECONDS,
        path=COOKIE_PATH,
        httponly=True,
        samesite="Lax",
        secure=uses_secure_cookie(current_app),
    )


def _forgotten_at(user_name: str) -> int:
    """When the account was closed last: the devices of whoever left are strange ones from then on."""
    closed = access_services().session.scalar(
        select(func.max(account_history_table.c.at))
        .join(user_table, user_table.c.id == account_history_table.c.user_id)
        .where(user_table.c.username == normalized_user_name(user_name), account_history_table.c.action == "closed")
    )
    return timegm(closed.timetuple()) if closed else 0


def _now() -> int:
    return timegm(access_services().clock().timetuple())


def _cookie_name(user_name: str) -> str:
    return path_cookie(f"known-{_account_digest(user_name)[:12]}")


def _account_digest(user_name: str) -> str:
    """Who uses this browser is not told by the names of its cookies."""
    named = f"{current_app.secret_key!r}:{normalized_user_name(user_name)}"
    return sha256(named.encode()).hexdigest()[:32]


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(str(current_app.secret_key), salt="dosar-known-device")
