"""Whose turn it is to write.

SQLite lets one connection write at a time, and lets the others sleep and retry by chance: with eight
people saving at once some waited two seconds. Here they stand in a queue, in the order they came.
"""

from collections import deque
from threading import Lock, get_ident


class WriteQueue:
    """A lock that serves those who wait in the order they came.

    It may be left by another thread than took it: a forgotten connection is cleaned up anywhere.
    """

    def __init__(self) -> None:
        self._guard = Lock()
        self._queue: deque[tuple[Lock, int]] = deque()
        self._writer: int | None = None

    def mine(self) -> bool:
        """Whether this thread is the one writing."""
        return self._writer == get_ident()

    def take(self, seconds: float) -> bool:
        """Wait for the turn; false when it did not come in time."""
        with self._guard:
            if self._writer is None:
                self._writer = get_ident()
                return True
            called = Lock()
            called.acquire()
            waiting = (called, get_ident())
            self._queue.append(waiting)
        if called.acquire(timeout=seconds):
            return True
        with self._guard:
            if waiting not in self._queue:
                return True  # called at the very moment of giving up
            self._queue.remove(waiting)
            return False

    def leave(self) -> None:
        """Let the next one write."""
        with self._guard:
            if not self._queue:
                self._writer = None
                return
            called, self._writer = self._queue.popleft()
            called.release()
