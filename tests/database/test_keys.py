"""Without its key the data tells nothing, and a missing key is never replaced by a new one."""

import os
import stat
from pathlib import Path

import pytest

from dosar.database.keys.key_file import (
    default_key_file,
    keep_out_of_core_dumps,
    key_from_file,
    key_from_passphrase,
    salt_file,
)
from dosar.database.store import Store, database_file
from dosar.database.store_errors import StoreError, WrongKey

PASSPHRASE = "trei cai verzi pe pereți"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    return tmp_path / "keys" / "dosar.key"


def start(data: Path, key: bytes) -> None:
    """The program starts once with this key and makes the database."""
    Store.open(data, key=key).close()


def test_first_start_makes_a_key_that_only_its_owner_reads(data: Path, key_file: Path) -> None:
    key = key_from_file(data, key_file)
    assert len(key) == 32
    assert stat.S_IMODE(key_file.stat().st_mode) == 0o600
    assert list(key_file.parent.iterdir()) == [key_file]
    start(data, key)
    assert key_from_file(data, key_file) == key
    start(data, key)


def test_the_key_lies_apart_from_the_data_unless_told_otherwise(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    key_from_file(data)
    assert default_key_file(data).exists()
    assert not default_key_file(data).is_relative_to(data)
    assert default_key_file(data) != default_key_file(tmp_path / "other")


def test_a_missing_key_is_never_replaced(data: Path, key_file: Path) -> None:
    start(data, key_from_file(data, key_file))
    key_file.unlink()
    with pytest.raises(StoreError, match="is missing"):
        key_from_file(data, key_file)
    assert not key_file.exists()


def test_another_key_does_not_open_the_database(data: Path, tmp_path: Path) -> None:
    start(data, bytes(32))
    before = database_file(data).read_bytes()
    with pytest.raises(WrongKey, match="The key does not open the database"):
        start(data, bytes(range(32)))
    assert database_file(data).read_bytes() == before
    start(data, bytes(32))


def test_a_key_beside_its_data_is_refused(data: Path, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="inside the data folder"):
        key_from_file(data, data / "secret" / "dosar.key")
    data.mkdir()
    (tmp_path / "elsewhere").symlink_to(data)
    with pytest.raises(StoreError, match="inside the data folder"):
        key_from_file(data, tmp_path / "elsewhere" / "dosar.key")


@pytest.mark.skipif(os.name != "posix", reason="Windows guards the file by its folder")
def test_a_key_that_others_can_read_is_refused(data: Path, key_file: Path) -> None:
    key_from_file(data, key_file)
    key_file.chmod(0o640)
    with pytest.raises(StoreError, match="chmod 600"):
        key_from_file(data, key_file)


@pytest.mark.parametrize("content", ["", "abc", "zz" * 32, "00" * 31, "ș" * 64])
def test_a_damaged_key_file_is_named(data: Path, key_file: Path, content: str) -> None:
    key_from_file(data, key_file)
    key_file.write_text(content)
    with pytest.raises(StoreError, match="is damaged"):
        key_from_file(data, key_file)


def test_a_passphrase_opens_what_it_made(data: Path) -> None:
    key = key_from_passphrase(data, PASSPHRASE)
    start(data, key)
    assert key_from_passphrase(data, PASSPHRASE) == key
    with pytest.raises(WrongKey):
        start(data, key_from_passphrase(data, PASSPHRASE.upper()))


def test_a_short_passphrase_is_refused_at_the_start(data: Path) -> None:
    with pytest.raises(StoreError, match="at least 14 characters"):
        key_from_passphrase(data, "12345678")
    assert not salt_file(data).exists()


def test_a_missing_salt_is_never_replaced(data: Path) -> None:
    start(data, key_from_passphrase(data, PASSPHRASE))
    salt_file(data).unlink()
    with pytest.raises(StoreError, match="does not open the database without it"):
        key_from_passphrase(data, PASSPHRASE)


def test_folder_and_database_belong_to_one_account(data: Path) -> None:
    start(data, bytes(32))
    assert stat.S_IMODE(data.stat().st_mode) == 0o700
    assert stat.S_IMODE(database_file(data).stat().st_mode) == 0o600


@pytest.mark.skipif(os.name != "posix", reason="Windows writes no core dumps by itself")
def test_a_crash_writes_no_memory_to_the_disk() -> None:
    import resource

    before = resource.getrlimit(resource.RLIMIT_CORE)
    keep_out_of_core_dumps()
    assert resource.getrlimit(resource.RLIMIT_CORE) == (0, 0) or before == (0, 0)
