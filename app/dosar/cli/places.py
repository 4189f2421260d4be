"""Where the data, the forms and the key are: what every command may be told."""

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dosar import shipped_folder
from dosar.cli.console.localized import PATH, option, setting
from dosar.cli.console.settings_file import (
    DATABASE_FILE_KEY,
    DATABASE_FILE_VARIABLE,
    SETTINGS_VARIABLE,
    read_settings,
    use_database_file,
)
from dosar.database.store_errors import StoreError
from dosar.language.text.message import Message, msgid

if TYPE_CHECKING:
    from dosar.cli.console.secret_input import TypedSecret
    from dosar.database.keys.master_key import MasterKeyPlace


@dataclass(frozen=True)
class Places:
    """The folders and the key that were named at the command line."""

    data: Path | None
    forms: Path | None
    key_file: Path | None
    passphrase: bool
    typed: "TypedSecret | None" = field(default=None, compare=False, repr=False)
    """What was typed already to open them."""
    database_file: Path | None = field(default=None, compare=False)
    """The file that named the address of the database."""

    def forms_folder(self) -> Path:
        """The forms to run. Raises :class:`StoreError` where there are none."""
        return forms_folder(self.forms, self.data_folder())

    def data_folder(self, demo: bool = False) -> Path:
        """Where the data lies: the folder named, else the user's own place for data."""
        from platformdirs import user_data_path

        return self.data or user_data_path("dosar") / ("demo" if demo else "data")

    def new_data_folder(self, demo: bool = False) -> Path:
        """The data folder, made if it is not there; it is for nobody else's eyes."""
        data = self.data_folder(demo)
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
        return data

    def existing_data_folder(self, url: str | None) -> Path:
        """The data folder of a command that needs what is in it, or in the database at ``url``."""
        from dosar.backups.restoring.swapping import is_interrupted
        from dosar.database.store import database_file

        data = self.data_folder()
        if not url and not database_file(data).is_file() and not is_interrupted(data):
            raise StoreError(
                "There is no database in %(folder)s. Name the data folder with --data, or start Dosar there first.",
                folder=self.data_folder(),
            )
        return self.new_data_folder()

    def key_place(self, data: Path) -> "MasterKeyPlace":
        """Where the master key of the data folder is looked for."""
        from dosar.database.keys.key_check import opens_database
        from dosar.database.keys.master_key import MasterKeyPlace

        return MasterKeyPlace(data, opens_database(data, database_url()), self.key_file, settles=True)

    def key_at_start(self, place: "MasterKeyPlace") -> bytes | None:
        """The master key of the data folder, if a key file or the keyring gives it, or ``--passphrase`` asks for it
        here; None where the page asks for it."""
        from dosar.database.keys.key_file import keep_out_of_core_dumps

        keep_out_of_core_dumps()
        if self.typed is not None and (typed := self.typed.take()):
            return place.by_typing(typed)
        return typed_key(place) if self.passphrase else place.by_itself()

    def encryption_key(self, data: Path) -> bytes:
        """The same for a command without pages: it asks for what is missing."""
        return self.key_from(self.key_place(data))

    def key_from(self, place: "MasterKeyPlace") -> bytes:
        """The same, for whoever asks the place afterwards what gave it."""
        key = self.key_at_start(place)
        return typed_key(place) if key is None else key


def typed_key(place: "MasterKeyPlace") -> bytes:
    """The master key, for the passphrase or the card that is asked for. Raises :class:`StoreError`."""
    from dosar.cli.console.secret_input import ask_secret

    key = place.by_typing(ask_secret(Message("Passphrase or recovery card: ")))
    if key is None:
        raise StoreError("This opens nothing: it is neither the passphrase nor the recovery card of this data folder.")
    return key


def forms_folder(named: Path | None, data: Path | None = None) -> Path:
    """The forms to run: those named, else those of the folder one stands in, else those that came into the data folder
    with a back-up, else the shipped ones."""
    return _existing_folder(named or local_forms() or _restored_forms(data) or shipped_folder("forms"))


def own_forms_folder(named: Path | None) -> Path:
    """The same, to write into it: never those of the installed program."""
    folder = named or local_forms()
    if folder is None:
        raise StoreError("There is no folder forms with a case.yaml here. Name the forms folder with --forms.")
    return _existing_folder(folder)


def local_forms() -> Path | None:
    """The forms of the folder one stands in."""
    folder = Path("forms")
    return folder if (folder / "case.yaml").is_file() else None


def _restored_forms(data: Path | None) -> Path | None:
    from dosar.backups.restoring.swapping import FORMS_FOLDER

    return data / FORMS_FOLDER if data is not None and (data / FORMS_FOLDER / "case.yaml").is_file() else None


def _existing_folder(folder: Path) -> Path:
    if not folder.is_dir():
        raise StoreError("There is no forms folder %(folder)s. Name it with --forms.", folder=folder)
    return folder


def database_url() -> str | None:
    """The PostgreSQL database to use, if the environment names one."""
    return os.environ.get("DATABASE_URL") or None


PLACE_OPTIONS = (
    option(
        "--settings",
        msgid("a file in which what is said here stands once for all (default: /etc/dosar/dosar.toml)"),
        type=PATH,
        envvar=SETTINGS_VARIABLE,
        callback=read_settings,
        is_eager=True,
        expose_value=False,
    ),
    setting("--data", msgid("the data folder (default: the user's own place for data)"), type=PATH),
    setting("--forms", msgid("the forms folder (default: ./forms, else those shipped)"), type=PATH),
    setting("--key-file", msgid("the key, outside the data folder"), type=PATH),
    setting(
        "--database-url-file",
        msgid("a file with the address of the PostgreSQL database in it"),
        type=PATH,
        envvar=DATABASE_FILE_VARIABLE,
        callback=use_database_file,
        expose_value=False,
    ),
    option("--passphrase", msgid("ask here for the passphrase or the recovery card"), is_flag=True),
)


def place_options(run: Callable[..., int]) -> Callable[..., int]:
    """Give a command the options of :class:`Places`, its first argument."""

    @wraps(run)
    def placed(data: Path | None, forms: Path | None, key_file: Path | None, passphrase: bool, **options: Any) -> int:
        file = click.get_current_context().meta.get(DATABASE_FILE_KEY)
        return run(Places(data, forms, key_file, passphrase, database_file=file), **options)

    offered: Callable[..., int] = placed
    for place_option in reversed(PLACE_OPTIONS):
        offered = place_option(offered)
    return offered
