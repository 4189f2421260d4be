"""What is done with data that were brought back, before anybody comes in."""

from typing import Any

from sqlalchemy import delete

from dosar.access.services import AccessServices
from dosar.access.tables import session_table


def settle_restored(application: Any) -> None:
    """Sign out everybody who was signed in when the back-up was made."""
    services: AccessServices = application.extensions["dosar_access"]
    with services.store.writing() as session:
        session.execute(delete(session_table))
    services.store.session.remove()
