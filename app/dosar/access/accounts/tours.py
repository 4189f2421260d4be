"""Who has read the three cards of the first day."""

from dosar.access.organisation.settings import read_setting, write_setting
from dosar.access.services import AccessServices


def has_seen_tour(services: AccessServices, user_id: int) -> bool:
    """Whether this user put the cards away."""
    return bool(read_setting(services.session, _tour_setting(user_id)))


def dismiss_tour(services: AccessServices, user_id: int) -> None:
    """Do not show them again."""
    with services.store.writing() as session:
        write_setting(session, _tour_setting(user_id), "seen")


def _tour_setting(user_id: int) -> str:
    return f"tour.{user_id}"
