"""``dosar copy``: an organisation moves to another database, and everything is compared on arrival."""

from pathlib import Path

from app.access.tables import ACCESS_TABLES
from app.language.message import Message
from app.records.copying import copy
from app.records.founded import has_people, mark_founded
from app.records.keys import default_key_file, key_from_file
from app.records.store import Store
from app.records.tables import build_tables
from app.records.upgrade import last_good
from app.running import open_any_store
from app.speaking import say


def is_address(named: str) -> bool:
    """Whether a database server is named, and no folder."""
    return "://" in named


def target_of(named: str, key_file: Path | None) -> Store:
    """The database to copy to: an address, or a new data folder with a key of its own."""
    if is_address(named):
        return open_any_store(Path(), None, named)
    folder = Path(named)
    key = key_from_file(folder, key_file)
    print(say(Message("The key of %(folder)s is %(file)s. Keep a copy of it elsewhere.", {
        "folder": folder, "file": key_file or default_key_file(folder),
    })))
    return open_any_store(folder, key)


def move(source: Store, target: Store, named: str) -> None:
    """Copy everything to the empty database ``target``, that was ``named``, and print what arrived.

    The new folder knows from the beginning whose it is: killed on the way, it is no new organisation.
    """
    if has_people(source) and not is_address(named):
        mark_founded(Path(named))
    tables = [*ACCESS_TABLES, *build_tables(last_good(source).forms).metadata.tables.values()]
    counts = copy(source, target, tables)
    for name, found in counts.items():
        print(f"{name}\t{found.rows}\t{found.digest[:16]}")
    print(say(Message(
        "Copied %(tables)s tables with %(rows)s rows. Counts and digests are the same on both sides.",
        {"tables": len(counts), "rows": sum(found.rows for found in counts.values())},
    )))
