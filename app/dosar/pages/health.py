"""Whether Dosar answers, and which one: a second start on the same data folder asks. And whether it can be worked with:
what watches over a server asks."""

import time
from dataclasses import dataclass, field
from threading import Lock

from flask import Response, current_app
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from dosar.access.appbuilder.view import PageView
from dosar.access.authorization import PUBLIC_ACCESS, page_route
from dosar.access.services import access_services
from dosar.access.tables import setting_table
from dosar.database.store import Store
from dosar.database.store_errors import StoreError

READY, NO_DATABASE = "ready", "database"
NOT_READY_STATUS = 503
LOOK_SECONDS = 1.0
"""An answer holds for so long, however many ask."""
PATIENCE_SECONDS = 5.0
"""A database that has said nothing for so long does not answer."""


@dataclass
class Readiness:
    """Whether the database answers: one look at a time, so that a silent one holds up one page and not all of them."""

    word: str = NO_DATABASE
    _looked: float = float("-inf")
    _began: float = float("-inf")
    _turn: Lock = field(default_factory=Lock)

    def look(self, store: Store) -> str:
        """The word of this moment."""
        now = time.monotonic()
        if now - self._looked < LOOK_SECONDS:
            return self.word
        if not self._turn.acquire(blocking=False):
            return self.word if now - self._began < PATIENCE_SECONDS else NO_DATABASE
        try:
            self._began = now
            self.word = READY if _answers(store) else NO_DATABASE
            self._looked = time.monotonic()
            return self.word
        finally:
            self._turn.release()


def _answers(store: Store) -> bool:
    try:
        with store.snapshot() as connection:
            connection.execute(select(setting_table.c.key).limit(1)).all()
    except (StoreError, SQLAlchemyError):
        return False
    return True


class HealthPage(PageView):
    """One line for programs; nothing in it is a secret."""

    @page_route("/health", PUBLIC_ACCESS)
    def health(self) -> Response:
        return Response(current_app.config.get("INSTANCE", ""), mimetype="text/plain")

    @page_route("/ready", PUBLIC_ACCESS)
    def ready(self) -> Response:
        readiness: Readiness = current_app.extensions.setdefault("dosar_readiness", Readiness())
        word = readiness.look(access_services().store)
        return Response(f"{word}\n", 200 if word == READY else NOT_READY_STATUS, mimetype="text/plain")
