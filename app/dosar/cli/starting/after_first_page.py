"""What the page of the sign-in does without, made while somebody reads it and types."""

from threading import Timer
from typing import TYPE_CHECKING

from dosar.cli.starting.garbage import garbage_collection_paused

if TYPE_CHECKING:
    from dosar.records.repository import Repository

FIRST_PAGE_SECONDS = 1.0
"""Until then the processor is the first page's. Who asks for a record sooner has the tables made then."""


def make_tables_soon(repository: "Repository") -> None:
    """Have the classes of the forms ready before somebody has signed in."""
    timer = Timer(FIRST_PAGE_SECONDS, _make_tables, [repository])
    timer.daemon = True
    timer.start()


def _make_tables(repository: "Repository") -> None:
    with garbage_collection_paused():
        repository.make_tables()
