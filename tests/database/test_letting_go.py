"""A database that was closed is let go of, with the classes of its records: many are opened one after the other."""

import gc
from pathlib import Path
from weakref import ref

from dosar.database.store import Store
from dosar.records.repository import Repository
from tests.databases import fresh_store
from tests.records.offices import definition


def test_nothing_holds_what_was_closed(tmp_path: Path) -> None:
    with fresh_store("sqlite", tmp_path) as store:
        held = ref(store), ref(_class_of_a_record(store))
    del store
    for _ in range(2):  # the listeners go with the class of the sessions, and only then what they listened for
        gc.collect()
    assert [reference() for reference in held] == [None, None]


def _class_of_a_record(store: Store) -> type:
    return next(iter(Repository(store, definition()).tables.classes().values()))
