"""A laptop is gone, or its data are: by the back-up and the card all is there again, or nothing was changed."""

import json
import os
import random
import shutil
import tracemalloc
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from sqlalchemy import func, insert, select, update

from dosar.access.sealed.after_restore import CARD, PASSPHRASE, wanted_renewal
from dosar.access.tables import account_history_table, calendar_feed_table, role_table, session_table, user_role_table
from dosar.backups.file.archive import DATABASE_PART, write_archive
from dosar.backups.file.troubles import BackupCut, BackupDamaged, ForeignBackup, NoBackup, WrongSecret
from dosar.backups.keeping.runs import came_out_of_backup, last_good, restored_from
from dosar.backups.reading.registers import register_of_newer
from dosar.backups.restoring.before_restore import remove_kept_aside
from dosar.backups.restoring.restore import Restored, finish_interrupted, is_interrupted, restore_backup, undo_restore
from dosar.database.audit.chain import AUDIT_PURPOSE, audit_event_table
from dosar.database.audit.verification import verify_chain
from dosar.database.copies_folder import DATABASE_FILE
from dosar.database.installation.installation_marker import is_founded, mark_founded
from dosar.database.keys.key_slots import KeySlots
from dosar.database.keys.key_slots_file import read_slots, write_slots
from dosar.database.keys.master_key import MasterKeyPlace
from dosar.database.keys.old_key import KEPT_FOR
from dosar.database.keys.recovery_card import RecoveryCard
from dosar.database.sqlite_store import SqliteStore
from dosar.database.store_errors import StoreError
from dosar.database.system_tables import utc_now
from dosar.database.writing.append_only import closed_tables
from dosar.language.organisation.roles import ADMINISTRATOR
from dosar.long_work.progress import keep_silent
from tests.backups.offices import (
    CANARY,
    NIGHT,
    USERS,
    WORKER,
    Office,
    enter,
    erase,
    hire,
    names_in,
    new_office,
    open_backup,
)
from tests.databases import KEY

OTHER_KEY = bytes(32)


class PowerCut(BaseException):
    """The computer goes off."""


@pytest.fixture
def office(tmp_path: Path) -> Office:
    """With two cases, and a back-up of them on the stick."""
    office = new_office(tmp_path / "office")
    with office.at_work() as repository:
        hire(repository)
        enter(repository, CANARY, "Ion Pop")
        office.back_up(repository)
    mark_founded(office.data)
    return office


def on_stick(office: Office) -> Path:
    return max(office.stick.iterdir())


def restored(office: Office, data: Path, file: Path | None = None) -> Restored:
    data.mkdir(parents=True, exist_ok=True)
    return restore_backup(file or on_stick(office), office.card_text, data, keep_silent)


def photographed(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file()}


def test_after_the_laptop_was_stolen_everything_is_on_the_new_one(office: Office, tmp_path: Path) -> None:
    shutil.rmtree(office.data)
    new = tmp_path / "new laptop"
    told = restored(office, new)
    assert told.moment == NIGHT and told.tables["case"] == 2 and told.kept_aside is None
    assert (
        told.forms == new / "forms"
        and (new / "forms/case.yaml").read_text() == (office.forms / "case.yaml").read_text()
    )
    place = MasterKeyPlace(new, lambda _: True)
    assert place.by_itself() is None and place.by_typing(office.card_text) == KEY
    with office.at_work(new) as repository:
        assert names_in(repository) == [CANARY, "Ion Pop"]
        enter(repository, "Who came afterwards")
        assert restored_from(repository.session) == NIGHT, "the back-up that it came from counts until there is another"
        assert came_out_of_backup(repository.session)
        assert wanted_renewal(repository.session) == [PASSPHRASE, CARD], "the card was taken out of its envelope"
        assert last_good(repository.session).name == on_stick(office).name  # type: ignore[union-attr]
        with repository.store.snapshot() as connection:
            said = connection.execute(select(audit_event_table.c.action, audit_event_table.c.fields)).all()
            assert ("restored", "2026-11-29 01:30") in said
            assert verify_chain(connection, repository.store.purpose_key(AUDIT_PURPOSE)).is_whole


