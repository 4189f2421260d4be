"""Putting an organisation into service: store, forms, tables, people, application."""

import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from secrets import token_hex
from typing import Any

from flask import Flask
from sqlalchemy import inspect

import dosar.fields  # noqa: F401 - tells the language its kinds of question
from dosar import create_app
from dosar.access.appbuilder.install import create_access_tables
from dosar.access.organisation.settings import (
    Organisation,
    is_demo_unfiled,
    is_marked_as_demo,
    mark_as_demo,
    read_organisation,
    read_setting,
    write_setting,
)
from dosar.access.organisation.time_zones import local_day
from dosar.access.roles.permissions import sync_permissions
from dosar.access.tables import setting_table
from dosar.backups.keeping.before_changes import back_up_before_changes
from dosar.backups.keeping.work import BackupWork
from dosar.backups.restoring.before_restore import KEPT_ASIDE_REMOVED_ACTION, remove_kept_aside
from dosar.backups.restoring.restore_work import RestoreWork
from dosar.backups.restoring.server_restoring import remove_kept_schemas
from dosar.backups.salvage.copy_work import CopyWork
from dosar.cli.console.locale import translate_message
from dosar.cli.console.troubles import translate_trouble
from dosar.database.audit.trail import add_event
from dosar.database.installation.installation_marker import (
    has_people,
    is_used,
    lost_database,
    mark_founded,
    require_people,
)
from dosar.database.keys.key_check import open_store_or_empty
from dosar.database.keys.old_key import OLD_KEY_REMOVED_ACTION, remove_old_databases
from dosar.database.store import Store
from dosar.database.store_errors import StoreError
from dosar.database.system_tables import utc_now
from dosar.language.load.finding import Finding
from dosar.language.text.message import Message, msgid
from dosar.long_work.progress import Progress, keep_silent
from dosar.migrations.folder_comparison import OpenedForms
from dosar.migrations.upgrade import open_forms
from dosar.pages.backups.backup_state import COPY, RESTORE, WORK
from dosar.records.erasure.erased_again import erase_again
from dosar.records.repository import Repository
from dosar.records.unsaved.unsaved_files import clear_unsaved_files
from dosar.updates.data.upgrading import check_upgrade, is_first_start, kept_for_upgrade, note_version
from dosar.updates.programs.program import running_version

OPENING_DATABASE = msgid("The database is being opened.")
PREPARING_PAGES = msgid("The pages are being prepared.")
RECKONING = msgid("What is due is being reckoned.")
COUNTING = msgid("What lies in the database is being counted, so that it is found fast.")
DemoFiling = Callable[[], list[Finding]]
"""Files the cases of the demo; tells what changed forms do not take of them."""
SECRET_SETTING = "secret"  # noqa: S105  # nosec B105 - the name of a setting, not a secret


def open_app(
    data: Path,
    forms: Path,
    key: bytes | None,
    url: str | None = None,
    demo: bool = False,
    today: date | None = None,
    begins: bool = True,
    tell: Progress = keep_silent,
    later: Callable[[Flask, DemoFiling], None] | None = None,
    **config: Any,
) -> tuple[Flask, list[Finding]]:
    """The application on this data and these forms, and what is wrong in the form files; ``tell`` is called with what
    is done just now. The cases of a new demo are filed by whom ``later`` is, where somebody is.

    Raises :class:`StoreError`, also for an empty database unless something new ``begins`` in it.
    """
    tell(OPENING_DATABASE, 0.0)
    store = open_store(data, key, url)
    if not begins and not is_used(store):
        store.close()
        raise lost_database(data)
    _refuse_demo_as_organisation(store, demo)
    if not demo:
        _back_up_before_changes(store, data, forms, tell)
    opened_forms = prepare_database(store, forms, tell=tell)
    tell(PREPARING_PAGES, 0.0)
    with store.writing() as session:
        clear_unsaved_files(session.connection())
        add_event(session, "started", fields=[running_version()])
    application = create_app(store, opened_forms, _stored_secret_key(store), data, DEMO=demo, **config)
    application.extensions[WORK] = BackupWork(store, data, forms)
    application.extensions.setdefault(RESTORE, RestoreWork(data))
    application.extensions[COPY] = CopyWork(application.extensions["dosar_repository"], data, forms)
    if remove_old_databases(data, utc_now()):
        store.tell(OLD_KEY_REMOVED_ACTION)
    if remove_kept_aside(data, utc_now()) + remove_kept_schemas(store, utc_now()):
        store.tell(KEPT_ASIDE_REMOVED_ACTION)
    _erase_again(application, store, data)
    findings = opened_forms.findings
    if demo:
        findings = [*findings, *_fill_demo(application, forms, today, tell, later)]
    if has_people(store):
        mark_founded(data)
    _reckon_by_new_rules(application, tell)
    tell(COUNTING, 0.0)
    store.update_statistics()
    application.extensions["dosar_access"].permissions.warm()
    return application, findings


def _reckon_by_new_rules(application: Flask, tell: Progress) -> None:
    """What is due, where the rules are others than before; what goes with the day alone is reckoned while people
    work."""
    repository: Repository = application.extensions["dosar_repository"]
    if not repository.reckons_by_these_rules():
        today = application.extensions["dosar_access"].today()
        repository.reckon_deadlines(today, lambda done: tell(RECKONING, done))


