"""Whether this start may begin an organisation: only where nobody knows of one, or somebody says so."""

from pathlib import Path
from typing import TYPE_CHECKING

from dosar.cli.places import Places, database_url
from dosar.database.installation.installation_marker import (
    begin_anew,
    is_founded,
    lost_database,
    lost_people,
    may_begin,
)
from dosar.database.keys.key_file import has_database, knows_folder

if TYPE_CHECKING:
    from flask import Flask

    from dosar.access.services import AccessServices


def may_start_empty(places: Places, data: Path, demo: bool, new_organisation: bool) -> bool:
    """Whether an empty database is no wonder; asked before a key is made. A demo is filled as often as one likes.

    Raises :class:`StoreError` for a file that is missing or empty and should not be, before one is made in its place.
    """
    is_there = not database_url() and has_database(data)
    if demo and not new_organisation and not is_there and not database_url() and is_founded(data):
        raise lost_people(data)
    begins = demo or new_organisation or may_begin(data, is_there or knows_folder(data, places.key_file))
    if not begins and not is_there and not database_url():
        raise lost_database(data)
    return begins


def forget_organisation(data: Path, key: bytes) -> None:
    """Let a new organisation begin in the empty database. Raises :class:`StoreError` for one that is not empty."""
    from dosar.database.keys.key_check import open_store_or_empty

    store = open_store_or_empty(data, key, database_url())
    try:
        begin_anew(store, data)
    finally:
        store.close()


def set_up_code(app: "Flask") -> str | None:
    """What the first administrator must type; None where there are people."""
    services: AccessServices = app.extensions["dosar_access"]
    with app.app_context():
        return None if services.is_set_up() else services.set_up_code.shown


def first_telephone_code(app: "Flask") -> str | None:
    """What lets the first telephone of all be connected; None where there is one, and in the demo."""
    from dosar.access.recovery.first_telephone import has_no_telephone_at_all

    services: AccessServices = app.extensions["dosar_access"]
    with app.app_context():
        is_needed = not services.is_demo() and has_no_telephone_at_all(services)
        return services.set_up_code.shown if is_needed else None


def is_demo(app: "Flask") -> bool:
    """Whether the accounts are those of the demo: an organisation that is started with ``--demo`` has others."""
    services: AccessServices = app.extensions["dosar_access"]
    with app.app_context():
        return services.is_demo()
