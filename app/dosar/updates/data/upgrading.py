"""What stands around every upgrade of a database: kept before, and looked through afterwards."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import inspect

from dosar.access.organisation.settings import read_setting, write_setting
from dosar.access.tables import setting_table
from dosar.database.installation.installation_marker import is_used
from dosar.database.sqlite_store import SqliteStore
from dosar.database.store import Store
from dosar.database.store_errors import StoreBusy
from dosar.database.system_tables import utc_now
from dosar.language.text.message import msgid
from dosar.long_work.progress import Progress
from dosar.updates.data.kept import KeptData, keep_before_update, note_kept, read_kept, remove_kept
from dosar.updates.data.row_checks import count_rows, row_differences
from dosar.updates.programs.program import running_version

PROGRAM_SETTING = "program.version"
"""Which version worked on the data last."""
KEEPING = msgid("The data are being kept as they were before the update.")
CHECKING = msgid("The data are being compared with those of before the update.")


def kept_for_upgrade(store: Store, tell: Progress) -> KeptData | None:
    """Keep the data where another version worked on them last; None where this one did, or where there is nothing to
    keep. Raises :class:`~dosar.database.store_errors.StoreError`: then nothing is upgraded."""
    if not isinstance(store, SqliteStore) or store.data_folder is None or not is_used(store):
        return None
    data, last = store.data_folder, _last_version(store)
    if last != running_version():
        return keep_before_update(store, data, last, utc_now(), lambda _, done: tell(KEEPING, done))
    kept = read_kept(data)
    if kept is not None and kept.to != last:  # the data are those of before again
        remove_kept(data)
        return None
    return kept if kept is not None and not kept.is_checked else None


def is_first_start(store: Store) -> bool:
    """Whether another version worked on these data last."""
    return _last_version(store) != running_version()


def note_version(session: Any) -> None:
    """This version works on the data from now on; in the transaction that upgrades them."""
    if read_setting(session, PROGRAM_SETTING) != running_version():
        write_setting(session, PROGRAM_SETTING, running_version())


def check_upgrade(store: Store, kept: KeptData, renamed: Mapping[str, str], tell: Progress) -> None:
    """Compare the data with those that are kept, and note what is not as it should be: the upgrade is told as one that
    went wrong, with the way back."""
    assert isinstance(store, SqliteStore) and store.data_folder is not None
    tell(CHECKING, 0.0)
    with store.snapshot() as connection:
        now = count_rows(connection)
    found = [(each.table, each.before, each.after) for each in row_differences(kept.rows, now, renamed)]
    tell(CHECKING, 0.5)
    note_kept(store.data_folder, is_checked=True, differences=tuple(found), is_damaged=_is_damaged(store))
    tell(CHECKING, 1.0)


def _is_damaged(store: SqliteStore) -> bool:
    try:
        return store.look_for_damage() is not None
    except StoreBusy:  # looked for again soon after the start
        return False


def _last_version(store: Store) -> str:
    with store.snapshot() as connection:
        if not inspect(connection).has_table(setting_table.name):
            return ""
        return read_setting(connection, PROGRAM_SETTING)
