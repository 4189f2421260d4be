"""What the pages of Operations promise for bad days: the disk dies, somebody scrambles every file, the server moves."""

from datetime import timedelta
from pathlib import Path
from random import Random

import pytest

from dosar.backups.places.folder import FolderPlace
from dosar.backups.restoring.restore import restore_backup
from dosar.database.sqlite_store import PAGE_BYTES
from dosar.database.store import database_file
from dosar.database.store_errors import StoreDamaged, StoreError
from dosar.long_work.progress import keep_silent
from tests.backups.offices import CANARY, NIGHT, Office, enter, hire, new_office


@pytest.fixture
def office(tmp_path: Path) -> Office:
    """With a case, and last night's back-up of it on the stick."""
    made = new_office(tmp_path)
    with made.at_work() as repository:
        hire(repository)
        enter(repository, CANARY)
        made.back_up(repository)
    return made


def scramble(folder: Path) -> None:
    """Whoever wants money for the files."""
    chance = Random(11)
    for file in folder.rglob("*"):
        if file.is_file():
            file.write_bytes(chance.randbytes(max(file.stat().st_size, 1)))


def backups_in(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def test_a_dying_disk_is_noticed_and_spoils_no_back_up(office: Office) -> None:
    """A part of the file that nobody reads is lost: the weekly look finds it, the next back-up is refused and leaves
    the last good one alone, and that one brings everything back. What was damaged is kept aside."""
    file = database_file(office.data)
    contents = bytearray(file.read_bytes())
    lost = (len(contents) // PAGE_BYTES * 7 // 8) * PAGE_BYTES
    contents[lost : lost + PAGE_BYTES] = bytes(PAGE_BYTES)
    file.write_bytes(contents)
    [good] = backups_in(office.stick)
    with office.at_work() as repository:
        damage = repository.store.look_for_damage()
        assert isinstance(damage, StoreDamaged) and "let somebody look at the disk" in str(damage)
        with pytest.raises(StoreDamaged):
            office.back_up(repository, moment=NIGHT + timedelta(days=1))
    assert backups_in(office.stick) == [good]
    restored = restore_backup(good, office.card_text, office.data, keep_silent)
    assert office.names() == [CANARY]
    assert restored.kept_aside is not None
    assert database_file(restored.kept_aside).read_bytes()[lost : lost + PAGE_BYTES] == bytes(PAGE_BYTES)


def test_a_stick_that_was_out_brings_back_what_somebody_scrambled(office: Office, tmp_path: Path) -> None:
    """The data and the back-ups that the computer reached are gone; those are refused and change nothing."""
    share = FolderPlace(tmp_path / "share")
    (tmp_path / "share").mkdir()
    with office.at_work() as repository:
        office.back_up(repository, share)
    scramble(office.data)
    scramble(tmp_path / "share")
    [spoilt] = backups_in(tmp_path / "share")
    blank = tmp_path / "another computer"
    blank.mkdir()
    with pytest.raises(StoreError):
        restore_backup(spoilt, office.card_text, blank, keep_silent)
    [good] = backups_in(office.stick)
    restore_backup(good, office.card_text, blank, keep_silent)
    assert office.names(blank) == [CANARY]
