"""An office that works, makes back-ups, loses its computer and gets it all back."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from sqlalchemy import insert, select

from dosar.access.tables import ACCESS_TABLES
from dosar.backups.file.manifest import Manifest
from dosar.backups.making.make import MadeBackup, make_backup
from dosar.backups.places.folder import FolderPlace
from dosar.backups.places.place import BackupPlace
from dosar.backups.reading.verification import unlock_backup
from dosar.backups.working import work_folder
from dosar.database.keys.key_slots import KeySlots
from dosar.database.keys.key_slots_file import write_slots
from dosar.database.keys.recovery_card import RecoveryCard
from dosar.language.form import CASE_FORM
from dosar.long_work.progress import Progress, keep_silent
from dosar.records.erasure.erasure_requests import ask_for_erasure, confirm_erasure, waiting_requests
from dosar.records.repository import Repository
from dosar.records.scope.row_scope import SYSTEM_SCOPE, acting_as
from dosar.records.sheets.save import enter_sheet
from tests.applications import opened_app
from tests.databases import KEY
from tests.organisations import CASE, CLERK, MENU, ROLES

NIGHT = datetime(2026, 11, 29, 1, 30)
USERS = next(table for table in ACCESS_TABLES if table.name == "ab_user")
CANARY = "Ancuta Canarescu"
WORKER = {
    "id": 1,
    "first_name": "Maria",
    "last_name": "Rusu",
    "username": "maria",
    "email": "m@exemplu.ro",
    "active": True,
}


def open_backup(file: Path, secret: str | Path) -> tuple[Manifest, bytes]:
    """What it says of itself, and its master key."""
    with work_folder(file.parent) as folder:
        opened = unlock_backup(file, secret, folder, keep_silent)
    return opened.manifest, opened.master_key


@dataclass
class Office:
    """Its data folder, its forms, its card and its stick."""

    data: Path
    forms: Path
    stick: Path
    url: str | None = None
    key: bytes = KEY
    card: RecoveryCard = field(default_factory=RecoveryCard.new)

    @property
    def card_text(self) -> str:
        """As somebody types it."""
        return " ".join(self.card.groups)

    @contextmanager
    def at_work(self, data: Path | None = None) -> Iterator[Repository]:
        """Dosar runs, on another folder perhaps."""
        app, _ = opened_app(data or self.data, self.key, self.url, self.forms)
        repository: Repository = app.extensions["dosar_repository"]
        try:
            with app.app_context(), acting_as(SYSTEM_SCOPE):
                yield repository
                repository.session.remove()
        finally:
            repository.store.close()

    def names(self, data: Path | None = None) -> list[str]:
        """Whose cases there are."""
        with self.at_work(data) as repository:
            return names_in(repository)

    def back_up(
        self,
        repository: Repository,
        place: BackupPlace | None = None,
        moment: datetime = NIGHT,
        tell: Progress = keep_silent,
    ) -> MadeBackup:
        """To the stick, unless another place is named."""
        goes_to = place or FolderPlace(self.stick)
        return make_backup(repository.store, self.data, self.forms, goes_to, moment, tell)


def new_office(folder: Path, url: str | None = None, key: bytes = KEY) -> Office:
    """One that has its forms, a card and a stick, and nobody in it yet."""
    office = Office(folder / "data", folder / "forms", folder / "stick", url, key)
    for made in (office.data, office.forms, office.stick):
        made.mkdir(parents=True)
    for name, text in {"case": CASE, "menu": MENU, "roles": ROLES}.items():
        (office.forms / f"{name}.yaml").write_text(text, encoding="utf-8")
    write_slots(office.data, KeySlots().with_slot(key, "card", office.card.secret, "2026-11-01"))
    return office


def hire(repository: Repository) -> None:
    """Somebody works there."""
    with repository.writing() as session:
        session.execute(insert(USERS).values(WORKER))


def enter(repository: Repository, *names: str) -> list[int]:
    """A case for each."""
    form = repository.forms[CASE_FORM]
    return [enter_sheet(repository, form, {"name": name}, CLERK) for name in names]


def erase(repository: Repository, case: int) -> None:
    """One asks, another confirms."""
    ask_for_erasure(repository, case, "erase", "asked", 1)
    (asked,) = waiting_requests(repository)
    confirm_erasure(repository, asked.id, 2)


def names_in(repository: Repository) -> list[str]:
    """Whose cases there are."""
    case = repository.record_class(CASE_FORM)
    return sorted(filter(None, repository.session.scalars(select(case.name))))  # type: ignore[attr-defined]
