"""A back-up that a browser sends in pieces."""

from pathlib import Path

import pytest

from dosar.backups.uploads import SPARE_BYTES, Uploads
from dosar.database.store_errors import StoreError


def test_pieces_become_the_file_and_a_piece_that_comes_twice_is_not_added_twice(tmp_path: Path) -> None:
    uploads = Uploads(tmp_path / "sent")
    word = uploads.begin()
    assert uploads.add(word, 0, b"first ") == 6
    assert uploads.add(word, 0, b"first ") == 6, "its answer was lost on the way"
    assert uploads.add(word, 9, b"third") == 6, "one between is missing"
    assert uploads.add(word, 6, b"second") == 12
    assert uploads.whole(word).read_bytes() == b"first second"


def test_only_the_last_file_is_kept_and_none_by_a_made_up_word(tmp_path: Path) -> None:
    uploads = Uploads(tmp_path / "sent")
    first, second = uploads.begin(), uploads.begin()
    (tmp_path / "x.dosar").touch()
    for word in (first, "../x", "", "x"):
        with pytest.raises(StoreError, match="send it once more"):
            uploads.add(word, 0, b"x")
    uploads.add(second, 0, b"x")
    uploads.clear()
    assert not (tmp_path / "sent").exists() and (tmp_path / "x.dosar").exists()


def test_nobody_fills_the_disk_by_sending(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    uploads = Uploads(tmp_path / "sent")
    word = uploads.begin()
    monkeypatch.setattr("dosar.backups.uploads.SPARE_BYTES", SPARE_BYTES * 2**30)
    with pytest.raises(StoreError, match="no room"):
        uploads.add(word, 0, b"x")
