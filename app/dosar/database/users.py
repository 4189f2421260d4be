"""The people who sign in, as far as records tell of them; :mod:`dosar.access` makes and keeps their table."""

from collections.abc import Iterable
from typing import cast

from sqlalchemy import Boolean, ColumnElement, Integer, String, Table, column, select, table, union
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


def role_holders(roles: Iterable[str]) -> ColumnElement[int]:
    """The users who hold one of these roles, by themselves or through a group."""
    held = select(role_table.c.id).where(role_table.c.name.in_(sorted(roles)))
    by_group = (
        select(user_group_table.c.user_id)
        .join(group_role_table, group_role_table.c.group_id == user_group_table.c.group_id)
        .where(group_role_table.c.role_id.in_(held))
    )
    directly = select(user_role_table.c.user_id).where(user_role_table.c.role_id.in_(held))
    return union(directly, by_group).scalar_subquery()
