"""Who has read the three cards of the first day."""

from typing import Any

from sqlalchemy import insert, select

from dosar.access.services import AccessServices
from dosar.access.tables import setting_table


def has_seen_tour(services: AccessServices, user_id: int) -> bool:
    """Whether this user put the cards away."""
    found: Any = services.session.scalar(
        select(setting_table.c.key).where(setting_table.c.key == _tour_setting(user_id))
    )
    return found is not None


def dismiss_tour(services: AccessServices, user_id: int) -> None:
    """Do not show them again."""
    with services.store.writing() as session:
        if not has_seen_tour(services, user_id):
            session.execute(insert(setting_table).values(key=_tour_setting(user_id), value="seen"))


def _tour_setting(user_id: int) -> str:
    return f"tour.{user_id}"
