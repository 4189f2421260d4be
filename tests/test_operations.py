"""The blocks of ``app/docs/operations.md``, given to the letter on a server that lies in a folder."""

import os
import re
import shutil
import subprocess
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from dosar.cli.commands.start import start
from dosar.cli.console.settings_file import settings_of
from dosar.cli.main import main
from dosar.cli.runtime import prepare_database
from dosar.database.keys.key_file import default_key_file, key_from_file
from dosar.database.store import Store
from dosar.records.scope.row_scope import SYSTEM_SCOPE, acting_as
from tests.databases import Place, fresh_place
from tests.organisations import CASE, MENU, ROLES, Organisation, form
from tests.reference import ROOT

MANUAL = (ROOT / "app/docs/operations.md").read_text(encoding="utf-8")
HOSTING = ROOT / "app/docs/hosting"
VISIT = form("visit", "name: cost, type: integer")
WIDER = form("visit", "name: price, type: decimal, was: cost")
PLACES = re.compile(r"/(?:var/lib/dosar|etc/dosar|opt/dosar|mnt/backup)\b")
MOMENT = "2026-11-28-091500"
SUDO = """#!/bin/sh
[ "$1" != -u ] || { account=$2; shift 2; [ "$1" != -- ] || shift; }
exec env -u DATABASE_URL ACCOUNT="${account:-root}" "$@"
"""
"""As the real one: somebody else, who does not know what the caller has exported."""


def block(words: str) -> str:
    """The one block of commands in the manual with these words in it."""
    [found] = [block for block in re.findall(r"```sh\n(.*?)```", MANUAL, re.DOTALL) if words in block]
    return found


