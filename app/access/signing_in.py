"""Signing in: the same work and the same answer whether the user exists or not."""

from typing import Any

from flask import current_app
from sqlalchemy import case, select, update

from app.access.credentials import one_user_name
from app.access.guarded import Guarded
from app.access.guessing import TooManyTries, count_try, forget_tries
from app.access.passwords import is_right
from app.access.tables import user_table
from app.language.message import Mistake


def sign_in(guarded: Guarded, user_name: str, password: str, address: str) -> int | None:
    """The user's id if name and password fit. Raises :class:`~app.access.guessing.TooManyTries`."""
    secret = _secret()
    with guarded.store.writing():
        count_try(guarded, secret, user_name, address)
    user_id = right_password(guarded, user_name, password)
    with guarded.store.writing():
        if user_id is not None:
            forget_tries(guarded, secret, user_name, address)
        _note(guarded, user_name, user_id is not None)
    return user_id


def right_password(guarded: Guarded, user_name: str, password: str) -> int | None:
    """The active user with this name and password."""
    found = guarded.session.execute(
        select(user_table.c.id, user_table.c.password)
        .where(user_table.c.username == one_user_name(user_name), user_table.c.active.is_(True))
    ).one_or_none()
    fits = is_right(found.password if found else None, password)
    return found.id if found is not None and fits else None


def confirm_password(guarded: Guarded, user_name: str, password: str) -> None:
    """Whoever changes a password must know the present one; wrong ones count like those at sign-in."""
    try:
        with guarded.store.writing():
            count_try(guarded, _secret(), user_name)
    except TooManyTries as closed:
        raise Mistake("There were too many wrong passwords; wait %(minutes)s min.",
                      minutes=closed.minutes) from None
    if right_password(guarded, user_name, password) is None:
        raise Mistake("This is not the password you use now.")
    with guarded.store.writing():
        forget_tries(guarded, _secret(), user_name)


def _note(guarded: Guarded, user_name: str, came_in: bool) -> None:
    """Flask-AppBuilder's counters; the statement is the same for a name nobody has."""
    failed, came = user_table.c.fail_login_count, user_table.c.login_count
    changed: dict[str, Any] = (
        {"login_count": _one_more(came), "fail_login_count": 0, "last_login": guarded.clock()}
        if came_in else {"fail_login_count": _one_more(failed)}
    )
    guarded.session.execute(
        update(user_table).where(user_table.c.username == one_user_name(user_name)).values(changed)
    )


def note_sign_in(guarded: Guarded, user_id: int) -> None:
    """Write down that a user came in without typing a password she had: by an invitation, or at the set-up."""
    with guarded.store.writing() as session:
        session.execute(update(user_table).where(user_table.c.id == user_id).values(
            login_count=_one_more(user_table.c.login_count), last_login=guarded.clock()
        ))


def _one_more(count: Any) -> Any:
    return case((count.is_(None), 1), else_=count + 1)


def _secret() -> str:
    secret: Any = current_app.secret_key
    return secret.decode("latin-1") if isinstance(secret, bytes) else secret
