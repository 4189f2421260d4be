"""Who looks after accounts, and that there is always somebody: by her own role, or by that of a team she is in."""

from typing import Any

from flask_appbuilder.security.sqla.models import Group, Role, User
from sqlalchemy import ColumnElement, or_, select

from dosar.access.tables import access_period_table
from dosar.language.roles import ADMINISTRATOR
from dosar.language.text.message import Mistake


def able_administrators(session: Any) -> set[int]:
    """The administrators who can sign in."""
    return able_holders(session, {ADMINISTRATOR})


def able_holders(session: Any, roles: set[str]) -> set[int]:
    """The users who hold one of these roles and can sign in; whoever does so for a time only is not counted on."""
    for_a_time = select(access_period_table.c.user_id)
    able = select(User.id).where(
        User.active.is_(True), User.password.is_not(None), _holds(roles), User.id.not_in(for_a_time)
    )
    return set(session.scalars(able))


def _holds(roles: set[str]) -> ColumnElement[bool]:
    named = Role.name.in_(sorted(roles))
    return or_(User.roles.any(named), User.groups.any(Group.roles.any(named)))


def require_an_administrator(session: Any) -> None:
    """Raises :class:`Mistake` where nobody would be left who looks after accounts."""
    session.flush()
    if not able_administrators(session):
        raise Mistake("This is the last administrator who can sign in; appoint another one first.")
