"""Putting an organisation into service: store, forms, tables, people, application."""

from datetime import date
from pathlib import Path
from secrets import token_hex
from typing import Any

from flask import Flask
from sqlalchemy import insert, inspect, select
from sqlalchemy.exc import OperationalError

import app.fields  # noqa: F401 - tells the language its kinds of question
from app import create_app
from app.access.install import install
from app.access.organisation import Organisation, read_organisation
from app.access.permissions import sync_permissions
from app.access.tables import setting_table
from app.access.time_zones import day_of
from app.language.finding import Finding
from app.records.founded import has_people, mark_founded, require_its_people
from app.records.loose_files import clear_loose_files
from app.records.store import Store
from app.records.system import now
from app.records.trouble import Trouble
from app.records.upgrade import Opened, open_forms

SECRET = "secret"


def opened_app(
    data: Path, forms: Path, key: bytes | None, url: str | None = None, demo: bool = False,
    today: date | None = None, **config: Any,
) -> tuple[Flask, list[Finding]]:
    """The application on this data and these forms, and what is wrong in the form files."""
    store = open_store(data, key, url)
    opened = prepared(store, forms)
    with store.writing() as session:
        clear_loose_files(session.connection())
    application = create_app(store, opened, _secret_key(store), data, **config)
    findings = opened.findings
    if demo and not application.extensions["dosar_access"].is_set_up():
        from app.demo import fill

        findings = [*findings, *fill(application, forms, today or day_of(now(), organisation_of(store).zone))]
    if has_people(store):
        mark_founded(data)
    store.learn()
    application.extensions["dosar_access"].permissions.warm()
    return application, findings


def open_store(data: Path, key: bytes | None, url: str | None = None) -> Store:
    """The database at ``url``, or else the one in the folder. Raises :class:`Trouble`, also for one that lost its
    people."""
    store = open_any_store(data, key, url)
    try:
        require_its_people(store, data)
    except Trouble:
        store.close()
        raise
    return store


def open_any_store(data: Path, key: bytes | None, url: str | None = None) -> Store:
    """The same, an empty one too: what a copy is written to. Raises :class:`Trouble`."""
    try:
        return Store.open(data, url, key)
    except OperationalError:
        raise Trouble(
            "The database that DATABASE_URL names does not answer. Check that it runs, and the server, name "
            "and password in DATABASE_URL."
        ) from None


def prepared(store: Store, forms: Path, converting: bool = False) -> Opened:
    """The database made ready for these forms and their roles, in one transaction."""
    with store.writing() as session:
        install(session.connection())
        opened = open_forms(store, forms, converting)
        sync_permissions(session, opened.definition.roles, opened.definition.forms)
    return opened


def organisation_of(store: Store) -> Organisation:
    """What the organisation says of itself; an empty database says nothing."""
    with store.snapshot() as connection:
        is_there = inspect(connection).has_table(setting_table.name)
        return read_organisation(connection) if is_there else Organisation()


def _secret_key(store: Store) -> str:
    """The secret that signs tokens: made once, kept in the encrypted database."""
    with store.writing() as session:
        kept = session.scalar(select(setting_table.c.value).where(setting_table.c.key == SECRET))
        if kept is None:
            kept = token_hex(32)
            session.execute(insert(setting_table).values(key=SECRET, value=kept))
    return str(kept)
