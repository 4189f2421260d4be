"""Waiting for what happens beside the test, in another thread or program."""

import time
from collections.abc import Callable

STEP = 0.01


def is_soon(happens: Callable[[], bool], seconds: float = 180) -> bool:
    """Whether it happens within so long."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if happens():
            return True
        time.sleep(STEP)
    return False
