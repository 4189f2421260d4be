"""Looking for damage before anybody meets it: soon after the start, and weekly while Dosar runs.

The look takes 5 ms for each megabyte, beside the pages, so no start waits for it.
"""

from collections.abc import Callable
from threading import Thread

from dosar.database.store import Store
from dosar.database.store_errors import StoreError

FIRST_SECONDS = 5.0
WEEK_SECONDS = 7 * 24 * 3600.0
AGAIN_SECONDS = 10 * 60.0
"""When somebody held the file, and nothing could be looked at."""


def watch_integrity(store: Store, tell: Callable[[StoreError], None]) -> None:
    """Look for damage from now on, in the background; ``tell`` is called when there is some."""
    Thread(target=_look_weekly, args=(store, tell), daemon=True).start()


def _look_weekly(store: Store, tell: Callable[[StoreError], None]) -> None:
    wait = FIRST_SECONDS
    while not store.closed.wait(wait):
        try:
            damage, wait = store.look_for_damage(), WEEK_SECONDS
        except StoreError:
            wait = AGAIN_SECONDS
            continue
        if damage is not None:
            tell(damage)
