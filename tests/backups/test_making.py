"""A back-up is made of the running database, verified, and refused when anything in it is not as it was written."""

import os
import random
import shutil
import sys
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from sqlalchemy import func, select

from dosar.backups.file import archive
from dosar.backups.file.archive import DATABASE_PART, SLOTS_PART, write_archive
from dosar.backups.file.troubles import BackupCut, BackupDamaged, BackupNewer, ForeignBackup, NoBackup, WrongSecret
from dosar.backups.making.make import MadeBackup, backup_mark
from dosar.backups.places.folder import FolderPlace
from dosar.backups.places.place import PlaceUnreachable
from dosar.backups.reading import verification
from dosar.backups.reading.verification import verify_backup
from dosar.database.keys.key_slots import KeySlots
from dosar.database.keys.key_slots_file import slots_file, write_slots
from dosar.database.keys.master_key import CardMistyped, passphrase_secret
from dosar.database.keys.recovery_card import RecoveryCard
from dosar.database.sqlite_store import PAGE_BYTES
from dosar.database.store_errors import StoreError
from dosar.database.system_tables import history_table
from dosar.language.form import CASE_FORM
from dosar.long_work.progress import Progress, keep_silent
from tests.backups.offices import CANARY, NIGHT, Office, enter, names_in, new_office, open_backup
from tests.databases import KEY, fresh_place
from tests.small_disk import small_disk

OTHER_KEY = bytes(32)


@contextmanager
def office_on(database: str, folder: Path) -> Iterator[Office]:
    with fresh_place(database, folder) as place:
        yield new_office(folder / "office", place.url)


@pytest.fixture
def office(database: str, tmp_path: Path) -> Iterator[Office]:
    with office_on(database, tmp_path) as opened:
        yield opened


@dataclass(frozen=True)
class Kept:
    """A back-up that was made, and its office."""

    office: Office
    made: MadeBackup
    file: Path


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Kept:
    office = new_office(tmp_path_factory.mktemp("kept"))
    with office.at_work() as repository:
        enter(repository, CANARY, "Ion Pop")
        made = office.back_up(repository)
    return Kept(office, made, office.stick / made.name)


def test_everything_of_one_moment_is_in_it_and_it_was_read_back(office: Office) -> None:
    steps: list[str] = []
    with office.at_work() as repository:
        enter(repository, CANARY, "Ion Pop")

        def tell(step: str, done: float) -> None:
            assert 0 <= done <= 1
            if step not in steps:
                steps.append(step)
                enter(repository, f"Somebody who came during {step}")

        made = office.back_up(repository, tell=tell)
        mark = backup_mark(repository.store)
        rows = repository.session.scalar(select(func.count()).select_from(history_table))
        assert len(names_in(repository)) == 2 + len(steps), "everybody was saved meanwhile"
    file = office.stick / made.name
    assert made.name == f"dosar-{mark}-2026-11-29-013000.dosar"
    assert made.bytes == file.stat().st_size
    assert [each.name for each in office.stick.iterdir()] == [made.name]
    assert {"copy", "count", "pack", "write", "read", "check", "unpack", "pages", "compare"} <= {*steps}
    assert 2 <= made.tables[CASE_FORM] <= 3 and made.tables["dosar_history"] < (rows or 0)
    manifest, key = open_backup(file, office.card_text)
    assert key == KEY and manifest.tables == made.tables and manifest.moment == NIGHT
    assert not [left for left in office.data.iterdir() if left.name.startswith(".backup")]


def test_nobody_reads_a_name_in_it(kept: Kept) -> None:
    assert CANARY.encode() not in kept.file.read_bytes()
    with zipfile.ZipFile(kept.file) as opened:
        assert [entry.filename for entry in opened.infolist()] == ["READ ME.txt", SLOTS_PART, "sealed", DATABASE_PART]
        assert "cardul de recuperare" in opened.read("READ ME.txt").decode()