def test_what_was_there_is_kept_aside_and_can_be_put_back(office: Office) -> None:
    with office.at_work() as repository:
        enter(repository, "Since the back-up")
        assert not came_out_of_backup(repository.session)
    told = restored(office, office.data)
    assert office.names() == [CANARY, "Ion Pop"]
    assert told.kept_aside and office.names(told.kept_aside) == [CANARY, "Ion Pop", "Since the back-up"]
    assert remove_kept_aside(office.data, utc_now() + KEPT_FOR - timedelta(hours=1)) == 0 and told.kept_aside.is_dir()
    undo_restore(office.data, told)
    assert office.names() == [CANARY, "Ion Pop", "Since the back-up"] and is_founded(office.data)
    assert remove_kept_aside(office.data, utc_now() + KEPT_FOR + timedelta(minutes=1)) == 2
    assert not (office.data / "before-restore").exists()


def test_who_was_erased_since_does_not_come_back(office: Office, tmp_path: Path) -> None:
    """By what the folder knows, and on a blank computer by a newer back-up that lies beside the older one."""
    first = on_stick(office)
    with office.at_work() as repository:
        erase(repository, 1)
        office.back_up(repository, moment=NIGHT + timedelta(days=1))
    restored(office, office.data, first)
    assert office.names() == ["Ion Pop"]
    restored(office, tmp_path / "blank", first)
    assert office.names(tmp_path / "blank") == ["Ion Pop"]
    alone = tmp_path / "alone" / first.name
    alone.parent.mkdir()
    shutil.copy2(first, alone)
    restored(office, tmp_path / "ignorant", alone)
    assert len(office.names(tmp_path / "ignorant")) == 2, "nobody knows of it there"


def test_whatever_lies_beside_it_on_the_stick_a_good_back_up_comes_back(office: Office, tmp_path: Path) -> None:
    """A newer one that is damaged, or that somebody made to fill the memory of who opens it, or to keep her waiting."""
    first, dice = on_stick(office), random.Random(9)
    beside = first.with_name(f"{first.name[:13]}2027-01-01-013000.dosar")
    os.mkfifo(beside)
    restored(office, tmp_path / "pipe", first)
    beside.unlink()
    with ZipFile(beside, "w", ZIP_DEFLATED) as packed, packed.open("sealed", "w") as part:
        for _ in range(80):
            part.write(bytes(2**20))
    tracemalloc.start()
    try:
        manifest, _ = open_backup(first, office.card_text)
        assert register_of_newer(first, manifest, office.key) == b""
        assert tracemalloc.get_traced_memory()[1] < 32 * 2**20
    finally:
        tracemalloc.stop()
    whole = beside.read_bytes()
    for number in range(200):
        turned = bytearray(whole)
        for place in dice.sample([*range(60), *range(len(whole) - 80, len(whole))], 3):
            turned[place] = dice.randrange(256)
        beside.write_bytes(turned)
        assert register_of_newer(first, manifest, office.key) == b"", number


