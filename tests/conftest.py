"""What every test may ask for. A test that asks for ``store`` runs on both databases."""

from __future__ import annotations

import socket
import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests import memory, whole_run
from tests.databases import DATABASES, Place, fresh_place, fresh_store, stop_postgresql

if TYPE_CHECKING:
    from dosar.database.store import Store
    from tests.organisations import Organisation


def pytest_configure(config: pytest.Config) -> None:
    """Before the first test, in every process."""
    whole_run.begin(config)


def pytest_unconfigure(config: pytest.Config) -> None:
    """After the last one."""
    whole_run.end(config, stop_postgresql)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """How many processes ``--numprocesses=auto`` means."""
    return whole_run.processes()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """In every process, before the first test: what takes long begins first."""
    items.sort(key=lambda item: whole_run.turn_of(item.path))


def pytest_collection_finish() -> None:
    """In every process, when all is imported."""
    memory.write_addresses_once()
    memory.read_forms_once()
    memory.map_forms_once()
    memory.keep_what_is_imported()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> Iterator[None]:
    """After every test: its file's last one lets go of what the file had."""
    yield
    if nextitem is None or nextitem.path != item.path:
        memory.let_go_of_a_file()


@pytest.fixture(params=DATABASES)
def database(request: pytest.FixtureRequest) -> str:
    """Which database the test runs on."""
    name: str = request.param
    return name


@pytest.fixture
def place(database: str, tmp_path: Path) -> Iterator[Place]:
    """An empty database, to be opened (again) by the test itself."""
    with fresh_place(database, tmp_path) as empty:
        yield empty


@pytest.fixture
def store(place: Place) -> Iterator[Store]:
    """An empty database, open."""
    opened = place.open()
    try:
        yield opened
    finally:
        opened.close()


@pytest.fixture
def sqlite_store(tmp_path: Path) -> Iterator[Store]:
    """An empty SQLite database: for rules that have nothing to do with the kind of database."""
    with fresh_store("sqlite", tmp_path) as opened:
        yield opened


@pytest.fixture
def founded_store(database: str, tmp_path: Path) -> Iterator[Store]:
    """A database with the tables that every organisation has, in which nothing is kept yet, open."""
    from tests.filled import founded_place

    with fresh_store(database, tmp_path, founded_place(database)) as opened:
        yield opened


@pytest.fixture
def ours(founded_store: Store, tmp_path: Path) -> Iterator[Organisation]:
    """An organisation that has a case file only, to change its forms."""
    from tests.organisations import organisation_in

    with organisation_in(founded_store, tmp_path) as organisation:
        yield organisation


@pytest.fixture(scope="session")
def filled() -> Callable[[str], Place]:
    """The demo cases in a database of this kind, filled once, to be copied."""
    from tests.filled import filled_place

    return cache(filled_place)


@pytest.fixture
def free_port() -> Iterator[int]:
    """A port nobody listens on; on Linux the system gives it to nobody else until the test is over."""
    with socket.socket() as kept:
        kept.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        kept.bind(("127.0.0.1", 0))
        port: int = kept.getsockname()[1]
        if sys.platform != "linux":  # whoever is told the port could not listen there
            kept.close()
        yield port


@pytest.fixture
def tell(record_property: Callable[[str, object], None]) -> Callable[[str], None]:
    """Says a figure at the end of the run, whichever process measured it."""
    return lambda figure: record_property("figure", figure)


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """The figures the tests told."""
    reports = [report for kind in terminalreporter.stats.values() for report in kind]
    figures = dict.fromkeys(
        str(figure) for report in reports for name, figure in getattr(report, "user_properties", ()) if name == "figure"
    )
    if figures:
        terminalreporter.section("figures")
        for figure in figures:
            terminalreporter.write_line(figure)
