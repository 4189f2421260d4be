"""Wrong guesses at the passphrase: each costs longer than the one before, none keeps the right one out for long.

They are counted in memory, since the database is closed, and per address: an attacker elsewhere makes nobody here wait.
"""

from collections.abc import Callable
from threading import Lock
from time import monotonic

FREE_GUESSES = 5
LONGEST_WAIT = 60.0
FORGOTTEN_AFTER = 600.0
"""Seconds after which an address begins anew."""
MOST_ADDRESSES = 1000


class TooManyGuesses(Exception):
    """This address waits; ``seconds`` says how long."""

    def __init__(self, seconds: int) -> None:
        self.seconds = seconds
        super().__init__(f"{seconds} seconds")


class Guesses:
    """How many were wrong, by address."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._turn = Lock()
        self._wrong: dict[str, tuple[int, float]] = {}
        """Address → how many, and when the last one was."""

    def count(self, address: str) -> None:
        """One more, counted before it is tried. Raises :class:`TooManyGuesses`."""
        with self._turn:
            count, last = self._wrong.get(address, (0, 0.0))
            moment = self._clock()
            if count and moment - last >= FORGOTTEN_AFTER:
                count = 0
            wait = last + wait_after(count) - moment if count else 0.0
            if wait > 0:
                raise TooManyGuesses(int(wait) + 1)
            self._wrong.pop(address, None)
            self._wrong[address] = count + 1, moment
            while len(self._wrong) > MOST_ADDRESSES:
                del self._wrong[next(iter(self._wrong))]

    def forget(self, address: str) -> None:
        """It was right."""
        with self._turn:
            self._wrong.pop(address, None)


def wait_after(count: int) -> float:
    """Seconds until the next guess may come."""
    return 0.0 if count < FREE_GUESSES else min(2.0 ** min(count - FREE_GUESSES + 1, 10), LONGEST_WAIT)