def test_who_left_since_is_not_let_in_by_it(office: Office) -> None:
    """Nor is a session of that day, or the address of a calendar; and somebody is left who looks after accounts."""
    with office.at_work() as repository:
        with repository.writing() as session:
            ana = {**WORKER, "id": 2, "username": "ana", "email": "a", "password": "x"}
            session.execute(insert(USERS).values(ana))
            role = session.scalar(select(role_table.c.id).where(role_table.c.name == ADMINISTRATOR))
            session.execute(insert(user_role_table).values(user_id=2, role_id=role))
            seen = {"created": NIGHT, "seen": NIGHT}
            session.execute(insert(session_table).values(id="x", user_id=1, contents="", **seen))
            session.execute(insert(calendar_feed_table).values(id="x", user_id=2, made=NIGHT))
        file = office.stick / office.back_up(repository, moment=NIGHT + timedelta(days=1)).name
    with office.at_work() as repository, repository.writing() as session:
        session.execute(update(USERS).values(active=False))
    restored(office, office.data, file)
    with office.at_work() as repository:
        active = {
            name: is_open for name, is_open in repository.session.execute(select(USERS.c.username, USERS.c.active))
        }
        assert active == {"maria": False, "ana": True}, "somebody looks after accounts"
        told = select(account_history_table.c.user_id).where(account_history_table.c.action == "closed")
        assert [*repository.session.scalars(told)] == [1]
        for table in (session_table, calendar_feed_table):
            assert repository.session.scalar(select(func.count()).select_from(table)) == 0, table.name


def test_no_view_or_trigger_of_a_stranger_comes_along(office: Office, tmp_path: Path) -> None:
    """Whoever has the card can make a back-up; what runs in silence in the database of the others is not in it."""
    whole, made = on_stick(office), tmp_path / "made"
    made.mkdir()
    with ZipFile(whole) as opened:
        parts: dict[str, bytes | Path] = {entry.filename: opened.read(entry) for entry in opened.infolist()}
        (made / DATABASE_FILE).write_bytes(opened.read(DATABASE_PART))
    store = SqliteStore(made, KEY)
    with store.writing() as session:
        connection = session.connection()
        closed = len(closed_tables(connection))
        for name in ("of_a_stranger", "dosar_closed_update__case"):
            connection.exec_driver_sql(
                f'CREATE TRIGGER {name} AFTER UPDATE ON "case" BEGIN DELETE FROM dosar_audit_event; END'
            )
        connection.exec_driver_sql('CREATE VIEW "another ""case" AS SELECT * FROM "case"')
    store.close()
    write_archive(whole, {**parts, DATABASE_PART: made / DATABASE_FILE}, KEY, NIGHT, keep_silent)
    restored(office, tmp_path / "blank")
    store = SqliteStore(tmp_path / "blank", KEY)
    with store.snapshot() as read:
        lying = read.exec_driver_sql("SELECT name, sql FROM sqlite_master WHERE type IN ('view', 'trigger')").all()
        assert len(closed_tables(read)) == closed
    store.close()
    assert [name for name, sql in lying if "RAISE" not in sql] == []


def test_whatever_is_refused_changes_nothing(office: Office, tmp_path: Path) -> None:
    whole = on_stick(office)
    stranger = new_office(tmp_path / "strangers", key=OTHER_KEY)
    with stranger.at_work() as repository:
        enter(repository, "Somebody else's case")
        stranger.back_up(repository)
    before = photographed(office.data)

    def refuses(error: type[StoreError], file: Path, secret: str | Path = office.card_text) -> None:
        with pytest.raises(error):
            restore_backup(file, secret, office.data, keep_silent)
        assert photographed(office.data) == before

    refuses(WrongSecret, whole, " ".join(RecoveryCard.new().groups))
    refuses(WrongSecret, on_stick(stranger))
    refuses(ForeignBackup, on_stick(stranger), stranger.card_text)
    content = whole.read_bytes()
    bad = tmp_path / whole.name
    bad.write_bytes(content[:-7000])
    refuses(BackupCut, bad)
    bad.write_bytes(content[:9000] + b"?" + content[9001:])
    refuses(BackupDamaged, bad)
    bad.write_bytes(b"hello")
    refuses(NoBackup, bad)
    refuses(StoreError, whole, office.data / "dosar.key")


