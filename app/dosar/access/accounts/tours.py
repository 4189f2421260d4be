"""Who has read the three cards of the first day."""

from dosar.access.organisation.settings import wanted_settings, write_setting
from dosar.access.services import AccessServices
from dosar.database.joint_reads import Wanted


def wanted_tour(user_id: int) -> Wanted[bool]:
    """Whether this user put the cards away."""
    return wanted_settings(_tour_setting(user_id)).then(lambda found: any(found.values()))


def dismiss_tour(services: AccessServices, user_id: int) -> None:
    """Do not show them again."""
    with services.store.writing() as session:
        write_setting(session, _tour_setting(user_id), "seen")


def _tour_setting(user_id: int) -> str:
    return f"tour.{user_id}"
