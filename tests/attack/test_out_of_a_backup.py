"""A back-up is open for single records: everybody walks through its pages, and finds what she may see anyway."""

from pathlib import Path

import pytest

from dosar.backups.making.make import make_backup
from dosar.backups.places.folder import FolderPlace
from dosar.backups.restoring.restore_work import BackupSource
from dosar.backups.salvage.copy_work import CopyWork
from dosar.database.keys.key_slots import KeySlots
from dosar.database.keys.key_slots_file import write_slots
from dosar.database.keys.recovery_card import RecoveryCard
from dosar.database.system_tables import utc_now
from dosar.long_work.progress import keep_silent
from dosar.pages.backups.backup_state import COPY
from dosar.records.actor import Actor
from dosar.records.scope.row_scope import SYSTEM_SCOPE, acting_as
from dosar.records.sheets.deletion import delete_sheet
from tests.attack.cells import Cell, Part
from tests.attack.organisation import Planted
from tests.attack.walk import Walk
from tests.databases import KEY
from tests.waiting import is_soon

SHARE = 16
PUT_AWAY = ("own", "foreign")
FEWEST = 100


@pytest.fixture
def opened(organisation: Planted, tmp_path: Path) -> CopyWork:
    """Of this moment: whatever is told out of it is told of today, too."""
    work: CopyWork = organisation.app.extensions[COPY]
    card, store = RecoveryCard.new(), organisation.repository.store
    write_slots(work.data, KeySlots().with_slot(KEY, "card", card.secret, "2026-11-01"))
    made = make_backup(store, work.data, work.forms, FolderPlace(tmp_path), utc_now(), keep_silent)
    assert work.begin(BackupSource(made.name, tmp_path / made.name), " ".join(card.groups), None)
    assert is_soon(lambda: work.progress is None)
    assert work.trouble is None and work.moment is not None
    put_away(organisation)
    return work


def put_away(organisation: Planted) -> None:
    """Some of what is in the back-up, so that there is something to bring back."""
    repository, nobody = organisation.repository, Actor(None, "", utc_now().date())
    with organisation.app.app_context(), acting_as(SYSTEM_SCOPE):
        for (key, place), number in organisation.records.items():
            form = repository.forms[key]
            if place in PUT_AWAY and form.belongs_to and not form.append_only:
                delete_sheet(repository, form, number, nobody)
        repository.session.remove()


def test_nobody_sees_or_changes_through_it_what_she_may_not(
    organisation: Planted, opened: CopyWork, walk: Walk
) -> None:
    oracle = walk.go(Part(endpoint="Salvage"))
    overview = walk.answer(Cell("coordinator", "GET", "SalvagePage.overview", "/from-backup"))
    opened.close()
    assert overview.status == 200 and overview.text.count("/from-backup/records/") > len(PUT_AWAY)
    wrong = [str(violation) for violation in oracle.violations]
    assert wrong == [], f"{len(wrong)} violations\n" + "\n".join(wrong[:30])
    assert walk.asked >= FEWEST
