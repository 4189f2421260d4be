"""An update is taken only whole, signed, newer and for this computer."""

import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from shutil import copytree
from zipfile import ZIP_BZIP2, ZIP_DEFLATED, ZIP_LZMA, ZipFile

import pytest

from dosar.database.store_errors import StoreError
from dosar.updates.check.newest import CONTEXT
from dosar.updates.file.archive import read_update
from dosar.updates.file.facts import UpdatePart, is_inside
from dosar.updates.file.signature import is_signed, sign_facts
from dosar.updates.file.troubles import (
    NotForThisSystem,
    NotNewer,
    UnsignedUpdate,
    UpdateDamaged,
    UpdatesNotTaken,
    UpdateTooFar,
)
from dosar.updates.installing import install_update
from dosar.updates.pinned import Pinned
from dosar.updates.programs.in_use import hold_version, release_version
from dosar.updates.programs.program import program_in, running_version
from dosar.updates.programs.store import version_folder
from dosar.updates.programs.versions import is_newer, is_version
from tests.updates.programs import KEY, OTHER_KEY, become, facts_of, make_program, make_update, public

KEYS = [public(KEY)]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a program of a later version and its update."""
    folder = tmp_path_factory.mktemp("made")
    make_update(folder, make_program(folder / "Dosar", "9.0.0"))
    return folder


@pytest.fixture
def update(made: Path) -> Path:
    """The file."""
    return next(made.glob("*.dosar-update"))


def test_it_says_what_it_brings(update: Path) -> None:
    found = read_update(update, KEYS)
    assert (found.version, found.notes("ro"), found.notes("uk")) == ("9.0.0", "Mai rapid.", "Faster.")
    assert found.bytes == sum(part.bytes for part in found.facts.files.values()) > 1000


def test_a_program_without_a_key_takes_none(update: Path) -> None:
    with pytest.raises(UpdatesNotTaken):
        read_update(update)


def test_what_somebody_else_signed_is_not_taken(made: Path, update: Path, tmp_path: Path) -> None:
    program = make_program(tmp_path / "Dosar", "9.0.0")
    with pytest.raises(UnsignedUpdate):
        read_update(make_update(tmp_path, program, OTHER_KEY), KEYS)
    assert read_update(update, [public(OTHER_KEY), *KEYS])


def test_a_signature_is_for_one_purpose() -> None:
    assert is_signed(b"{}", sign_facts(b"{}", KEY), KEYS)
    assert not is_signed(b"{}", KEY.sign(CONTEXT + b"{}"), KEYS), "of what tells the newest version"
    assert not is_signed(b"{}", sign_facts(b"{}", KEY), [b"no key", b""])


def test_cut_anywhere_or_with_another_bit_it_is_refused(update: Path, tmp_path: Path) -> None:
    content, dice, bad = update.read_bytes(), random.Random(11), tmp_path / "bad.dosar-update"
    for _ in range(60):
        bad.write_bytes(content[: dice.randrange(len(content))])
        with pytest.raises(StoreError):
            read_update(bad, KEYS)
    for _ in range(60):
        place, bit = dice.randrange(len(content)), 1 << dice.randrange(8)
        bad.write_bytes(content[:place] + bytes([content[place] ^ bit]) + content[place + 1 :])
        try:
            found = read_update(bad, KEYS)
        except StoreError:
            continue
        assert found.facts == read_update(update, KEYS).facts, "a bit of the ZIP that says nothing: a time, a flag"


@pytest.mark.parametrize(
    ("changes", "refused"),
    [
        ({"system": "windows-x86_64"}, NotForThisSystem),
        ({"version": running_version()}, NotNewer),
        ({"version": "0.0.1"}, NotNewer),
        ({"version": "../9"}, UpdateDamaged),
        ({"oldest": "8.0.0"}, UpdateTooFar),
        ({"files": {}}, UpdateDamaged),
        ({"files": {"../dosar": UpdatePart(1, "")}}, UpdateDamaged),
    ],
)
def test_what_is_not_for_here_is_refused(
    changes: dict[str, object], refused: type[StoreError], made: Path, tmp_path: Path
) -> None:
    program = make_program(tmp_path / "Dosar", "9.0.0")
    facts = facts_of(program)
    file = tmp_path / "changed.dosar-update"
    (tmp_path / "dosar").write_bytes(b".")
    make = make_update(tmp_path, program)
    with ZipFile(make) as packed, ZipFile(file, "w", ZIP_DEFLATED) as written:
        content = replace(facts, **changes).written()  # type: ignore[arg-type]
        written.writestr("update.json", content)
        written.writestr("update.json.sig", sign_facts(content, KEY))
        for name in packed.namelist():
            if name.startswith("program/"):
                written.writestr(name, packed.read(name))
    with pytest.raises(refused):
        read_update(file, KEYS)


def test_what_is_refused_goes_unless_somebody_runs_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It says that it is another version than was signed, and lies where that one would."""
    monkeypatch.setenv("DOSAR_PROGRAMS", str(tmp_path / "programs"))
    own, new = make_program(tmp_path / "Dosar", "0.2.0"), make_program(tmp_path / "new", "9.0.0")
    become(own, monkeypatch)
    monkeypatch.setattr("dosar.updates.file.archive.read_pinned", lambda: Pinned(tuple(KEYS)))
    file, place = make_update(tmp_path / "stick", new, version="9.1.0"), version_folder("9.1.0")
    copytree(new.folder, place)
    lock = hold_version(place)
    assert lock is not None
    with pytest.raises(UpdateDamaged):
        install_update(file)
    assert program_in(place), "whoever runs it reads parts of it late"
    release_version(lock)
    with pytest.raises(UpdateDamaged):
        install_update(file)
    assert not place.exists()


