"""The search for garbage, which costs a start more than it finds."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def garbage_collection_paused() -> Iterator[None]:
    """What is made inside is never looked through for garbage: that would take a third of the start, and later
    hold up a page for a fifth of a second."""
    gc.disable()
    try:
        yield
        gc.freeze()
    finally:
        gc.enable()
