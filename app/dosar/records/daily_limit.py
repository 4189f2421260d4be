"""How often somebody may ask something in a day; the same question again counts once."""

from collections.abc import Callable, Hashable
from datetime import date
from threading import Lock

from dosar.database.system_tables import utc_now


class DailyLimit:
    """Counts the different questions of each worker in a day. Kept in memory, as numbers that tell nothing of them."""

    def __init__(self, most: int, today: Callable[[], date] = lambda: utc_now().date()) -> None:
        self._most = most
        self._today = today
        self._day = today()
        self._asked: dict[int | None, set[int]] = {}
        self._lock = Lock()

    def allows(self, worker_id: int | None, question: Hashable) -> bool:
        """Whether the worker may still ask this today; it counts from now on."""
        with self._lock:
            if self._day != self._today():
                self._day, self._asked = self._today(), {}
            asked = self._asked.setdefault(worker_id, set())
            number = hash(question)
            if number not in asked and len(asked) >= self._most:
                return False
            asked.add(number)
            return True