def add_a_file(packed: ZipFile) -> None:
    packed.writestr("program/../../evil", b"x")


def add_one_twice(packed: ZipFile) -> None:
    packed.writestr("program/program.json ", b"x")


@pytest.mark.parametrize("add", [add_a_file, add_one_twice])
def test_what_was_not_signed_is_in_no_update(add: Callable[[ZipFile], None], update: Path, tmp_path: Path) -> None:
    file = tmp_path / update.name
    file.write_bytes(update.read_bytes())
    with ZipFile(file, "a") as packed:
        add(packed)
    with pytest.raises(UpdateDamaged):
        read_update(file, KEYS)


@pytest.mark.parametrize("way", [ZIP_LZMA, ZIP_BZIP2])
def test_one_packed_otherwise_is_refused(way: int, update: Path, tmp_path: Path) -> None:
    """Its signature is right; what unpacks it has other ways to fail."""
    file = tmp_path / update.name
    with ZipFile(update) as packed, ZipFile(file, "w", way) as other:
        for name in packed.namelist():
            other.writestr(name, packed.read(name))
    with pytest.raises(UpdateDamaged):
        read_update(file, KEYS)


@pytest.mark.parametrize("name", ["dosar", "_internal/a/b.so", "_internal/GMT+0"])
def test_a_name_stays_inside(name: str) -> None:
    assert is_inside(name)


@pytest.mark.parametrize(
    "name",
    ["", ".", "..", "/a", "a/../b", "a//b", "./a", "a/", "C:/a", "a\\b", "a\0b", "a/. ", "nul.", "a" * 201, "../a"],
)
def test_no_name_leads_out_of_the_folder(name: str) -> None:
    assert not is_inside(name)


def test_versions_are_compared_by_their_numbers() -> None:
    assert is_newer("0.10.0", "0.9.9") and is_newer("1.0", "1.0rc2") and is_newer("1.0rc2", "1.0rc1")
    assert not is_newer("1.0", "1.0.0") and not is_newer("1.0.0", "1.0") and not is_newer("junk", "0.1.0")
    assert not is_version("1") and not is_version("1.0/..") and not is_version("")
