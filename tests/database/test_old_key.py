"""The database with the former key does not stay for good: it holds whoever was erased since."""

from datetime import datetime, timedelta
from pathlib import Path

from dosar.backups.restoring.before_restore import remove_kept_aside
from dosar.database.keys.old_key import KEPT_FOR, kept_until, old_databases, remove_old_databases

CHANGED = datetime(2026, 5, 4, 12, 30, 15)


def kept(data: Path, *names: str) -> None:
    for name in names:
        (data / "old-key" / name).mkdir(parents=True)
        (data / "old-key" / name / "dosar.db").write_bytes(b"x")


def test_it_goes_after_a_month(tmp_path: Path) -> None:
    kept(tmp_path, "2026-05-04-123015", "2026-05-20-080000-2")
    assert remove_old_databases(tmp_path, CHANGED + KEPT_FOR) == 0
    assert remove_old_databases(tmp_path, CHANGED + KEPT_FOR + timedelta(seconds=1)) == 1
    assert [folder.name for folder in old_databases(tmp_path)] == ["2026-05-20-080000-2"]
    assert kept_until(tmp_path) == datetime(2026, 6, 19, 8)
    assert remove_old_databases(tmp_path) == 1
    assert not (tmp_path / "old-key").exists() and kept_until(tmp_path) is None


def test_what_else_lies_there_stays(tmp_path: Path) -> None:
    kept(tmp_path, ".unfinished-2026-05-04-123015", "mine")
    assert remove_old_databases(tmp_path) == 0
    assert len(list((tmp_path / "old-key").iterdir())) == 2


def test_where_there_is_none_nothing_is_done(tmp_path: Path) -> None:
    assert remove_old_databases(tmp_path) == 0 and old_databases(tmp_path) == {}


def test_what_somebody_put_there_keeps_no_program_from_starting(tmp_path: Path) -> None:
    """A file, a link, a folder that is called by no day: each start looks at them."""
    held, dear = tmp_path / "before-restore", tmp_path / "dear"
    (held / "2026-05-04-123015-update" / "forms").mkdir(parents=True)
    for name in ("2026-02-31-101010", "2026-13-45-999999"):
        (held / name).mkdir()
    dear.mkdir()
    (held / "2026-01-01-101010").symlink_to(dear)
    (held / "2026-01-02-101010").write_text("a letter")
    later = CHANGED + KEPT_FOR + timedelta(days=1)
    assert remove_kept_aside(tmp_path, later) == 1 and dear.is_dir()
    assert remove_kept_aside(tmp_path, later) == 0 and len(list(held.iterdir())) == 4
    held.rename(tmp_path / "old-key")
    assert remove_old_databases(tmp_path, later) == 0 and kept_until(tmp_path) is None
