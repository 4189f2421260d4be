"""Who has read the three cards of the first day."""

from dosar.access.organisation.settings import query_settings, write_setting
from dosar.access.services import AccessServices
from dosar.database.joint_reads import DeferredRead


def query_tour(user_id: int) -> DeferredRead[bool]:
    """Whether this user put the cards away."""
    return query_settings(_tour_setting(user_id)).then(lambda found: any(found.values()))


def dismiss_tour(services: AccessServices, user_id: int) -> None:
    """Do not show them again."""
    with services.store.writing() as session:
        write_setting(session, _tour_setting(user_id), "seen")


def _tour_setting(user_id: int) -> str:
    return f"tour.{user_id}"
