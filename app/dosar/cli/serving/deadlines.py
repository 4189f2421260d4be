"""After midnight, what is due is reckoned anew: some rules go with the day, and places in teams end."""

from logging import getLogger
from threading import Thread

from flask import Flask

from dosar.access.services import AccessServices
from dosar.records.repository import Repository

log = getLogger(__name__)

LOOK_SECONDS = 60.0


def watch_deadlines(app: Flask) -> None:
    """Look every minute whether a new day has begun, until the data are closed."""
    Thread(target=_look_on, args=(app,), daemon=True).start()


def _look_on(app: Flask) -> None:
    services: AccessServices = app.extensions["dosar_access"]
    repository: Repository = app.extensions["dosar_repository"]
    store = repository.store
    while not store.closed.wait(LOOK_SECONDS):
        try:
            repository.reckon_deadlines(services.today())
        except Exception as error:  # the next look may succeed; without this thread nobody would be told
            if not store.closed.is_set():
                log.error("What is due could not be reckoned just now: %s", type(error).__name__)
        finally:
            store.session.remove()
