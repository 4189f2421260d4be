"""Who looks after accounts, and that there is always somebody: by her own role, or by that of a team she is in."""

from collections.abc import Set
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, select

from dosar.access.identity import is_held_by
from dosar.access.services import AccessServices
from dosar.access.tables import access_period_table, role_table, user_table
from dosar.database.users import ON_DAY, is_open_on_day
from dosar.language.organisation.roles import ADMINISTRATOR
from dosar.language.text.message import Mistake

user = user_table.c


def able_administrators(services: AccessServices) -> set[int]:
    """The administrators who can sign in today."""
    return able_holders(services, {ADMINISTRATOR})


def able_holders(services: AccessServices, roles: Set[str], day: date | None = None) -> set[int]:
    """The users who hold one of these roles on the day and can sign in; today also those for whom that ends later:
    whoever wrote the day down has not got rid of them."""
    return _able(services, roles, is_open_on_day(user.id), day)


def require_an_administrator(services: AccessServices) -> None:
    """Raises :class:`Mistake` where nobody would be left who looks after accounts; whoever does so for a time only is
    not counted on."""
    services.session.flush()
    if not _able(services, {ADMINISTRATOR}, user.id.not_in(select(access_period_table.c.user_id))):
        raise Mistake("This is the last administrator who can sign in; appoint another one first.")


def _able(services: AccessServices, roles: Set[str], when: ColumnElement[bool], day: date | None = None) -> set[int]:
    held = select(role_table.c.id).where(role_table.c.name.in_(sorted(roles)), is_held_by(user.id)).exists()
    able = select(user.id).where(user.active.is_(True), user.password.is_not(None), held, when)
    found: Any = services.session.scalars(able, {ON_DAY: day or services.today()})
    return set(found)
