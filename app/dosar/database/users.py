"""The people who sign in, as far as records tell of them; :mod:`dosar.access` makes and keeps their table."""

from typing import cast

from sqlalchemy import Boolean, Integer, String, Table, column, table
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
