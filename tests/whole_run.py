"""What the processes of one run share: a folder, and what is made in it only once, by whoever needs it first."""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from filelock import FileLock

HERE = Path(__file__).parent
FOLDER = "DOSAR_TEST_RUN"
"""The variable by which the first process tells the others."""
MEMORY = Path("/dev/shm")
ENOUGH = 4 * 2**30
"""Bytes: what the tests keep at one time, with room to spare."""

FOR_ONE_MORE = 12 * 2**30
"""Bytes of memory with which a computer carries a process more than it has cores: tests also wait."""
LONGEST = (
    "attack/test_walk_office.py",
    "attack/test_walk_postgresql.py",
    "attack/test_walk_field.py",
    "browser/test_every_page.py",
    "attack/test_worlds.py",
    "attack/test_holes.py",
    "attack/test_erasure.py",
    "releases/test_releases.py",
    "pages/test_statements.py",
    "forms_http/test_every_form.py",
    "pages/test_out_of_a_backup.py",
    "test_demo_data.py",
    "browser/test_layout.py",
    "browser/test_days.py",
    "browser/test_case_work.py",
    "test_readme.py",
    "test_slow_clients.py",
)
"""The files that take longest. They begin first, so that all processes end at about the same time."""


def processes() -> int:
    """How many processes run the tests."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    known = hasattr(os, "sysconf") and "SC_PHYS_PAGES" in os.sysconf_names
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") if known else 0
    return cores + (memory > FOR_ONE_MORE)


def turn_of(file: Path) -> int:
    """When the tests of a file begin: in the order of ``LONGEST``, and the others after them."""
    name = file.relative_to(HERE).as_posix() if file.is_relative_to(HERE) else ""
    return LONGEST.index(name) if name in LONGEST else len(LONGEST)


def begin(config: pytest.Config) -> None:
    """Make the folder, in the first process.

    Where a computer has room for it, the data lie in memory: how fast its disc is, is no part of any test.
    """
    if _is_first(config):
        memory = folder_in_memory()
        if memory:
            os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", memory)  # where pytest makes the folders of the tests
        os.environ[FOLDER] = tempfile.mkdtemp(prefix="dosar-tests-", dir=memory)


def folder_in_memory() -> str | None:
    """A folder that lies in memory, if the computer has one with room enough."""
    has_room = os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ENOUGH
    return str(MEMORY) if has_room else None


def end(config: pytest.Config, stop: Callable[[], None]) -> None:
    """Stop what was started and take the folder away again, when the other processes are over."""
    if _is_first(config):
        stop()
        shutil.rmtree(shared_folder(), ignore_errors=True)


@contextmanager
def alone(stop: Callable[[], None]) -> Iterator[None]:
    """The same for a program that is no run of tests: a measurement."""
    with tempfile.TemporaryDirectory(prefix="dosar-alone-") as folder:
        os.environ[FOLDER] = folder
        try:
            yield
        finally:
            stop()


def _is_first(config: pytest.Config) -> bool:
    return not hasattr(config, "workerinput")


def shared_folder() -> Path:
    """The folder of this run."""
    return Path(os.environ[FOLDER])


def made_once(name: str, make: Callable[[], str]) -> str:
    """What ``make`` said to the first process that asked; others wait for it."""
    said = shared_folder() / f"{name}.txt"
    with FileLock(shared_folder() / f"{name}.lock"):
        if not said.exists():
            said.write_text(make(), encoding="utf-8")
        return said.read_text(encoding="utf-8")
