"""What is done once, in a process of its own: ``python -m tests.rigs.cut_off.deeds upgrade|erase FOLDER``.

The rig of the power cuts watches what it writes, and says afterwards what must be there.
"""

import sys
from pathlib import Path

from dosar.access.appbuilder.install import create_access_tables
from dosar.database.keys.key_file import key_from_file
from dosar.database.store import Store
from dosar.migrations.upgrade import open_forms
from dosar.records.erasure.erasure_requests import ask_for_erasure, confirm_erasure, waiting_requests
from dosar.records.repository import Repository
from dosar.records.scope.row_scope import SYSTEM_SCOPE, acting_as
from tests.databases import KEY

ERASED_CASE = 1


def upgrade(folder: Path) -> None:
    """The upgrade of the forms that are killed in ``tests/migrations``, too."""
    store = Store.open(folder / "data", key=KEY)
    open_forms(store, folder / "forms", converting=True)
    store.close()


def opened(folder: Path) -> Repository:
    """The records of a rig's organisation (:mod:`tests.rigs.cut_off.running`)."""
    store = Store.open(folder / "data", key=key_from_file(folder / "data", folder / "keys" / "key"))
    with store.writing() as session:
        create_access_tables(session.connection())
    return Repository(store, open_forms(store, folder / "forms").definition)


def erase(folder: Path) -> None:
    """One asks for the erasure of a case, another confirms it."""
    repository = opened(folder)
    with acting_as(SYSTEM_SCOPE):
        ask_for_erasure(repository, ERASED_CASE, "erase", "asked", 1)
        repository.session.remove()
        [asked] = waiting_requests(repository)
        confirm_erasure(repository, asked.id, 2)
        repository.session.remove()
    repository.store.close()


if __name__ == "__main__":
    {"upgrade": upgrade, "erase": erase}[sys.argv[1]](Path(sys.argv[2]))
