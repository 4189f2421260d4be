"""Places for back-ups and what became of each back-up, as the database keeps them."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import LargeBinary, select, type_coerce

from dosar.access.tables import ACCESS_TABLES, backup_place_table, backup_run_table
from dosar.backups.keeping.runs import (
    BUTTON,
    DAILY,
    BackupRun,
    days_since,
    last_good,
    last_rehearsed,
    last_trouble,
    last_try,
    note_rehearsal,
    note_run,
    recent_runs,
)
from dosar.backups.places.addresses import bucket_of, object_store_address
from dosar.backups.places.settings import (
    PlaceSettings,
    place_from_address,
    read_places,
    remove_place,
    save_place,
)
from dosar.backups.restoring.restore import RESTORED_RUN
from dosar.database.copies.transfer import copy_database
from dosar.database.store import Store
from dosar.database.system_tables import SYSTEM_METADATA
from dosar.language.text.message import Message, Mistake
from tests.databases import DATABASES, fresh_place

CLOUD = PlaceSettings(
    None, "webdav", "Norul asociației", "https://cloud.exemplu.ro/dav/", "ana", "parola-cea-grea", "Dosar"
)
STICK = PlaceSettings(None, "folder", "Stickul din seif", "/media/ana/STICK MARE ș", mark="a1b2c3")
NIGHT = datetime(2026, 11, 27, 23, 30)
OTHER_KEY = bytes(range(1, 33))


@pytest.fixture
def opened(founded_store: Store) -> Store:
    founded_store.open_data_key()
    return founded_store


def test_places_are_kept_and_say_nothing_to_who_reads_the_table(opened: Store) -> None:
    with opened.writing() as session:
        cloud, stick = save_place(session, CLOUD), save_place(session, STICK)
        save_place(session, replace(cloud, title="Norul"))
    with opened.writing() as session:
        assert read_places(session) == [replace(cloud, title="Norul"), stick]
        lying = session.scalars(select(type_coerce(backup_place_table.c.settings, LargeBinary())))
        assert not [word for row in lying for word in (b"exemplu", b"ana", b"parola", b"STICK") if word in bytes(row)]
        remove_place(session, stick.id or 0)
        assert [place.title for place in read_places(session)] == ["Norul"]
    assert "parola" not in repr(CLOUD)


def test_a_kept_password_goes_to_no_other_address(opened: Store) -> None:
    with opened.writing() as session:
        cloud = save_place(session, CLOUD)
        moved = replace(cloud, address="https://altul.exemplu.ro/dav/")
        with pytest.raises(Mistake, match="type the password anew"):
            save_place(session, moved)
        assert read_places(session) == [cloud]
        assert save_place(session, replace(moved, secret="alta-parola")) in read_places(session)


@pytest.mark.parametrize("target", DATABASES)
def test_places_move_along_and_outlive_a_change_of_the_key(opened: Store, target: str, tmp_path: Path) -> None:
    with opened.writing() as session:
        cloud = save_place(session, CLOUD)
        note_run(session, BackupRun(cloud.id, DAILY, NIGHT, NIGHT, trouble=Message("The stick was not there.")))
    with fresh_place(target, tmp_path) as place:
        store = replace(place, key=OTHER_KEY).open()
        copy_database(opened, store, [*ACCESS_TABLES, *SYSTEM_METADATA.tables.values()])
        store.take_over_data_key(opened)
        store.open_data_key()
        with store.writing() as session:
            assert read_places(session) == [cloud]
            tried = last_try(session)
            assert tried is not None and tried.trouble == Message("The stick was not there.")
        store.close()


def test_how_each_back_up_went_is_told(opened: Store) -> None:
    unplugged = Message("The place %(place)s for back-ups is not there.", {"place": "E:\\"})
    with opened.writing() as session:
        cloud, stick = save_place(session, CLOUD), save_place(session, STICK)
        good = BackupRun(cloud.id, DAILY, NIGHT, NIGHT + timedelta(minutes=1), "dosar-1.dosar", 2**33, True)
        number = note_run(session, good)
        failed = replace(good, name="", bytes=0, verified=False, trouble=unplugged, cause=BUTTON, place_id=stick.id)
        note_run(session, failed)
        note_run(session, replace(failed, place_id=cloud.id, begun_at=NIGHT + timedelta(days=1)))
    with opened.writing() as session:
        assert last_good(session, cloud.id) == last_good(session) == replace(good, id=number)
        assert last_good(session, stick.id) is None
        tried = last_try(session, stick.id)
        assert tried is not None and tried.trouble == unplugged
        assert last_trouble(session, stick.id) == last_trouble(session, cloud.id) == unplugged
        assert [run.cause for run in recent_runs(session, 2)] == [BUTTON, BUTTON]
        assert days_since(last_good(session), NIGHT + timedelta(days=4, hours=1)) == 4
        assert days_since(None, NIGHT) is None and days_since(last_good(session), NIGHT - timedelta(days=1)) == 0
        note_rehearsal(session, number, NIGHT + timedelta(days=2))
        rehearsed = last_rehearsed(session, cloud.id)
        assert rehearsed is not None and rehearsed.name == "dosar-1.dosar"
        remove_place(session, cloud.id or 0)
        assert session.scalars(select(backup_run_table.c.place_id)).all() == [stick.id], "the others went along"
        note_run(session, replace(good, place_id=None, cause=RESTORED_RUN))
        assert last_trouble(session, stick.id) is None, "it failed where the data were before"
        note_run(session, failed)
        assert last_trouble(session, stick.id) == unplugged


def test_one_line_tells_a_place() -> None:
    stick = place_from_address("/mnt/stick mare ș")
    assert (stick.kind, stick.title, stick.folder) == ("folder", "stick mare ș", "")
    cloud = place_from_address("https://cloud.exemplu.ro/remote.php/dav/files/dosar/", "dosar:o:parolă")
    assert (cloud.kind, cloud.title, cloud.user, cloud.secret) == ("webdav", "cloud.exemplu.ro", "dosar", "o:parolă")
    store = place_from_address("s3://copii/ong/2?endpoint=https://s3.exemplu.ro&region=eu-1", "CHEIE:secret/+=")
    assert (store.kind, store.folder, store.user, store.secret) == ("s3", "ong/2", "CHEIE", "secret/+=")
    assert bucket_of(store.address) == ("copii", "https://s3.exemplu.ro", "eu-1")
    assert store.address == object_store_address("copii", "https://s3.exemplu.ro", "eu-1")
    assert bucket_of("s3://copii?region=eu-central-1")[1] == "https://s3.eu-central-1.amazonaws.com"


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("http://cloud.exemplu.ro/dav/", "anybody on the way"),
        ("http://192.168.1.10/dav/", "anybody on the way"),
        ("http://127.0.0.1.exemplu.ro/dav/", "anybody on the way"),
        ("s3://copii?endpoint=http://s3.exemplu.ro", "anybody on the way"),
        ("https://ana:parola@cloud.exemplu.ro/dav/", "their own boxes"),
        ("s3://CHEIE:secret@copii?region=eu-1", "their own boxes"),
        ("s3://copii?endpoint=https://a:b@s3.exemplu.ro", "their own boxes"),
        ("https://cloud.exemplu.ro/dav/?token=1", "no ?"),
        ("https://[half", "no address"),
        ("s3://copii", "Say where the bucket"),
        ("s3://?endpoint=https://s3.exemplu.ro", "names no bucket"),
        ("s3://copii/../altul?region=eu-1", "leads out"),
        ("copii", "the whole way"),
        ("ftp://exemplu.ro/copii", "the whole way"),
    ],
)
def test_an_address_over_which_others_read_the_password_is_refused(address: str, why: str) -> None:
    with pytest.raises(Mistake, match=why) as refused:
        place_from_address(address)
    assert "parola" not in str(refused.value) and "secret" not in str(refused.value)


def test_this_computer_may_be_asked_without_a_certificate() -> None:
    for host in ("localhost:8080", "127.0.0.1", "[::1]:9000"):
        assert place_from_address(f"http://{host}/dav/").kind == "webdav"
