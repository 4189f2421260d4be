"""What is kept before an update is told by the new version, and read by the one before."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from dosar.updates.data.kept import FACTS_FILE, end_keeping, kept_folder, read_kept

NOW = datetime(2026, 11, 30, 9)
TOLD = {
    "version": "0.2.0",
    "to": "0.3.0",
    "moment": NOW.isoformat(),
    "format": 16,
    "rows": {"case": 3},
    "is_checked": True,
    "differences": [["case", 3, 2]],
}


def tell(data: Path, **changes: Any) -> None:
    kept_folder(data).mkdir(exist_ok=True)
    (kept_folder(data) / FACTS_FILE).write_text(json.dumps({**TOLD, **changes}), "utf-8")


def test_the_version_before_reads_what_a_later_one_tells(tmp_path: Path) -> None:
    """Otherwise its data would not take their place again, and it could not open those of the later one."""
    tell(tmp_path, invented_later={"what": 7})
    kept = read_kept(tmp_path)
    assert kept is not None and kept.rows == {"case": 3} and kept.differences == (("case", 3, 2),)
    assert not end_keeping(tmp_path, NOW + timedelta(days=29)) and end_keeping(tmp_path, NOW + timedelta(days=30))


@pytest.mark.parametrize(
    "damaged",
    [{"moment": "yesterday"}, {"moment": None}, {"came_up_at": "x"}, {"rows": None}, {"differences": [["case"]]}],
)
def test_what_was_damaged_keeps_nobody_from_starting(tmp_path: Path, damaged: dict[str, Any]) -> None:
    tell(tmp_path, **damaged)
    assert read_kept(tmp_path) is None and not end_keeping(tmp_path, NOW)


def test_a_copy_of_which_nothing_is_known_goes_after_a_month(tmp_path: Path) -> None:
    """It holds also whoever was erased since."""
    tell(tmp_path, moment=None)
    made = datetime.fromtimestamp(kept_folder(tmp_path).stat().st_mtime, UTC).replace(tzinfo=None)
    assert not end_keeping(tmp_path, made + timedelta(days=29)) and kept_folder(tmp_path).exists()
    assert end_keeping(tmp_path, made + timedelta(days=31)) and not kept_folder(tmp_path).exists()
