"""Events of readings, committed before the answer leaves: those that wait meanwhile go along in one transaction.

A commit waits for the disk. While one request waits for it, others come with their events; the next of them
takes all along, so eight readers wait for two commits and not for eight.
"""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from threading import Lock
from typing import Any

from dosar.database.audit.chain import AuditEvent
from dosar.database.audit.trail import queue_events


@dataclass
class _Waiting:
    events: Sequence[AuditEvent]
    is_done: bool = False
    failed: Exception | None = None


class AuditWriter:
    """The one place through which readings come into the audit log."""

    def __init__(self, writing: Callable[[], AbstractContextManager[Any]]) -> None:
        self._writing = writing
        self._guard, self._turn = Lock(), Lock()
        self._queue: list[_Waiting] = []

    def commit(self, events: Sequence[AuditEvent]) -> None:
        """Returns when the events are kept for good; the caller's session must hold no connection any more.

        Raises what the database raised.
        """
        mine = _Waiting(events)
        with self._guard:
            self._queue.append(mine)
        with self._turn:
            if not mine.is_done:
                self._commit_waiting()
        if mine.failed is not None:
            raise mine.failed

    def _commit_waiting(self) -> None:
        with self._guard:
            batch, self._queue = self._queue, []
        failed: Exception | None = None
        try:
            with self._writing() as session:
                for waiting in batch:
                    queue_events(session, waiting.events)
        except Exception as error:  # whoever waits must hear of it
            failed = error
        for waiting in batch:
            waiting.is_done, waiting.failed = True, failed