def _fill_demo(
    application: Flask,
    forms: Path,
    today: date | None,
    tell: Progress,
    later: Callable[[Flask, DemoFiling], None] | None,
) -> list[Finding]:
    """The people and the cases of the demo, as far as they are not there; what changed forms do not take."""
    from dosar.cli.demo import file_demo_cases, found_demo

    store = application.extensions["dosar_repository"].store
    if application.extensions["dosar_access"].is_set_up():
        mark_older_demo(store)
    else:
        found_demo(application, forms)

    def file_cases() -> list[Finding]:
        day = today or local_day(utc_now(), stored_organisation(store).zone)
        return file_demo_cases(application, forms, day, tell)

    with store.snapshot() as connection:
        is_unfiled = is_demo_unfiled(connection)
    if is_unfiled and later is not None:
        later(application, file_cases)
        return []
    return file_cases() if is_unfiled else []


def _back_up_before_changes(store: Store, data: Path, forms: Path, tell: Progress) -> None:
    """What goes wrong with it is said, and keeps nobody from working."""
    for outcome in back_up_before_changes(store, data, forms, is_first_start(store), tell):
        if outcome.trouble is not None:
            told = Message(
                "Before the forms or the database change, no back-up could be made at “%(place)s”: %(why)s",
                {"place": outcome.place.title, "why": outcome.trouble.message},
            )
            print(translate_trouble(told), file=sys.stderr, flush=True)


def _erase_again(application: Flask, store: Store, data: Path) -> None:
    """Nobody comes back with an old copy, and it is said. Raises :class:`StoreError` for a damaged register: then
    nothing is open."""
    try:
        erased = erase_again(application.extensions["dosar_repository"], data)
    except StoreError:
        store.close()
        raise
    if erased:
        told = Message(
            "The database is a copy of before: it had %(number)s cases again that were erased or made anonymous since. "
            "This was done once more, and stands in the audit log.",
            {"number": erased},
        )
        print(translate_message(told), flush=True)


def _refuse_demo_as_organisation(store: Store, demo: bool) -> None:
    """The accounts of the demo, whose passwords everybody knows, open no organisation. Raises :class:`StoreError`."""
    if not demo and is_demo_database(store):
        store.close()
        raise StoreError(
            "This is the database of the demo: its cases are invented, and everybody knows the passwords of its "
            "accounts. Start it with --demo; for your organisation, name another folder with --data."
        )


def is_demo_database(store: Store) -> bool:
    """Whether the database was filled with the demo, also before demos were marked."""
    from dosar.cli.demo import DEMO_ORGANISATION_NAME

    with store.snapshot() as connection:
        if not inspect(connection).has_table(setting_table.name):
            return False
        return is_marked_as_demo(connection) or read_organisation(connection).name == DEMO_ORGANISATION_NAME


def mark_older_demo(store: Store) -> None:
    """A demo that was filled before demos were marked is known by its name."""
    from dosar.cli.demo import DEMO_ORGANISATION_NAME

    with store.writing() as session:
        if not is_marked_as_demo(session) and read_organisation(session).name == DEMO_ORGANISATION_NAME:
            mark_as_demo(session)


def open_store(data: Path, key: bytes | None, url: str | None = None) -> Store:
    """The database at ``url``, or else the one in the folder. Raises :class:`StoreError`, also for one that lost its
    people."""
    store = open_store_or_empty(data, key, url)
    try:
        store.require_right_key()
        require_people(store, data)
    except StoreError:
        store.close()
        raise
    return store


def open_used_store(data: Path, key: bytes | None, url: str | None = None) -> Store:
    """The same, for a command that needs what is in it. Raises :class:`StoreError` for one that nobody started on."""
    store = open_store(data, key, url)
    if not is_used(store):
        store.close()
        raise StoreError(
            "The database is empty: nobody has worked with it yet. Start Dosar on it first (dosar start), or name "
            "another one with --data or DATABASE_URL."
        )
    return store


def prepare_database(store: Store, forms: Path, converting: bool = False, tell: Progress = keep_silent) -> OpenedForms:
    """The database made ready for these forms and their roles, in one transaction; where another version worked with
    it last, it is kept as it was, and compared afterwards."""
    kept = kept_for_upgrade(store, tell)
    with store.writing() as session:
        create_access_tables(session.connection())
        opened_forms = open_forms(store, forms, converting, tell)
        sync_permissions(session, opened_forms.definition.roles, opened_forms.definition.forms)
        note_version(session)
    if kept is not None:
        check_upgrade(store, kept, _renamed_forms(opened_forms), tell)
    return opened_forms


def _renamed_forms(opened_forms: OpenedForms) -> dict[str, str]:
    """What a form was called → what it is called now."""
    return {form.was: form.key for form in opened_forms.definition.forms.values() if form.was}


def stored_organisation(store: Store) -> Organisation:
    """What the organisation says of itself; an empty database says nothing."""
    with store.snapshot() as connection:
        is_there = inspect(connection).has_table(setting_table.name)
        return read_organisation(connection) if is_there else Organisation()


def _stored_secret_key(store: Store) -> str:
    """The secret that signs tokens: made once, kept in the encrypted database."""
    with store.writing() as session:
        secret = read_setting(session, SECRET_SETTING)
        if not secret:
            secret = token_hex(32)
            write_setting(session, SECRET_SETTING, secret)
    return secret
