"""What is installed is written down with its hash, fits what ``pyproject.toml`` asks for, and comes from PyPI alone."""

import re

import pytest

from tests.requirements import PROGRAM, TESTS, asked_by_the_program, asked_by_the_tests, pins, project, unfit

LOCKS = [PROGRAM, TESTS]
LOCKED = {lock.name: list(pins(lock.read_text(encoding="utf-8"))) for lock in LOCKS}
EVERYTHING = [pin for locked in LOCKED.values() for pin in locked]


def test_the_lock_of_the_program_fits_what_it_asks_for() -> None:
    assert unfit(asked_by_the_program(project()), LOCKED[PROGRAM.name]) == []


def test_the_lock_of_the_tests_fits_what_they_and_packing_ask_for() -> None:
    assert unfit(asked_by_the_tests(project()), EVERYTHING) == []


def test_a_library_that_is_missing_or_too_old_is_told_with_the_command() -> None:
    locked = list(pins("flask==3.1.3 \\\n    --hash=sha256:00\n"))
    assert unfit(["flask~=3.1", "Flask>=3", "webauthn>=2", "flask~=3.2"], locked) == [
        "webauthn is not in the lock; run: python -m tests.requirements",
        "flask~=3.2 is asked for, the lock has 3.1.3; run: python -m tests.requirements",
    ]


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_each_file_of_each_library_is_known_by_its_hash(lock) -> None:  # type: ignore[no-untyped-def]
    assert LOCKED[lock.name]
    wrong = [
        str(pin.requirement)
        for pin in LOCKED[lock.name]
        if pin.requirement.url
        or not pin.hashes
        or not all(re.fullmatch(r"sha256:[0-9a-f]{64}", one) for one in pin.hashes)
    ]
    assert wrong == []


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_no_lock_says_where_to_fetch(lock) -> None:  # type: ignore[no-untyped-def]
    """An address in it would send every organisation to the mirror of whoever made the lock."""
    options = re.findall(r"^-.*", lock.read_text(encoding="utf-8"), re.MULTILINE)
    assert set(options) <= {"--only-binary :all:", f"-r {PROGRAM.name}"}


def test_of_a_library_there_is_one_version_for_each_python_and_system() -> None:
    markers = [(pin.name, str(pin.requirement.marker)) for pin in EVERYTHING]
    assert len(markers) == len(set(markers))
