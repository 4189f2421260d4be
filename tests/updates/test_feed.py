"""Whoever publishes Dosar tells the newest version in one signed file."""

from datetime import timedelta
from pathlib import Path

import pytest

from dosar.updates.check.newest import read_newest
from dosar.updates.file.archive import system_name
from tests.updates.programs import make_program, make_update
from tools.package.feed import main
from tools.release_key import make_key


def test_the_newest_version_is_told_for_every_system(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOSAR_RELEASE_PASSPHRASE", "")
    key, program = make_key(tmp_path / "key"), make_program(tmp_path / "made", "9.0.0", only_tells=True)
    here, elsewhere = (make_update(tmp_path, program, key, **said) for said in ({}, {"system": "windows-arm64"}))
    older = make_update(tmp_path, make_program(tmp_path / "older", "8.0.0", only_tells=True), key)
    told = ["--key", str(tmp_path / "key"), "--to", str(tmp_path / "newest.json")]
    assert main([str(here), str(elsewhere), *told, "--at", "https://exemplu.ro/dosar"]) == 0
    newest = read_newest((tmp_path / "newest.json").read_bytes(), (key.public_key().public_bytes_raw(),))
    assert newest.version == "9.0.0" and set(newest.files) == {system_name(), "windows-arm64"}
    assert newest.files["windows-arm64"].address == f"https://exemplu.ro/dosar/{elsewhere.name}"
    again = tmp_path / "again.json"
    last = ["--key", str(tmp_path / "key"), "--again", str(tmp_path / "newest.json"), "--to", str(again)]
    assert main([*last, "--days", "90"]) == 0
    signed_anew = read_newest(again.read_bytes(), (key.public_key().public_bytes_raw(),))
    assert signed_anew.files == newest.files and signed_anew.until - signed_anew.day == timedelta(days=90)
    assert newest.until - newest.day == timedelta(days=60)
    make_key(tmp_path / "other key")
    for wrong in (
        [str(here), str(older), *told, "--at", "https://exemplu.ro"],
        [str(here), *told, "--at", "http://x"],
        [str(here), *last],
        told,
        [*last, "--key", str(tmp_path / "other key")],
    ):
        with pytest.raises(SystemExit):
            main(wrong)
