"""A database that a later version of Dosar has opened is left alone, and says so."""

from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest
from sqlalchemy.dialects import sqlite
from sqlalchemy.schema import CreateIndex, CreateTable

from dosar.cli.main import main
from dosar.cli.runtime import prepare_database
from dosar.database.format_version import FORMAT_VERSION, format_table
from dosar.database.store import Store
from dosar.database.system_tables import SYSTEM_METADATA
from tests.databases import KEY, Place
from tests.organisations import CASE, MENU, ROLES, form
from tests.releases.kept import rows_in

OWN_TABLES = 17, "259b591460411052"
"""The number, and what Dosar's own tables are with it."""
LATER_ALPHABET = "CREATE OR REPLACE FUNCTION sort_key(text) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT upper($1)'"
REFUSED = (
    "A newer version of Dosar has worked with this database, so this one leaves it alone. Start the newer one, or "
    "install it. To go back to this one with the data of before: dosar update --back; or restore the back-up of before "
    "the update.\n"
    "More: Handbook for administrators, chapter 10, “Updating”: “Back” (in Dosar under “Help”).\n"
)
REFUSED_RO = "O versiune mai nouă de Dosar a lucrat cu această bază de date, așa că"


@pytest.fixture
def command(place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., int]:
    """A command on an organisation that a later version has opened."""
    forms = tmp_path / "forms"
    forms.mkdir()
    visit = form("visit", "name: said, type: text")
    for name, text in {"case": CASE, "menu": MENU, "roles": ROLES, "visit": visit}.items():
        (forms / f"{name}.yaml").write_text(text, encoding="utf-8")
    key = tmp_path / "dosar.key"
    key.touch(mode=0o600)
    key.write_text(KEY.hex())
    store = place.open()
    prepare_database(store, forms)
    with store.writing() as session:
        session.execute(format_table.update().values(version=FORMAT_VERSION + 1))
        if place.url:
            session.connection().exec_driver_sql(LATER_ALPHABET)
    store.close()
    (forms / "visit.yaml").write_text(visit.replace("said", "told"), encoding="utf-8")
    monkeypatch.setenv("DATABASE_URL", place.url or "")
    data = str(place.data or tmp_path / "data")
    places = ["--data", data, "--forms", str(forms), "--key-file", str(key)]
    return lambda *asked: main([*asked, *places])


def as_it_is(place: Place, monkeypatch: pytest.MonkeyPatch) -> object:
    """Everything in the database, and its alphabet, as the later version sees them."""
    with monkeypatch.context() as later:
        later.setattr("dosar.database.format_version.FORMAT_VERSION", FORMAT_VERSION + 1)
        later.setattr("dosar.database.postgresql_store.PostgresStore._teach_alphabet", lambda store: None)
        store = place.open()
        alphabet = "SELECT prosrc FROM pg_proc WHERE proname = 'sort_key'"
        try:
            with store.snapshot() as connection:
                return rows_in(store), place.url and connection.exec_driver_sql(alphabet).scalar()
        finally:
            store.close()


def test_every_command_refuses_it_and_changes_nothing(
    command: Callable[..., int],
    place: Place,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    before = as_it_is(place, monkeypatch)
    for asked in (
        ["start", "--no-browser", "--port", "0"],
        ["upgrade"],
        ["upgrade", "--dry-run"],
        ["check"],
        ["copy", "--to", str(tmp_path / "copy"), "--to-key-file", str(tmp_path / "copy.key")],
    ):
        assert command(*asked) == 2, asked
        assert capsys.readouterr().err == REFUSED
    monkeypatch.setenv("LANG", "ro_RO.UTF-8")
    assert command("upgrade") == 2
    assert REFUSED_RO in capsys.readouterr().err
    assert as_it_is(place, monkeypatch) == before


def test_the_present_version_is_written_down_once(store: Store, tmp_path: Path) -> None:
    (tmp_path / "forms").mkdir()
    for name, text in {"case": CASE, "menu": MENU, "roles": ROLES}.items():
        (tmp_path / "forms" / f"{name}.yaml").write_text(text, encoding="utf-8")
    for _ in range(2):
        prepare_database(store, tmp_path / "forms")
        assert rows_in(store)["dosar_format"] == [{"version": FORMAT_VERSION}]


def test_own_tables_change_together_with_the_number() -> None:
    kind = sqlite.dialect()
    made = [str(CreateTable(table).compile(dialect=kind)) for table in SYSTEM_METADATA.sorted_tables]
    indexes = (index for table in SYSTEM_METADATA.sorted_tables for index in table.indexes)
    made += sorted(str(CreateIndex(index).compile(dialect=kind)) for index in indexes)
    standing = FORMAT_VERSION, sha256("\n".join(made).encode()).hexdigest()[:16]
    assert standing == OWN_TABLES, "Dosar's own tables changed: raise FORMAT_VERSION, and write both here"
