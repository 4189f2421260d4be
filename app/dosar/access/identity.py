"""Who somebody is: her account, the roles she holds, and who is in her teams."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import unquote

from sqlalchemy import ColumnElement, DateTime, String, bindparam, cast, func, or_, select

from dosar.access.framework import User
from dosar.access.tables import (
    emergency_access_table,
    group_role_table,
    role_table,
    user_group_table,
    user_role_table,
    user_table,
)
from dosar.database.system_tables import CLOCK_MAY_GO_BACK
from dosar.database.users import ON_DAY, is_open_on_day

AT_MOMENT = "at_moment"
"""The moment for which a statement says who somebody is."""
LATEST_OPENED = "latest_opened"
"""What was opened later than this was opened while the clock was ahead, and is open to nobody."""


@dataclass(frozen=True)
class Identity:
    """An open account, as the database describes it at this moment."""

    user_id: int
    user_name: str
    name: str
    language: str | None
    roles: frozenset[str]
    """Her own, and those of the groups she is in."""
    colleagues: frozenset[int]
    """The members of the teams she is in."""
    emergencies: frozenset[int] = frozenset()
    """The cases that are open to her for a few hours."""


def asked_at(day: date, moment: datetime) -> dict[str, Any]:
    """The values a statement of :func:`identity_columns` is asked with."""
    return {ON_DAY: day, AT_MOMENT: moment, LATEST_OPENED: moment + CLOCK_MAY_GO_BACK}


def identity_columns(user_id: ColumnElement[Any]) -> tuple[ColumnElement[Any], ...]:
    """What a statement selects, beside ``ab_user``, for :func:`identity_in_row` to read.

    ``user_id`` is a column of the statement.
    """
    mine, theirs = user_group_table.alias("mine"), user_group_table.alias("theirs")
    open_places = is_open_on_day(mine.c.user_id, mine.c.group_id), is_open_on_day(theirs.c.user_id, theirs.c.group_id)
    name = func.replace(func.replace(role_table.c.name, "%", "%25"), ",", "%2C")
    roles = select(func.aggregate_strings(name, ",")).where(is_held_by(user_id)).scalar_subquery()
    colleagues = (
        select(func.aggregate_strings(cast(theirs.c.user_id, String), ","))
        .join(mine, mine.c.group_id == theirs.c.group_id)
        .where(mine.c.user_id == user_id, *open_places)
        .scalar_subquery()
    )
    user = user_table.c
    return (
        user.username,
        user.first_name,
        user.last_name,
        user.locale,
        roles.label("roles"),
        colleagues.label("colleagues"),
        _open_cases(user_id).label("emergencies"),
    )


def _open_cases(user_id: ColumnElement[Any]) -> ColumnElement[Any]:
    """The cases she opened in an emergency whose hours are not over."""
    opened = emergency_access_table.c
    moment, latest = (bindparam(name, type_=DateTime) for name in (AT_MOMENT, LATEST_OPENED))
    cases = select(func.aggregate_strings(cast(opened.case_id, String), ","))
    return cases.where(opened.user_id == user_id, opened.until > moment, opened.opened <= latest).scalar_subquery()


def is_held_by(user_id: ColumnElement[Any]) -> ColumnElement[bool]:
    """Whether the role is one of her own, or of a group she is in."""
    own = select(user_role_table.c.role_id).where(user_role_table.c.user_id == user_id)
    of_groups = (
        select(group_role_table.c.role_id)
        .join(user_group_table, user_group_table.c.group_id == group_role_table.c.group_id)
        .where(
            user_group_table.c.user_id == user_id,
            is_open_on_day(user_group_table.c.user_id, user_group_table.c.group_id),
        )
    )
    return or_(*(role_table.c.id.in_(held.correlate(user_id.table)) for held in (own, of_groups)))


def held_roles(user: User) -> frozenset[str]:
    """The names of the roles of an account that is at hand: its own, and those of the groups it is in."""
    return frozenset(role.name for roles in (user.roles, *(group.roles for group in user.groups)) for role in roles)


def identity_in_row(row: Any, user_id: int) -> Identity:
    """The identity in a row of :func:`identity_columns`."""
    return Identity(
        user_id=user_id,
        user_name=row.username,
        name=f"{row.first_name} {row.last_name}".strip(),
        language=row.locale,
        roles=frozenset(map(unquote, (row.roles or "").split(","))) - {""},
        colleagues=_numbers(row.colleagues),
        emergencies=_numbers(row.emergencies),
    )


def _numbers(together: str | None) -> frozenset[int]:
    return frozenset(int(number) for number in (together or "").split(",") if number)


def find_identity(session: Any, user_id: int, day: date, moment: datetime) -> Identity | None:
    """The identity of the account with this number on a day; none if it is closed then or was never there."""
    row = session.execute(_ACTIVE_IDENTITY_QUERY, {"user_id": user_id, **asked_at(day, moment)}).one_or_none()
    return identity_in_row(row, user_id) if row else None


def open_identities(session: Any, day: date, moment: datetime) -> dict[int, Identity]:
    """Everybody whose account is open on a day, by number."""
    rows = session.execute(_EVERY_IDENTITY_QUERY, asked_at(day, moment))
    return {row.id: identity_in_row(row, row.id) for row in rows}


_EVERY_IDENTITY_QUERY = select(user_table.c.id, *identity_columns(user_table.c.id)).where(
    user_table.c.active.is_(True), is_open_on_day(user_table.c.id)
)
_ACTIVE_IDENTITY_QUERY = select(*identity_columns(user_table.c.id)).where(
    user_table.c.id == bindparam("user_id"), user_table.c.active.is_(True), is_open_on_day(user_table.c.id)
)
