"""A database that was closed is let go of, with the classes of its records: many are opened one after the other."""

import gc
from pathlib import Path
from weakref import ref

from dosar.database.store import Store
from dosar.records.repository import Repository
from tests import memory
from tests.applications import opened_app
from tests.databases import KEY, fresh_store
from tests.organisations import CASE, MENU, ROLES
from tests.records.offices import definition


def test_nothing_holds_what_was_closed(tmp_path: Path) -> None:
    with fresh_store("sqlite", tmp_path) as store:
        held = ref(store), ref(_class_of_a_record(store))
    del store
    memory.forget_tables()
    for _ in range(2):  # the listeners go with the class of the sessions, and only then what they listened for
        gc.collect()
    assert [reference() for reference in held] == [None, None]


def test_nothing_holds_an_application_that_was_closed(tmp_path: Path) -> None:
    """Those who open many, as the tests do, would run out of memory."""
    (tmp_path / "forms").mkdir()
    for name, contents in {"case": CASE, "roles": ROLES, "menu": MENU}.items():
        (tmp_path / f"forms/{name}.yaml").write_text(contents, encoding="utf-8")
    app, _ = opened_app(tmp_path / "data", KEY, forms=tmp_path / "forms")
    store = app.extensions["dosar_repository"].store
    store.close()
    held = ref(app), ref(store)
    del app, store
    memory.forget_tables()
    for _ in range(2):
        gc.collect()
    assert [reference() for reference in held] == [None, None]


def _class_of_a_record(store: Store) -> type:
    return next(iter(Repository(store, definition()).tables.classes().values()))
