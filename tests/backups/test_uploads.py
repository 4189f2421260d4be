"""A back-up that a browser sends in pieces."""

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from dosar.backups.restoring.restore_work import RestoreWork
from dosar.database.store_errors import StoreError
from dosar.long_work.disk_room import SPARE_BYTES


def test_pieces_become_the_file_and_a_piece_that_comes_twice_is_not_added_twice(tmp_path: Path) -> None:
    uploads = RestoreWork(tmp_path).uploads
    word = uploads.begin()
    assert uploads.add(word, 0, b"first ") == 6
    assert uploads.add(word, 0, b"first ") == 6, "its answer was lost on the way"
    assert uploads.add(word, 9, b"third") == 6, "one between is missing"
    assert uploads.add(word, 6, b"second") == 12
    assert uploads.whole(word).read_bytes() == b"first second"


def test_a_piece_that_comes_twice_at_once_is_added_once(tmp_path: Path) -> None:
    """The line broke, the browser sends it again, and the first one is still on its way."""
    uploads, at_once = RestoreWork(tmp_path).uploads, Barrier(4)

    def send(word: str) -> int:
        at_once.wait(10)
        return uploads.add(word, 0, bytes(2**18))

    with ThreadPoolExecutor(4) as threads:
        for _ in range(30):
            word = uploads.begin()
            assert [*threads.map(send, [word] * 4)] == [2**18] * 4
            assert uploads.whole(word).stat().st_size == 2**18


@pytest.mark.parametrize("name", ["", "../../key", "dosar-12ab34-2026-11-29-013000.dosar/../x", "Ana Rusu.dosar"])
def test_a_file_is_called_as_it_was_if_it_is_called_as_a_back_up_is(tmp_path: Path, name: str) -> None:
    uploads, good = RestoreWork(tmp_path).uploads, "dosar-12ab34-2026-11-29-013000.dosar"
    assert uploads.whole(uploads.begin(good)).name == good
    assert uploads.whole(uploads.begin(name)).name == "back-up.dosar"


def test_only_the_last_file_is_kept_and_none_by_a_made_up_word(tmp_path: Path) -> None:
    uploads = RestoreWork(tmp_path).uploads
    first, second = uploads.begin(), uploads.begin()
    (tmp_path / "x.dosar").touch()
    for word in (first, "../x", "", "x"):
        with pytest.raises(StoreError, match="send it once more"):
            uploads.add(word, 0, b"x")
    uploads.add(second, 0, b"x")
    uploads.clear()
    assert not uploads.folder.exists() and (tmp_path / "x.dosar").exists()


def test_what_nobody_goes_on_with_for_hours_goes(tmp_path: Path) -> None:
    work = RestoreWork(tmp_path)
    assert not work.uploads.is_abandoned()
    file = work.uploads.whole(work.uploads.begin())
    work.discard_abandoned()
    assert file.exists()
    for lying in (file, file.parent, work.uploads.folder):
        os.utime(lying, (0, 0))
    work.discard_abandoned()
    assert list(tmp_path.iterdir()) == []


def test_nobody_fills_the_disk_by_sending(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    uploads = RestoreWork(tmp_path).uploads
    word = uploads.begin()
    monkeypatch.setattr("dosar.long_work.disk_room.SPARE_BYTES", SPARE_BYTES * 2**30)
    with pytest.raises(StoreError, match="no room"):
        uploads.add(word, 0, b"x")
