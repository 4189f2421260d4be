"""The first step of signing in: the same work and the same answer whether the user exists or not."""

from typing import Any

from flask import current_app
from sqlalchemy import ColumnElement, case, select, update

from dosar.access.login.credentials import normalized_user_name
from dosar.access.login.passwords import password_matches
from dosar.access.login.throttle import Guess, TooManyTries, count_try, forget_tries
from dosar.access.services import AccessServices
from dosar.access.tables import user_table
from dosar.database.audit.chain import ACCOUNT_OBJECT
from dosar.database.audit.trail import add_event
from dosar.database.users import ON_DAY, is_open_on_day
from dosar.language.text.message import Mistake


def sign_in_user(
    services: AccessServices, user_name: str, password: str, address: str, device: str | None = None
) -> int | None:
    """The user's id if name and password fit. ``device``: one on which she has signed in before.

    Raises :class:`~dosar.access.login.throttle.TooManyTries`.
    """
    secret, guess = throttle_secret(), Guess(user_name, address, device)
    with services.store.writing():
        counted = count_try(services, secret, guess)
    user_id = user_with_password(services, user_name, password)
    with services.store.writing():
        if user_id is None:
            count_failure(services, user_table.c.username == normalized_user_name(user_name))
            _tell_failure(services, user_name)
        else:
            forget_tries(services, secret, guess, counted)
    return user_id


def user_with_password(services: AccessServices, user_name: str, password: str) -> int | None:
    """The active user with this name and password."""
    found = services.session.execute(
        select(user_table.c.id, user_table.c.password).where(
            user_table.c.username == normalized_user_name(user_name),
            user_table.c.active.is_(True),
            is_open_on_day(user_table.c.id),
        ),
        {ON_DAY: services.today()},
    ).one_or_none()
    fits = password_matches(found.password if found else None, password)
    return found.id if found is not None and fits else None


def confirm_password(services: AccessServices, user_name: str, password: str, device: str | None = None) -> None:
    """Whoever changes a password must know the present one; wrong ones count like those at sign-in.

    Raises :class:`Mistake`.
    """
    guess = Guess(user_name, device=device)
    try:
        with services.store.writing():
            counted = count_try(services, throttle_secret(), guess)
    except TooManyTries as closed:
        raise Mistake("There were too many wrong passwords; wait %(minutes)s min.", minutes=closed.minutes) from None
    if user_with_password(services, user_name, password) is None:
        raise Mistake("This is not the password you use now.")
    with services.store.writing():
        forget_tries(services, throttle_secret(), guess, counted)


def count_failure(services: AccessServices, whose: ColumnElement[bool]) -> None:
    """Flask-AppBuilder's counter of wrong tries since she last came in; the statement is the same for a name nobody
    has."""
    counted = {"fail_login_count": _incremented(user_table.c.fail_login_count)}
    services.session.execute(update(user_table).where(whose).values(counted))


def _tell_failure(services: AccessServices, user_name: str) -> None:
    """In the audit log; the same work whether anybody has the name, which is told nowhere."""
    named = select(user_table.c.id).where(user_table.c.username == normalized_user_name(user_name))
    add_event(
        services.session,
        "sign_in_failed",
        objects={ACCOUNT_OBJECT: services.session.scalars(named).all()},
        outcome="denied",
    )


def count_sign_in(services: AccessServices, user_id: int) -> None:
    """Write down that a user came in, in Flask-AppBuilder's columns."""
    counted = {"login_count": _incremented(user_table.c.login_count), "fail_login_count": 0}
    with services.store.writing() as session:
        session.execute(
            update(user_table).where(user_table.c.id == user_id).values(**counted, last_login=services.clock())
        )
        add_event(session, "signed_in", actor=user_id)


def _incremented(count: Any) -> Any:
    return case((count.is_(None), 1), else_=count + 1)


def throttle_secret() -> str:
    """What the digests of tries are made with: the table tells nobody which accounts are being guessed."""
    secret: Any = current_app.secret_key
    return secret.decode("latin-1") if isinstance(secret, bytes) else secret
