"""Back-ups by themselves: once a day, in its second half, when nobody works or after a few hours anyway."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from dosar.backups.schedule import FIRST_PAUSE, LONGEST_PAUSE, is_due, pause_after

HERE = ZoneInfo("Europe/Bucharest")


@pytest.mark.parametrize(
    ("last", "now", "due"),
    [
        (None, "2026-11-29 07:00", True),
        ("2026-11-28 14:00", "2026-11-29 07:00", False),  # this morning yesterday's is young enough
        ("2026-11-28 14:00", "2026-11-29 09:59", False),  # 11:59 here
        ("2026-11-28 14:00", "2026-11-29 10:00", True),  # noon here
        ("2026-11-29 10:05", "2026-11-29 18:00", False),  # once a day
        ("2026-11-28 06:00", "2026-11-29 07:00", True),  # the computer was off in the afternoon
        ("2026-11-29 07:00", "2026-11-29 10:00", True),  # the morning's holds nothing of the day
        ("2026-12-24 10:00", "2026-11-29 07:00", True),  # the clock was wrong when it was made
    ],
)
def test_a_days_back_up_is_made_after_noon_or_when_the_last_one_is_a_day_old(
    last: str | None, now: str, due: bool
) -> None:
    made = datetime.fromisoformat(last) if last else None
    assert is_due(made, datetime.fromisoformat(now), HERE) is due


def test_pauses_grow_and_are_bounded() -> None:
    pauses = [pause_after(failures) for failures in range(40)]
    assert pauses[:3] == [timedelta(), FIRST_PAUSE, 2 * FIRST_PAUSE]
    assert pauses == sorted(pauses) and pauses[-1] == LONGEST_PAUSE
