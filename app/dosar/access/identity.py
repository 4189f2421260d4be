"""Who somebody is: her account, the roles she holds, and who is in her teams."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, String, bindparam, cast, func, select

from dosar.access.tables import role_table, user_group_table, user_role_table, user_table


@dataclass(frozen=True)
class Identity:
    """An open account, as the database describes it at this moment."""

    user_id: int
    user_name: str
    name: str
    language: str | None
    roles: frozenset[str]
    colleagues: frozenset[int]
    """The members of the teams she is in."""


def identity_columns(user_id: ColumnElement[Any]) -> tuple[ColumnElement[Any], ...]:
    """What a statement selects, beside ``ab_user``, for :func:`identity_in_row` to read.

    ``user_id`` is a column of the statement.
    """
    mine, theirs = user_group_table.alias("mine"), user_group_table.alias("theirs")
    roles = (
        select(func.aggregate_strings(role_table.c.name, ","))
        .join(user_role_table, user_role_table.c.role_id == role_table.c.id)
        .where(user_role_table.c.user_id == user_id)
        .scalar_subquery()
    )
    colleagues = (
        select(func.aggregate_strings(cast(theirs.c.user_id, String), ","))
        .join(mine, mine.c.group_id == theirs.c.group_id)
        .where(mine.c.user_id == user_id)
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
    )


def identity_in_row(row: Any, user_id: int) -> Identity:
    """The identity in a row of :func:`identity_columns`."""
    return Identity(
        user_id=user_id,
        user_name=row.username,
        name=f"{row.first_name} {row.last_name}".strip(),
        language=row.locale,
        roles=frozenset((row.roles or "").split(",")) - {""},
        colleagues=frozenset(int(member) for member in (row.colleagues or "").split(",") if member),
    )


def find_identity(session: Any, user_id: int) -> Identity | None:
    """The identity of the account with this number; none if it is closed or was never there."""
    row = session.execute(_ACTIVE_IDENTITY_QUERY, {"user_id": user_id}).one_or_none()
    return identity_in_row(row, user_id) if row else None


_ACTIVE_IDENTITY_QUERY = select(*identity_columns(user_table.c.id)).where(
    user_table.c.id == bindparam("user_id"), user_table.c.active.is_(True)
)
