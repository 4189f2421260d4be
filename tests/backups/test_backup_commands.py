"""``dosar backup`` and ``dosar restore``, as cron and an administrator call them, on both databases."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.request import urlopen

import pytest
from sqlalchemy import func, select, update

from dosar.access.organisation.settings import Organisation, save_organisation
from dosar.backups.keeping.back_up import FAILED_ACTION
from dosar.backups.keeping.runs import recent_runs
from dosar.backups.making.make import backup_mark, make_backup
from dosar.backups.places.folder import FolderPlace
from dosar.backups.places.new_place import prepare_place
from dosar.backups.places.same_disk import is_same_disk
from dosar.backups.places.settings import place_from_address, save_place
from dosar.backups.reading.lookup_folder import clear_lookup_folders
from dosar.backups.restoring.rehearsal import rehearse
from dosar.backups.restoring.server_restoring import remove_kept_schemas
from dosar.cli.main import main
from dosar.database.audit.chain import audit_event_table
from dosar.database.keys.key_file import write_secrets
from dosar.database.keys.key_slots_file import read_slots, write_slots
from dosar.database.keys.old_key import KEPT_FOR
from dosar.database.store import Store
from dosar.database.store_errors import StoreError
from dosar.database.system_tables import utc_now
from dosar.long_work.progress import keep_silent
from tests.backups.offices import CANARY, NIGHT, USERS, Office, enter, erase, hire, new_office
from tests.backups.servers import PASSWORD, USER, webdav
from tests.databases import KEY, fresh_place
from tests.small_disk import small_disk

SECRET = bytes(range(60, 92))
DISKS = (Path("/dev/shm"), Path("/var/tmp"))


@pytest.fixture
def office(database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    """Opened by a card and by a key file."""
    for name in ("DATABASE_URL", "LANG", "LANGUAGE", "LC_ALL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    with fresh_place(database, tmp_path) as place:
        office = new_office(tmp_path / "office", place.url)
        if place.url:
            monkeypatch.setenv("DATABASE_URL", place.url)
        file = tmp_path / "office" / "key"
        write_secrets(office.data, file, SECRET)
        stored = read_slots(office.data)
        assert stored
        write_slots(office.data, stored.current.with_slot(KEY, "key_file", SECRET, "2026-11-02", str(file)))
        with office.at_work() as repository:
            hire(repository)
            with repository.writing() as session:
                save_organisation(session, Organisation("Casa Nouă", "ro"))
            enter(repository, CANARY)
        yield office


def places_of(office: Office) -> list[str]:
    return ["--data", str(office.data), "--forms", str(office.forms), "--key-file", str(office.stick.parent / "key")]


PROGRAM = """
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)
from dosar.cli.main import main
sys.exit(main(sys.argv[1:]))
"""


def type_in(monkeypatch: pytest.MonkeyPatch, typed: str) -> None:
    monkeypatch.setattr(sys, "stdin", StringIO(f"{typed}\n"))


def back_up_to_cloud(office: Office, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """By its address; the password lies in a file."""
    (folder / "cloud").mkdir()
    secret = folder / "cloud-password"
    secret.write_text(f"{USER}:{PASSWORD}\n", encoding="utf-8")
    with webdav(folder / "cloud") as address:
        asked = ["backup", *places_of(office), "--secret-file", str(secret), "--to"]
        assert main([*asked, address]) == 0
        assert f" {address}" in capsys.readouterr().out
        assert main([*asked, address.replace("localhost", "cloud.exemplu.ro")]) == 2
        assert "With http:// anybody" in capsys.readouterr().err
        secret.unlink()
        assert main([*asked, address]) == 2 and "user:password" in capsys.readouterr().err
    assert len(list((folder / "cloud/Dosar").glob("dosar-*.dosar"))) == 1


def test_backed_up_at_work_and_restored_on_another_computer(
    office: Office, database: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with office.at_work() as repository:
        assert main(["backup", *places_of(office)]) == 2
        assert "No place for back-ups is set up" in capsys.readouterr().err
        assert main(["backup", "--to", str(office.data / "copies"), *places_of(office)]) == 2
        assert "lies inside the data folder" in capsys.readouterr().err
        assert main(["backup", "--to", str(office.stick), *places_of(office)]) == 0
        said = capsys.readouterr().out
        assert "Every page and every index is looked at." in said and "Backed up and verified: dosar-" in said
        with repository.writing() as session:
            save_place(session, place_from_address(str(office.stick)))
            save_place(session, place_from_address(str(tmp_path / "not there")))
        assert main(["backup", *places_of(office)]) == 1, "one of two was not there"
        assert "not there" in capsys.readouterr().err
        runs = recent_runs(repository.session, 9)
        assert [(run.cause, run.verified) for run in runs] == [("command", False), ("command", True), ("command", True)]
        back_up_to_cloud(office, tmp_path, capsys)
        enter(repository, "Since the back-up")
        with repository.writing() as session:
            session.execute(update(USERS).values(active=False))
    file = min(office.stick.glob("dosar-*.dosar"))
    rehearse(file, KEY, lambda step, done: None, tmp_path)

    assert main(["restore", str(tmp_path / "none.dosar"), *places_of(office)]) == 2
    (tmp_path / "new").mkdir()
    with fresh_place(database, tmp_path) as empty:
        if empty.url:
            monkeypatch.setenv("DATABASE_URL", empty.url)
        type_in(monkeypatch, "not it, but long enough")
        assert main(["restore", str(file), "--data", str(tmp_path / "new")]) == 2
        type_in(monkeypatch, office.card_text)
        assert main(["restore", str(file), "--data", str(tmp_path / "new")]) == 0
        said = capsys.readouterr().out
        assert "The forms of the organisation came along" in said and "is kept in" not in said
        assert "Organisation: Casa Nouă. Cases: 1, sheets: 0, accounts: 1." in said
        new = Office(tmp_path / "new", tmp_path / "new/forms", office.stick, empty.url, card=office.card)
        assert new.names() == [CANARY]

    if office.url:
        monkeypatch.setenv("DATABASE_URL", office.url)
    assert main(["restore", str(file), *places_of(office)]) == 0, "the key file opens it"
    said = capsys.readouterr().out
    assert "is kept in" in said and office.names() == [CANARY]
    with office.at_work() as repository:
        assert [*repository.session.scalars(select(USERS.c.active))] == [False], (
            "who left since is let in by no restore"
        )
    if office.url:
        store = Store.open(office.data, office.url, KEY)
        with store.engine.connect() as connection:
            [schema] = [
                name for (name,) in connection.exec_driver_sql("SELECT nspname FROM pg_namespace") if "before" in name
            ]
            kept = connection.exec_driver_sql(f'SELECT count(*) FROM "{schema}"."case"').scalar()
        assert kept == 2 and schema in said
        with store.writing() as session:
            session.connection().exec_driver_sql("CREATE SCHEMA before_restore_2026_13_45_999999")
        assert remove_kept_schemas(store, utc_now() + KEPT_FOR - timedelta(hours=1)) == 0
        assert remove_kept_schemas(store, utc_now() + KEPT_FOR + timedelta(hours=1)) == 1
        store.close()
        assert office.names() == [CANARY]


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_stick_that_waits_for_its_turn_fails_no_command(office: Office, capsys: pytest.CaptureFixture[str]) -> None:
    other_disk = next((disk for disk in DISKS if disk.is_dir() and not is_same_disk(disk, office.data)), None)
    if other_disk is None:
        pytest.skip("there is no second disk here")
    with TemporaryDirectory(dir=other_disk) as drives, office.at_work() as repository:
        red, blue = Path(drives, "red"), Path(drives, "blue")
        for stick in (red, blue):
            stick.mkdir()
            place = prepare_place(place_from_address(str(stick)), backup_mark(repository.store), office.data)
            with repository.writing() as session:
                save_place(session, place)
        red.rename(home := Path(drives, "home"))
        assert main(["backup", *places_of(office)]) == 1, "red never got one"
        home.rename(red)
        assert main(["backup", *places_of(office)]) == 0
        blue.rename(home)
        capsys.readouterr()
        assert main(["backup", *places_of(office)]) == 0
        said = capsys.readouterr()
        assert "blue: It is not connected, and waits for its turn" in said.out and not said.err
        red.rename(Path(drives, "lost"))
        assert main(["backup", *places_of(office)]) == 1, "nobody got one"
        failed = select(func.count()).where(audit_event_table.c.action == FAILED_ACTION)
        assert repository.session.scalar(failed) == 3, "that blue is still away is told once"


@pytest.mark.parametrize("database", ["sqlite"])
def test_somebody_looks_something_up_in_it(office: Office, free_port: int) -> None:
    with office.at_work() as repository:
        office.back_up(repository)
        erase(repository, 1)
    [file] = office.stick.iterdir()
    asked = [
        "restore",
        str(file),
        "--look",
        "--port",
        str(free_port),
        "--no-browser",
        "--passphrase",
        *places_of(office),
    ]
    program: subprocess.Popen[str] = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, *asked], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        said = ""
        assert program.stdout and program.stdin
        program.stdin.write(f"{office.card_text}\n")
        program.stdin.close()
        while "Ctrl+C stops it" not in said:
            line = program.stdout.readline()
            assert line, said
            said += line
        assert "This is the back-up of 2026-11-29 03:30, opened to look at" in said
        with urlopen(f"http://127.0.0.1:{free_port}/sign-in") as page:
            assert 'name="user_name"' in page.read().decode(), "what opened the back-up opens the pages"
        [folder] = office.data.parent.glob("dosar-look-*")
        assert (folder / "erased-persons.txt").read_text() == (office.data / "erased-persons.txt").read_text()
        left = shutil.copytree(folder, office.data.parent / "dosar-look-killed")
        for each in (folder, left):
            os.utime(each, (0, 0))
        clear_lookup_folders(office.data.parent)
        assert folder.is_dir() and not left.exists(), "what a kill left goes, what somebody has open stays"
        store = Store.open(folder, key=KEY)
        try:
            store.open_kept_data_key()
            with pytest.raises(StoreError, match="opened to look at"):
                make_backup(store, folder, office.forms, FolderPlace(office.stick), NIGHT, keep_silent)
        finally:
            store.close()
    finally:
        program.send_signal(signal.SIGINT)
        assert program.wait(60) == 0
        assert program.stdout
        program.stdout.close()
    assert not list(office.data.parent.glob("dosar-look-*")) and len(list(office.stick.iterdir())) == 1


@pytest.mark.parametrize("database", ["sqlite"])
def test_on_a_full_disk_nothing_is_made_and_nothing_lost(office: Office, tmp_path: Path) -> None:
    with office.at_work() as repository:
        office.back_up(repository)
        enter(repository, "Since the back-up")
    [file] = office.stick.iterdir()
    with small_disk(tmp_path / "small", 6 * 2**20) as disk:
        (tmp_path / "program.py").write_text(PROGRAM)
        assert disk.run(f"cp -rp {office.data} {disk.folder}/data") == 0
        disk.fill()
        assert disk.run(f"truncate -s -512K {disk.folder}/filler") == 0, "room to open, and for no back-up"
        places = f"--data {disk.folder}/data --forms {office.forms} --key-file {office.stick.parent}/key"
        dosar, said = f"{sys.executable} {tmp_path}/program.py", tmp_path / "said"
        assert disk.run(f"{dosar} backup --to {office.stick} {places} 2> {said}") == 2
        assert "There is no room" in said.read_text()
        assert disk.run(f"{dosar} restore {file} {places} 2> {said}") == 2
        assert "There is no room" in said.read_text()
        assert disk.run(f"ls -A {disk.folder}/data | grep -q -e '^.backup' -e '^.restoring'") == 1, "nothing is left"
        disk.make_room()
        shutil.rmtree(office.data)
        assert disk.run(f"cp -rp {disk.folder}/data {office.data}") == 0
    assert office.names() == [CANARY, "Since the back-up"] and [*office.stick.iterdir()] == [file]


RESTORING = """
import resource, sys
from pathlib import Path
from dosar.backups.restoring.server_restoring import restore_to_server
from dosar.database.store_errors import StoreError
file, card, data, url, fails = sys.argv[1:]
def tell(step, done):
    if fails and (step, done) == ("fill", 1.0):
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
try:
    restore_to_server(Path(file), card, Path(data), url, tell)
except StoreError as trouble:
    sys.exit(f"refused: {trouble}")
"""
"""Where it fails, no file takes anything more once the server has the rows."""


@pytest.mark.parametrize("database", ["postgresql"])
def test_a_disk_that_takes_nothing_once_the_server_has_the_rows_is_told_and_it_is_done_later(office: Office) -> None:
    with office.at_work() as repository:
        office.back_up(repository)
        enter(repository, "Since the back-up")
    [file] = office.stick.iterdir()
    asked = [sys.executable, "-c", RESTORING, file, office.card_text, office.data, str(office.url)]
    failed = subprocess.run([*asked, "fails"], capture_output=True, text=True)
    assert failed.returncode == 1 and "restore the same back-up once more" in failed.stderr
    assert not (office.data / ".restoring").exists() and not (office.data / "before-restore").exists()
    subprocess.run([*asked, ""], check=True)
    assert office.names() == [CANARY]
