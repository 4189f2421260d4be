"""Dosar as ``dosar start`` runs it on a new folder: behind its vault, with a key file that opens the data by itself."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from flask import Flask

from dosar.access.sealed.vault import Vault
from dosar.access.sealed.vault_use import install_vault
from dosar.backups.restoring.restore_work import RestoreWork
from dosar.cli.places import forms_folder
from dosar.cli.serving.backups import watch_backups
from dosar.cli.serving.gate import Gate
from dosar.cli.serving.sealing import can_be_unsealed, close_application
from dosar.database.copies_folder import is_opened_by
from dosar.database.keys.master_key import MasterKeyPlace
from dosar.database.store import database_file
from dosar.pages.sealed.sealed_app import create_sealed_app
from tests.applications import compiled_once, opened_app
from tests.browser.serving import Site, answering


@contextmanager
def program_behind_gate(data: Path, key_file: Path, forms: Path | None = None) -> Iterator[tuple[Gate, Vault]]:
    """Until it is stopped; its data are closed then."""
    restore = RestoreWork(data)

    def open_application(key: bytes) -> Flask:
        app, _ = opened_app(data, key, forms=forms_folder(forms, data))
        app.config["KEY_FILE"] = key_file
        install_vault(app, vault)
        watch_backups(app, vault, restore, by_itself=False)
        return app

    place = MasterKeyPlace(data, lambda key: is_opened_by(database_file(data), key), key_file)
    vault = Vault(
        place.by_typing,
        open_application,
        close_application,
        can_be_unsealed=lambda: can_be_unsealed(data, key_file),
    )
    key = place.by_itself()
    assert key is not None
    vault.open(key)
    yield Gate(vault, compiled_once(create_sealed_app(vault, [], "token"))), vault
    vault.seal()
    assert vault.wait_until_closed()


@contextmanager
def running_program(data: Path, key_file: Path, forms: Path | None = None) -> Iterator[tuple[Site, Vault]]:
    """The same, where a browser reaches it."""
    with program_behind_gate(data, key_file, forms) as (gate, vault), answering(gate) as url:
        with open_application_of(vault) as application:
            site = Site(url, application)
        yield site, vault


@contextmanager
def open_application_of(vault: Vault) -> Iterator[Any]:
    """The application that answers now."""
    entered = vault.enter()
    assert entered is not None
    try:
        yield entered.application
    finally:
        vault.leave(entered)


def code_of_set_up(vault: Vault) -> str:
    """What stands on the console."""
    with open_application_of(vault) as application:
        shown: str = application.extensions["dosar_access"].set_up_code.shown
    return shown
