"""After midnight, what is due is reckoned anew: some rules go with the day, and places in teams end."""

from logging import getLogger
from threading import Thread

from flask import Flask

from dosar.access.services import AccessServices
from dosar.long_work.repeated_looks import look_until_closed
from dosar.records.repository import Repository

log = getLogger(__name__)

LOOK_SECONDS = 60.0


def watch_deadlines(app: Flask) -> None:
    """Look every minute whether a new day has begun, until the data are closed."""
    Thread(target=_look_on, args=(app,), daemon=True).start()


def _look_on(app: Flask) -> None:
    services: AccessServices = app.extensions["dosar_access"]
    repository: Repository = app.extensions["dosar_repository"]

    def look() -> None:
        try:
            repository.reckon_deadlines(services.today())
        finally:
            repository.session.remove()

    look_until_closed(
        repository.store.closed,
        lambda: LOOK_SECONDS,
        look,
        lambda error: log.error("What is due could not be reckoned just now: %s", type(error).__name__),
    )