@dataclass(frozen=True)
class Server:
    """What the manual calls ``/var/lib/dosar``, ``/etc/dosar`` and so on, all of it below one folder."""

    root: Path
    monkeypatch: pytest.MonkeyPatch

    def there(self, text: str) -> str:
        return PLACES.sub(lambda found: f"{self.root}{found[0]}", text)

    def program(self, name: str, text: str) -> None:
        file = self.root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        file.chmod(0o755)

    def give(self, commands: str) -> str:
        """Give the commands line by line; returns what the last one printed. Dosar itself runs in this process."""
        known, said = "", ""
        for line in self.there(commands).splitlines():
            known += f"{line}\n" if re.match("[A-Z_]+=", line) else ""
            said = self._give(f"{known}{line}")
            if self._asked.exists():
                self._run_dosar(*self._asked.read_text(encoding="utf-8").splitlines())
        return said

    def _give(self, commands: str) -> str:
        done = subprocess.run(["bash", "-euc", commands], text=True, capture_output=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    @property
    def _asked(self) -> Path:
        """What was asked of Dosar: the database, and the words of the command."""
        return self.root / "asked"

    def _run_dosar(self, url: str, *words: str) -> None:
        self._asked.unlink()
        self.monkeypatch.setenv("DATABASE_URL", url)
        assert main(words) == 0
        self.monkeypatch.setenv("DATABASE_URL", "postgresql://somebody/elses")

    @property
    def key(self) -> bytes:
        return key_from_file(self.root / "var/lib/dosar/data", self.root / "etc/dosar/key")

    def asked(self, form_text: str) -> None:
        """The visit's form as it is from now on."""
        (self.root / "etc/dosar/forms/visit.yaml").write_text(form_text, encoding="utf-8")

    def answers(self, place: Place) -> dict[str, object]:
        store = place.open()
        try:
            with acting_as(SYSTEM_SCOPE):
                return Organisation(store, self.root / "etc/dosar/forms").start().answers("visit", 1)
        finally:
            store.session.remove()
            store.close()

    @property
    def folder(self) -> Place:
        return Place(self.root / "var/lib/dosar/data", key=self.key)


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Server:
    """The server, where an organisation has kept one visit in the data folder."""
    made = Server(tmp_path, monkeypatch)
    for name, value in {"PATH": f"{tmp_path}/bin:{os.environ['PATH']}", "HOME": str(tmp_path), "LC_ALL": "C"}.items():
        monkeypatch.setenv(name, value)
    for folder in ("var/lib/dosar/data", "etc/dosar/forms", "mnt/backup", "bin"):
        (tmp_path / folder).mkdir(parents=True)
    for name, text in {"case": CASE, "menu": MENU, "roles": ROLES, "visit": VISIT}.items():
        (tmp_path / f"etc/dosar/forms/{name}.yaml").write_text(text, encoding="utf-8")
    made.program("opt/dosar/bin/dosar", f'#!/bin/sh\nprintf "%s\\n" "$DATABASE_URL" "$@" > {tmp_path}/asked\n')
    made.program("bin/dosar", made.there((HOSTING / "dosar").read_text(encoding="utf-8")))
    told = made.there((HOSTING / "dosar.toml").read_text(encoding="utf-8"))
    (tmp_path / "etc/dosar/dosar.toml").write_text(told, encoding="utf-8")
    monkeypatch.setattr("dosar.cli.console.settings_file.SYSTEM_FILE", tmp_path / "etc/dosar/dosar.toml")
    made.program("bin/sudo", SUDO)
    made.program("bin/id", '#!/bin/sh\necho "${ACCOUNT:-admin}"\n')
    made.program("bin/systemctl", "#!/bin/sh\n")
    made.program("bin/chown", "#!/bin/sh\n")
    store = Store.open(tmp_path / "var/lib/dosar/data", key=made.key)
    prepare_database(store, tmp_path / "etc/dosar/forms")
    with acting_as(SYSTEM_SCOPE):
        Organisation(store, tmp_path / "etc/dosar/forms").start().enter("visit", cost=7)
        store.session.remove()
    store.close()
    return made


@pytest.fixture
def postgresql(server: Server, tmp_path: Path) -> Iterator[Place]:
    """The database that ``/etc/dosar/database-url`` names."""
    with fresh_place("postgresql", tmp_path) as place:
        served_from(server, place)
        yield replace(place, key=server.key)


def served_from(server: Server, place: Place) -> None:
    (server.root / "etc/dosar/database-url").write_text(f"{place.url}\n", encoding="utf-8")
    told = server.root / "etc/dosar/dosar.toml"
    told.write_text(told.read_text(encoding="utf-8").replace("# database_url_file", "database_url_file"), "utf-8")


def without_administering(commands: str) -> str:
    """The commands but those of PostgreSQL's own account."""
    return re.sub(r"^sudo -u postgres .*\n", "", commands, flags=re.MULTILINE)


def test_an_organisation_moves_to_postgresql_is_upgraded_and_goes_back(
    server: Server, postgresql: Place, tmp_path: Path
) -> None:
    """Each command works on the database of the service, whoever gives it and whatever she has exported."""
    server.give(block("before-postgresql.db"))
    assert server.answers(postgresql) == {"cost": 7}
    assert not (server.root / "var/lib/dosar/data/dosar.db").exists()

    server.asked(WIDER)
    server.give(block("dosar upgrade --dry-run").replace("dosar check", "true"))
    assert server.answers(postgresql) == {"price": 7}

    server.asked(VISIT)
    [copy] = (server.root / "var/lib/dosar/data/copies").iterdir()
    with fresh_place("postgresql", tmp_path) as empty:
        served_from(server, empty)
        server.give(without_administering(block("RENAME TO given_up")).replace(MOMENT, copy.name))
        assert server.answers(replace(empty, key=server.key)) == {"cost": 7}


def test_a_folder_is_backed_up_checked_and_put_back(server: Server, capsys: pytest.CaptureFixture[str]) -> None:
    server.give(block("chown dosar:"))
    new_version = block("/opt/dosar/bin/pip install --no-deps dosar-0.2.0-py3-none-any.whl\ndosar check")
    server.give(re.sub(r"^sudo \S+pip .*\n", "", new_version, flags=re.MULTILINE))
    data = server.root / "var/lib/dosar/data"
    assert f"in {server.root / 'etc/dosar/forms'}, compared with the answers in {data}." in capsys.readouterr().out
    file = max((server.root / "mnt/backup/dosar").iterdir())
    key = server.key
    for gone in data.iterdir():
        if gone.is_file():
            gone.unlink()
    restoring = block("sudo systemctl stop dosar\ndosar restore /mnt/backup/dosar/dosar-")
    server.give(re.sub(r"dosar-1f2e3d-\S+", file.name, restoring))
    assert server.key == key and server.answers(server.folder) == {"cost": 7}
    shutil.copytree(data, data / "copies" / MOMENT, ignore=shutil.ignore_patterns("copies", "in-use*"))
    (data / "dosar.db").unlink()
    server.give(block("given-up/copies"))
    assert server.answers(server.folder) == {"cost": 7}


def test_a_server_moves(server: Server) -> None:
    """The new one has the same address, and nothing in its data folder."""
    server.give(block("chown dosar:").partition("\n")[0])
    server.give(block("disable --now dosar"))
    [file] = (server.root / "mnt/backup/dosar").glob("*.dosar")
    data = server.root / "var/lib/dosar/data"
    shutil.rmtree(data)
    data.mkdir()
    (server.root / "etc/dosar/forms/visit.yaml").unlink()
    server.give(re.sub(r"dosar-1f2e3d-\S+", file.name, block("data/forms/.")))
    assert server.answers(server.folder) == {"cost": 7}


def test_the_key_of_a_folder_is_found_by_its_name(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dosar.database.keys.key_file.user_config_path", lambda name: tmp_path / ".config" / name)
    data = tmp_path / ".local/share/dosar/data"
    key_from_file(data)
    assert server.give(block("/key-name")).strip() == default_key_file(data).stem


def test_commands_and_service_are_told_by_the_same_file() -> None:
    """Neither the unit nor the command of the server says anything besides; what the file says is made beforehand."""
    unit, command, told = ((HOSTING / name).read_text("utf-8") for name in ("dosar.service", "dosar", "dosar.toml"))
    assert "ExecStart=/opt/dosar/bin/dosar start\n" in unit and 'exec /opt/dosar/bin/dosar "$@"\n' in command
    assert tomllib.loads(told)["data"] in block("useradd --system") and "cp -r forms /etc/dosar/forms" in MANUAL
    with_database = tomllib.loads(told.replace("# database_url_file", "database_url_file"))
    assert with_database.keys() <= settings_of(start).keys() and with_database["no_browser"]
    assert f"/dev/null {with_database['database_url_file']} " in MANUAL


def test_the_unit_leaves_little_open() -> None:
    """By the measure of systemd itself: 0 is nothing, 10 everything."""
    if not shutil.which("systemd-analyze"):
        pytest.skip("systemd-analyze is not installed")
    look = ["systemd-analyze", "security", "--offline=yes", "--threshold=10", str(HOSTING / "dosar.service")]
    done = subprocess.run(look, text=True, capture_output=True, check=False)
    if "unrecognized option" in done.stderr:
        pytest.skip("this systemd-analyze looks at no file")
    [exposure] = re.findall(r"exposure level for dosar.service: ([\d.]+)", done.stdout)
    [told] = re.findall(r"exposure level of (\d\.\d)", MANUAL)
    assert float(exposure) <= float(told), done.stdout


def test_the_web_server_reads_its_file() -> None:
    if not shutil.which("caddy"):
        pytest.skip("caddy is not installed")
    validate = ["caddy", "validate", "--adapter", "caddyfile", "--config", str(HOSTING / "Caddyfile")]
    done = subprocess.run(validate, text=True, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
