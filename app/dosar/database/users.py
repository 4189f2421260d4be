"""The people who sign in, as far as records tell of them; :mod:`dosar.access` makes and keeps their table."""

from collections.abc import Iterable
from datetime import date
from typing import Any, cast

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Date,
    Integer,
    String,
    Table,
    bindparam,
    column,
    literal,
    or_,
    select,
    table,
    union,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class _OfTheGate(DeclarativeBase):
    """Tables that are not made here."""


class User(_OfTheGate):
    """Somebody who signs in: whom a record or a team points to, and what she is called."""

    __tablename__ = "ab_user"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    first_name: Mapped[str] = mapped_column(String(64))
    last_name: Mapped[str] = mapped_column(String(64))
    active: Mapped[bool | None] = mapped_column(Boolean)


user_table = cast(Table, User.__table__)

role_table = table("ab_role", column("id"), column("name"))
user_role_table = table("ab_user_role", column("user_id"), column("role_id"))
user_group_table = table("ab_user_group", column("user_id"), column("group_id"))
group_role_table = table("ab_group_role", column("group_id"), column("role_id"))
"""Who holds which role: as far as records ask."""

access_period_table = table(
    "dosar_access_period", column("user_id"), column("group_id"), column("since", Date), column("until", Date)
)
"""From when until when a user's account, or her place in a group, opens anything."""
ACCOUNT_ITSELF = 0
"""The group under which the days of an account stand."""
ON_DAY = "on_day"
"""The day, by the organisation's clock, for which a statement says who somebody is."""


def is_open_on_day(user_id: Any, group_id: Any = ACCOUNT_ITSELF, day: date | None = None) -> ColumnElement[bool]:
    """Whether the user's account, or her place in a group, is open on a day: without one, on that which is bound as
    :data:`ON_DAY`."""
    days, on = access_period_table.alias(), bindparam(ON_DAY, type_=Date) if day is None else literal(day, Date)
    closed = select(days.c.user_id).where(
        days.c.user_id == user_id, days.c.group_id == group_id, or_(days.c.since > on, days.c.until < on)
    )
    return ~closed.exists()


def role_holders(roles: Iterable[str], day: date) -> ColumnElement[int]:
    """The users who hold one of these roles on a day, by themselves or through a group."""
    held = select(role_table.c.id).where(role_table.c.name.in_(sorted(roles)))
    by_group = (
        select(user_group_table.c.user_id)
        .join(group_role_table, group_role_table.c.group_id == user_group_table.c.group_id)
        .where(
            group_role_table.c.role_id.in_(held),
            is_open_on_day(user_group_table.c.user_id, user_group_table.c.group_id, day),
        )
    )
    directly = select(user_role_table.c.user_id).where(user_role_table.c.role_id.in_(held))
    return union(directly, by_group).scalar_subquery()