def test_the_passphrase_the_card_or_the_key_file_of_that_day_opens_it(kept: Kept, tmp_path: Path) -> None:
    office = kept.office
    with pytest.raises(WrongSecret, match="recovery card that opened the data on the day"):
        open_backup(kept.file, " ".join(RecoveryCard.new().groups))
    with pytest.raises(CardMistyped):
        open_backup(kept.file, f"{office.card_text[:-1]}{'A' if office.card_text[-1] != 'A' else 'B'}")
    slots = KeySlots().with_slot(KEY, *passphrase_secret("trei mere coapte in cuptor"), "2026-11-02")
    write_slots(office.data, slots)
    with office.at_work() as repository:
        made = office.back_up(repository, moment=NIGHT + timedelta(days=1))
    assert open_backup(office.stick / made.name, "trei  mere coapte in cuptor")[1] == KEY
    slots_file(office.data).unlink()
    with office.at_work() as repository:
        made = office.back_up(repository, moment=NIGHT + timedelta(days=2))
    key_file = tmp_path / "dosar.key"
    key_file.write_text(KEY.hex())
    key_file.chmod(0o600)
    assert open_backup(office.stick / made.name, key_file)[1] == KEY
    assert open_backup(kept.file, office.card_text)[1] == KEY, "a new passphrase changes no back-up of before"


def test_a_file_with_any_bit_turned_is_refused(kept: Kept, tmp_path: Path) -> None:
    content, dice = kept.file.read_bytes(), random.Random(11)
    places = {0, 5, 30, *range(len(content) - 150, len(content), 3), *(dice.randrange(len(content)) for _ in range(40))}
    for place in places:
        turned = bytearray(content)
        turned[place] ^= 1 << dice.randrange(8)
        assert refusal_of(tmp_path, bytes(turned)) in (BackupDamaged, BackupCut, BackupNewer, NoBackup), place


def test_a_file_that_was_cut_is_refused(kept: Kept, tmp_path: Path) -> None:
    content, dice = kept.file.read_bytes(), random.Random(12)
    for length in [1000, len(content) - 1, *(dice.randrange(1000, len(content)) for _ in range(20))]:
        assert refusal_of(tmp_path, content[:length]) is BackupCut, length
    assert refusal_of(tmp_path, b"") is BackupCut
    assert refusal_of(tmp_path, content + b"\n") is BackupCut, "an end that is not ours"


def refusal_of(folder: Path, content: bytes) -> type[StoreError]:
    file = folder / "bad.dosar"
    file.write_bytes(content)
    with pytest.raises(StoreError) as refused:
        verify_backup(file, KEY, keep_silent)
    assert "Nothing was changed" in str(refused.value) or refused.type is NoBackup
    assert [each.name for each in folder.iterdir()] == ["bad.dosar"]
    return refused.type


def test_who_has_no_key_makes_none_that_is_taken(kept: Kept, tmp_path: Path) -> None:
    """With a right digest and a database of his own, but without the key."""
    with zipfile.ZipFile(kept.file) as opened:
        parts: dict[str, bytes | Path] = {entry.filename: opened.read(entry) for entry in opened.infolist()}
    write_archive(tmp_path / "forged.dosar", {**parts, DATABASE_PART: b"another"}, OTHER_KEY, NIGHT, keep_silent)
    with pytest.raises(BackupDamaged):
        open_backup(tmp_path / "forged.dosar", kept.office.card_text)


def test_a_file_that_was_changed_and_has_a_right_digest_is_refused_in_words(kept: Kept, tmp_path: Path) -> None:
    """The digest takes no key: who changes the file can make it anew."""
    content, dice, file = kept.file.read_bytes(), random.Random(13), tmp_path / "changed.dosar"
    with zipfile.ZipFile(kept.file) as opened:
        directory = opened.start_dir
    for number in range(300):
        turned = bytearray(content[: -archive._DIGITS])
        for place in dice.sample([*range(60), *range(directory, len(turned) - 40)], 2):
            turned[place] = dice.randrange(256)
        file.write_bytes(turned + f"{sha256(turned).hexdigest()} {'0' * 64}".encode())
        with pytest.raises(StoreError) as refused:
            open_backup(file, kept.office.card_text)
        assert refused.type in (BackupDamaged, BackupCut, NoBackup), number


