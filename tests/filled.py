"""The demo cases in a database: filling one takes many seconds, a copy of a filled one is made at once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import Flask

from dosar.access.appbuilder.install import create_access_tables
from dosar.migrations.system_migrations import make_own_tables
from tests.applications import opened_app
from tests.databases import Place, new_place, place_at
from tests.days import today_here
from tests.whole_run import made_once, shared_folder


@contextmanager
def opened_at(place: Place, data: Path, demo: bool = True) -> Iterator[Flask]:
    """Dosar on this database, filled with the demo cases if it is empty and is to be."""
    app, findings = opened_app(place.data or data, place.key, place.url, demo=demo, today=today_here())
    assert not findings, "\n".join(str(found) for found in findings)
    yield app
    app.extensions["dosar_repository"].store.close()


def filled_place(database: str) -> Place:
    """A database of this kind with the demo cases, which nobody has open: filled once in a run, to be copied."""
    return place_at(made_once(f"filled-{database}", lambda: _filled(database)))


def _filled(database: str) -> str:
    place = new_place(database, shared_folder())
    with opened_at(place, shared_folder()):
        return place.address


def founded_place(database: str) -> Place:
    """A database of this kind in which nothing is kept yet, and nobody has open: its tables are made once in a run."""
    return place_at(made_once(f"founded-{database}", lambda: _founded(database)))


def _founded(database: str) -> str:
    place = new_place(database, shared_folder())
    store = place.open()
    with store.writing() as session:
        create_access_tables(session.connection())
        make_own_tables(session.connection())
    store.close()
    return place.address
