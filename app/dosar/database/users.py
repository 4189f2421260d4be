"""The people who sign in, as far as records tell of them; :mod:`dosar.access` makes and keeps their table."""

from typing import cast

from sqlalchemy import Boolean, Integer, String, Table
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
