"""``dosar copy``: an organisation moves to another database, and everything is compared on arrival."""

from pathlib import Path

from dosar.backups.making.snapshot import known_tables
from dosar.cli.console.locale import translate_message
from dosar.database.copies.transfer import copy_database
from dosar.database.installation.erasure_register import copy_register
from dosar.database.installation.installation_marker import has_people, mark_founded
from dosar.database.keys.key_check import open_store_or_empty
from dosar.database.keys.key_file import default_key_file, key_from_file
from dosar.database.store import Store
from dosar.database.store_errors import StoreError
from dosar.language.text.message import Message

IN_A_FILE = "@"


def named_target(named: str) -> str:
    """Where to copy to. An address with a password stands in a file: everybody on the computer may read what was typed
    at a command line. Raises :class:`StoreError`."""
    if not named.startswith(IN_A_FILE):
        return named
    file = Path(named.removeprefix(IN_A_FILE))
    address = file.read_text(encoding="utf-8-sig").strip()
    if not is_database_address(address):
        raise StoreError(
            "%(file)s must have the address of the database in it, and nothing else: postgresql://…", file=file
        )
    return address


def is_database_address(named: str) -> bool:
    """Whether a database server is named, and no folder."""
    return "://" in named


def refuse_unfit_target(named: str, data: Path) -> None:
    """A copy stands apart from what it is a copy of. Raises :class:`StoreError`."""
    if is_database_address(named):
        return
    if not named.strip():
        raise StoreError("Name with --to where to copy to: a postgresql:// address, or a new data folder.")
    if Path(named).resolve().is_relative_to(data.resolve()):
        raise StoreError(
            "%(folder)s lies in the data folder that is copied. Name a new folder outside of it with --to.",
            folder=named,
        )


def open_copy_target(named: str, source_key: bytes, key_file: Path | None) -> Store:
    """The database to copy to: an address, used with the same data folder, or a new folder with a key of its own."""
    if is_database_address(named):
        return open_store_or_empty(Path(), source_key, named)
    folder = Path(named)
    key = key_from_file(folder, key_file)
    print(
        translate_message(
            Message(
                "The key of %(folder)s is %(file)s. Keep a copy of it elsewhere.",
                {
                    "folder": folder,
                    "file": key_file or default_key_file(folder),
                },
            )
        )
    )
    return open_store_or_empty(folder, key)


def copy_organisation(source: Store, target: Store, named: str) -> None:
    """Copy everything to the empty database ``target``, that was ``named``, and print what arrived.

    The new folder knows from the beginning whose it is, and what was erased: killed on the way, it is nobody's new one.
    """
    if has_people(source) and not is_database_address(named):
        mark_founded(Path(named))
    if not is_database_address(named):
        copy_register(source.data_folder, Path(named))
    tables = known_tables(source)
    source.open_kept_data_key()
    source.tell("copied")
    with target.writing():
        counts = copy_database(source, target, tables)
        target.take_over_data_key(source)
    for name, found in counts.items():
        print(f"{name}\t{found.rows}\t{found.digest[:16]}")
    print(
        translate_message(
            Message(
                "Copied %(tables)s tables with %(rows)s rows. Counts and digests are the same on both sides.",
                {"tables": len(counts), "rows": sum(found.rows for found in counts.values())},
            )
        )
    )
