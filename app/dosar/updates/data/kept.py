"""The data as they were before a new version of Dosar opened them first: kept beside them until its first good day.

A new version may write the whole database anew, and the old one could not read it then. So whatever opens data that
another version worked on last keeps a copy of that moment, counted table by table; the way back is to put it in place
again. It is opened by the same key, and lies on the same disk: it is no back-up.
"""

import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from dosar.database.atomic_files import sync_folder, sync_tree, write_atomically
from dosar.database.copies_folder import BEFORE_UPDATE_FOLDER
from dosar.database.sqlite_store import SqliteStore, refusals_in_words
from dosar.language.text.message import Message, msgid
from dosar.long_work.disk_room import disk_errors_in_words
from dosar.long_work.progress import Progress
from dosar.updates.data.row_checks import RowDifference
from dosar.updates.programs.program import running_version
from dosar.updates.programs.trial import has_lasted_a_day

FACTS_FILE = "kept.json"
DRAFT_FOLDER, GONE_FOLDER = ".before-update", ".before-update-gone"
LONGEST = timedelta(days=30)
"""Nobody goes back after a month; and the copy holds also whoever was erased since."""
EPOCH = datetime(1970, 1, 1)
"""From here on disks count, in UTC."""
NO_ROOM_TO_KEEP = msgid(
    "There is no room in %(folder)s to keep the data as they were before the update: that takes the room of the "
    "database once more. Make room, and start Dosar again."
)
KEEPING = "keep"
"""The step that is told."""


@dataclass(frozen=True)
class KeptData:
    """What is kept, and what became of the upgrade."""

    version: str
    """The version that worked on the data last; empty where it said nothing."""
    to: str
    """The version that opened them then."""
    moment: str
    """When, UTC."""
    format: int
    rows: Mapping[str, int] = field(default_factory=dict)
    is_checked: bool = False
    """Whether the data were looked through after the upgrade."""
    differences: Sequence[tuple[str, int, int]] = ()
    """Tables that had other numbers of rows afterwards: before, after."""
    is_damaged: bool = False
    """Whether a part of the database could not be read afterwards."""
    came_up_at: str = ""
    """When somebody could work with the new version first, UTC."""
    has_worked: bool = False

    @property
    def is_good(self) -> bool:
        """Whether everything was there after the upgrade."""
        return self.is_checked and not self.differences and not self.is_damaged

    def troubles(self) -> Iterator[Message]:
        """What was not as it should be after the upgrade, in words."""
        if self.is_damaged:
            yield Message("After the update a part of the database cannot be read.")
        for difference in self.differences:
            yield RowDifference(*difference).message


def kept_folder(data: Path) -> Path:
    """Where it lies."""
    return data / BEFORE_UPDATE_FOLDER


def read_kept(data: Path) -> KeptData | None:
    """What is kept beside these data; None where nothing is, or where what is said of it cannot be read."""
    with suppress(OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return _kept_of(json.loads((kept_folder(data) / FACTS_FILE).read_text("utf-8")))
    return None


def read_kept_for_this(data: Path) -> KeptData | None:
    """What is kept of before this version opened the data; None where another one did, or nothing is kept."""
    kept = read_kept(data)
    return kept if kept is not None and kept.to == running_version() else None


def _kept_of(told: Any) -> KeptData:
    """Whatever a later version has written beside is left out: the version before reads what the new one kept."""
    known = {each.name: told[each.name] for each in fields(KeptData) if each.name in told}
    kept = KeptData(
        **known
        | {
            "rows": {str(name): int(rows) for name, rows in told["rows"].items()},
            "differences": tuple((str(name), int(before), int(after)) for name, before, after in told["differences"]),
        }
    )
    if any(datetime.fromisoformat(told).tzinfo for told in (kept.moment, kept.came_up_at or kept.moment)):
        raise ValueError
    return kept


def keep_before_update(store: SqliteStore, data: Path, version: str, moment: datetime, tell: Progress) -> KeptData:
    """Keep the open data as they are now, and as ``version`` left them; what was kept before them goes. Raises
    :class:`~dosar.database.store_errors.StoreError`."""
    from dosar.backups.making.snapshot import take_snapshot  # all that a start reads, before its address answers

    draft = data / DRAFT_FOLDER
    _clear(data)
    tell(KEEPING, 0.0)
    try:
        with disk_errors_in_words(data, NO_ROOM_TO_KEEP), refusals_in_words():
            draft.mkdir(mode=0o700)
            snapshot = take_snapshot(store, store.master_key, draft, lambda step, done: tell(KEEPING, done))
            rows = {name: found.rows for name, found in snapshot.contents.items()}
            kept = KeptData(version, running_version(), moment.isoformat(), snapshot.format, rows)
            _write(draft, kept)
            _put_in_place(data, draft)
    except BaseException:
        _clear(data)
        raise
    tell(KEEPING, 1.0)
    return kept


def note_kept(data: Path, **changes: Any) -> None:
    """Note what came of the upgrade; nothing where nothing is kept. Raises
    :class:`~dosar.database.store_errors.StoreError`: who works on without that would be told later that her own work
    was a fault of the update."""
    with disk_errors_in_words(data, NO_ROOM_TO_KEEP):
        _change(data, changes)


def change_kept(data: Path, **changes: Any) -> None:
    """Note what is known since, unless the disk takes nothing: then it is noted another time."""
    with suppress(OSError):
        _change(data, changes)


def _change(data: Path, changes: Mapping[str, Any]) -> None:
    kept = read_kept(data)
    if kept is not None and replace(kept, **changes) != kept:
        _write(kept_folder(data), replace(kept, **changes))


def remove_kept(data: Path) -> bool:
    """There is no way back from now on; whether there was one."""
    folder = kept_folder(data)
    if not folder.exists():
        return False
    _move_away(data, folder)
    _clear(data)
    return True


def end_keeping(data: Path, now: datetime) -> bool:
    """After a good day, and in any case after a month, nothing is kept any more; whether this was the moment."""
    kept = read_kept(data)
    if kept is None:
        return _is_old(kept_folder(data), now) and remove_kept(data)
    since = datetime.fromisoformat(kept.came_up_at or kept.moment)
    is_over = (kept.is_good and has_lasted_a_day(kept.came_up_at, kept.has_worked, now)) or now - since >= LONGEST
    return is_over and remove_kept(data)


def _is_old(folder: Path, now: datetime) -> bool:
    """Whether a copy of which nothing is known any more has lain there for a month, by the disk's word."""
    with suppress(OSError):
        return now - (EPOCH + timedelta(seconds=folder.stat().st_mtime)) >= LONGEST
    return False


def _write(folder: Path, kept: KeptData) -> None:
    write_atomically(folder / FACTS_FILE, json.dumps(asdict(kept), indent=1) + "\n")


def _put_in_place(data: Path, draft: Path) -> None:
    sync_tree(draft)
    if kept_folder(data).exists():
        _move_away(data, kept_folder(data))
    draft.rename(kept_folder(data))
    sync_folder(data)
    _clear(data)


def _move_away(data: Path, folder: Path) -> None:
    """Under another name first: what is half removed is not kept."""
    shutil.rmtree(data / GONE_FOLDER, ignore_errors=True)
    folder.rename(data / GONE_FOLDER)
    sync_folder(data)


def _clear(data: Path) -> None:
    for name in (DRAFT_FOLDER, GONE_FOLDER):
        shutil.rmtree(data / name, ignore_errors=True)
