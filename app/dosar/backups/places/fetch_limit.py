"""How much of a disk may be taken by what a place sends: a server, or a stick, may send without end."""

import shutil
from pathlib import Path

from dosar.database.store_errors import StoreError
from dosar.long_work.disk_room import SPARE_BYTES


class FetchLimit:
    """What was free beside the file when it was begun, but for what stays free: half of it where that is little."""

    def __init__(self, target: Path) -> None:
        self._folder = target.parent
        free = shutil.disk_usage(self._folder).free
        self._most = max(free - SPARE_BYTES, free // 2)

    def require(self, size: int) -> None:
        """Raises :class:`StoreError` where the file is larger than that: the data beside it want to be written, too."""
        if size > self._most:
            raise StoreError(
                "There is no room in %(folder)s for what comes from the place of the back-ups (%(megabytes)s MB and "
                "more). Make room, and look whether it is the right place.",
                folder=self._folder,
                megabytes=self._most // 1_000_000,
            )