def test_a_small_file_does_not_become_a_large_one(kept: Kept, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever makes one packs what is to fill the memory of who opens it: a back-up is never packed."""

    def packed(name: str, _: object) -> zipfile.ZipInfo:
        entry = zipfile.ZipInfo(name)
        entry.compress_type = zipfile.ZIP_DEFLATED
        return entry

    monkeypatch.setattr("dosar.backups.file.archive._entry", packed)
    write_archive(tmp_path / "bomb.dosar", {SLOTS_PART: bytes(2**26)}, OTHER_KEY, NIGHT, keep_silent)
    assert (tmp_path / "bomb.dosar").stat().st_size < 2**17
    with pytest.raises(BackupDamaged):
        open_backup(tmp_path / "bomb.dosar", kept.office.card_text)


def test_a_page_that_was_spoiled_before_it_was_packed_is_found(kept: Kept, tmp_path: Path) -> None:
    """The seal of the file is right then: what the database itself says of its pages counts."""
    with zipfile.ZipFile(kept.file) as opened:
        parts: dict[str, bytes | Path] = {entry.filename: opened.read(entry) for entry in opened.infolist()}
        database = opened.read(DATABASE_PART)
    dice = random.Random(13)
    for page in [0, 1, *dice.sample(range(len(database) // PAGE_BYTES), 20)]:
        spoiled = bytearray(database)
        spoiled[page * PAGE_BYTES + dice.randrange(100, 4000)] ^= 1 << dice.randrange(8)
        write_archive(tmp_path / "spoiled.dosar", {**parts, DATABASE_PART: bytes(spoiled)}, KEY, NIGHT, keep_silent)
        with pytest.raises(BackupDamaged):
            verify_backup(tmp_path / "spoiled.dosar", KEY, keep_silent)


def test_what_is_newer_or_of_somebody_else_is_told_apart(
    kept: Kept, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ForeignBackup):
        verify_backup(kept.file, OTHER_KEY, keep_silent)
    (tmp_path / "photo.jpg").write_bytes(b"\xff\xd8" * 500)
    with pytest.raises(NoBackup):
        open_backup(tmp_path / "photo.jpg", kept.office.card_text)
    monkeypatch.setattr(verification, "FORMAT_VERSION", 1)
    with pytest.raises(BackupNewer):
        open_backup(kept.file, kept.office.card_text)
    monkeypatch.undo()
    monkeypatch.setattr(archive, "ARCHIVE_VERSION", 0)
    with pytest.raises(BackupNewer):
        verify_backup(kept.file, KEY, keep_silent)


class Pulled(FolderPlace):
    """A stick that is pulled out, or lies, at some moment."""

    def __init__(self, folder: Path, moment: str) -> None:
        super().__init__(folder)
        self.moment = moment

    def put(self, source: Path, name: str, tell: Progress) -> None:
        super().put(source, name, tell)
        if self.moment == "written":
            shutil.move(self.folder, self.folder.with_name("elsewhere"))

    def fetch(self, name: str, target: Path, tell: Progress) -> None:
        super().fetch(name, target, tell)
        if self.moment == "lying":
            with target.open("r+b") as opened:
                opened.seek(50_000)
                opened.write(b"what was never written")


def test_what_was_not_verified_has_not_the_name_of_a_back_up(kept: Kept) -> None:
    office = kept.office
    stick = office.stick.with_name("other-stick")
    with office.at_work() as repository:
        with pytest.raises(PlaceUnreachable, match="Connect the disk or the stick"):
            office.back_up(repository, FolderPlace(stick))
        stick.mkdir()
        with pytest.raises(BackupDamaged):
            office.back_up(repository, Pulled(stick, "lying"))
        assert [*stick.iterdir()] == []
        with pytest.raises(PlaceUnreachable):
            office.back_up(repository, Pulled(stick, "written"))
        stick = stick.with_name("elsewhere")
        assert [left.name.removesuffix(".unfinished") for left in stick.iterdir()] == [kept.made.name]
        later = office.back_up(repository, FolderPlace(stick), datetime(2026, 12, 1))
    assert [each.name for each in stick.iterdir()] == [later.name], "what was left of the other one is gone"


def test_a_full_stick_is_told_and_keeps_nothing_of_it(kept: Kept, tmp_path: Path) -> None:
    with small_disk(tmp_path / "small", 2**16) as disk:
        script = (
            "from pathlib import Path; from dosar.backups.places.folder import FolderPlace; "
            f"FolderPlace(Path('{disk.folder}')).put(Path('{kept.file}'), 'x.dosar', lambda *_: None)"
        )
        status = disk.run(f'PYTHONPATH={os.pathsep.join(sys.path)} {sys.executable} -c "{script}" 2> {tmp_path}/said')
        assert status == 1 and "no room left" in (tmp_path / "said").read_text()
        assert disk.run(f'test -z "$(ls {disk.folder})"') == 0
