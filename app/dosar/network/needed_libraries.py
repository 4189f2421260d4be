"""What Dosar speaks with servers through, imported once a server is asked: most organisations have a stick."""

from collections.abc import Iterator
from contextlib import contextmanager

from dosar.database.store_errors import StoreError
from dosar.language.text.message import msgid

NO_LIBRARY = msgid(
    "This Dosar was installed without what speaks with servers. Let your administrator install it: "
    "pip install 'dosar[remote]'"
)


@contextmanager
def needing_libraries(trouble: type[StoreError]) -> Iterator[None]:
    """Around their import. Raises this trouble where they are not installed."""
    try:
        yield
    except ImportError:
        raise trouble(NO_LIBRARY) from None
