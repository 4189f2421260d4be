"""Nothing is written but inside :meth:`dosar.database.store.Store.writing`, where one's turn has come."""

import threading
from typing import Any

from sqlalchemy import event
from sqlalchemy.orm import ORMExecuteState, Session, sessionmaker


def refuse_unannounced(sessions: sessionmaker[Session], announced: threading.local) -> None:
    """Let these sessions write only inside :meth:`dosar.database.store.Store.writing`.

    The listeners do not know the store: they live as long as the class of these sessions, and would keep it, with
    every mapped class, alive after the store is closed.
    """

    def require_announced() -> None:
        if not getattr(announced, "writing", False):
            raise RuntimeError("Write inside `with store.writing():`.")

    @event.listens_for(sessions, "before_flush")
    def before_flush(*_: Any) -> None:
        require_announced()

    @event.listens_for(sessions, "do_orm_execute")
    def before_statement(state: ORMExecuteState) -> None:
        if state.is_insert or state.is_update or state.is_delete:
            require_announced()