@pytest.fixture
def cut_at(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """The power goes before the so-many-th file is moved."""
    left, really = [10**6], os.replace

    def replace(*paths: Path) -> None:
        left[0] -= 1
        if left[0] < 0:
            raise PowerCut
        really(*paths)

    monkeypatch.setattr("os.replace", replace)
    yield left


def test_a_power_cut_at_any_move_leaves_the_old_or_the_new(office: Office, tmp_path: Path, cut_at: list[int]) -> None:
    with office.at_work() as repository:
        enter(repository, "Since the back-up")
    old, new = [CANARY, "Ion Pop", "Since the back-up"], [CANARY, "Ion Pop"]
    ends = set()
    for moves in range(24):
        data = tmp_path / f"cut{moves}"
        shutil.copytree(office.data, data)
        cut_at[0] = moves
        try:
            restored(office, data)
            break
        except PowerCut:
            is_meant = is_interrupted(data)
        cut_at[0] = random.Random(moves).randrange(4)  # and once more while it is finished
        try:
            finish_interrupted(data)
        except PowerCut:
            cut_at[0] = 10**6
            finish_interrupted(data)
        cut_at[0] = 10**6
        found = read_slots(data)
        assert found and found.current.opened_with("card", office.card.secret) == KEY
        assert office.names(data) == (new if is_meant else old) and is_founded(data)
        assert not (data / ".restoring").exists()
        if is_meant:
            assert office.names(next((data / "before-restore").iterdir())) == old
        ends.add((is_meant, moves))
    assert sum(is_meant for is_meant, _ in ends) > 6 and not all(is_meant for is_meant, _ in ends)


def test_a_cut_before_all_is_prepared_leaves_the_old(office: Office) -> None:
    before = photographed(office.data)

    def cut(step: str, done: float) -> None:
        if step == "swap":
            raise PowerCut

    with pytest.raises(PowerCut):
        restore_backup(on_stick(office), office.card_text, office.data, cut)
    (office.data / ".restoring").mkdir(exist_ok=True)
    (office.data / ".restoring" / "dosar.db").write_bytes(b"half")
    finish_interrupted(office.data)
    assert photographed(office.data) == before


@pytest.mark.parametrize("aside", ["../../elsewhere", "/tmp/elsewhere", "", "x" * 300, None])
def test_a_journal_that_somebody_wrote_leads_nowhere(aside: str | None, tmp_path: Path) -> None:
    """A data folder that came on a stick may hold one."""
    data = tmp_path / "one" / "data"
    data.mkdir(parents=True)
    (data / "dosar.db").write_bytes(b"data")
    journal = json.dumps({"aside": aside, "coming": []}) if aside is not None else "[" * 100_000
    (data / "restore-begun.json").write_text(journal)
    with pytest.raises(StoreError, match="is damaged"):
        finish_interrupted(data)
    assert (data / "dosar.db").exists() and [each.name for each in tmp_path.iterdir()] == ["one"]


def test_where_only_a_key_file_opened_the_data_it_does_so_again(office: Office, tmp_path: Path) -> None:
    """Its place on the other computer is no place here: the file that was named opens the data by itself."""
    elsewhere, here = tmp_path / "gone" / "dosar.key", tmp_path / "here.key"
    secret = bytes(range(100, 132))
    slots = KeySlots().with_slot(KEY, "key_file", secret, "2026-11-01", str(elsewhere))
    write_slots(office.data, slots.with_slot(KEY, "keyring", bytes(range(50, 82)), "2026-11-01", "0123456789abcdef"))
    with office.at_work() as repository:
        office.back_up(repository, moment=NIGHT + timedelta(days=1))
    here.write_text(secret.hex())
    here.chmod(0o600)
    new = tmp_path / "new"
    new.mkdir()
    restore_backup(on_stick(office), here, new, keep_silent)
    stored = read_slots(new)
    assert stored and [(slot.kind, slot.place) for slot in stored.current.slots] == [("key_file", str(here))]
    assert MasterKeyPlace(new, lambda _: True).by_itself() == KEY
    assert office.names(new) == [CANARY, "Ion Pop"]
