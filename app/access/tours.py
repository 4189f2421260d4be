"""Who has read the three cards of the first day."""

from typing import Any

from sqlalchemy import insert, select

from app.access.guarded import Guarded
from app.access.tables import setting_table


def has_seen(guarded: Guarded, user_id: int) -> bool:
    """Whether this user put the cards away."""
    found: Any = guarded.session.scalar(select(setting_table.c.key).where(setting_table.c.key == _key(user_id)))
    return found is not None


def put_away(guarded: Guarded, user_id: int) -> None:
    """Do not show them again."""
    with guarded.store.writing() as session:
        if not has_seen(guarded, user_id):
            session.execute(insert(setting_table).values(key=_key(user_id), value="seen"))


def _key(user_id: int) -> str:
    return f"tour.{user_id}"
