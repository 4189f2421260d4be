"""The last days, weeks and months stay; the newest, and what is not ours or not finished, is never removed."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from dosar.backups.file.names import BackupName
from dosar.backups.keeping.retention import USUAL_RETENTION, Retention, names_to_remove

BUCHAREST = ZoneInfo("Europe/Bucharest")
FIRST = datetime(2025, 1, 1, 1, 30)


def name(moment: datetime, mark: str = "abcdef") -> str:
    return str(BackupName(mark, moment))


def left(names: list[str], kept: Retention = USUAL_RETENTION) -> list[str]:
    gone = names_to_remove(names, kept, "abcdef", BUCHAREST)
    return [each for each in names if each not in gone]


def test_after_two_years_of_days_these_are_left() -> None:
    """Day by day, as it happens: what went once is not there the next day."""
    kept: list[str] = []
    for day in range(730):
        kept = left([*kept, name(FIRST + timedelta(days=day))])
    days = [each[13:23] for each in kept]
    assert days[-7:] == [f"2026-12-{day}" for day in range(25, 32)]
    assert days[-10:-7] == ["2026-12-06", "2026-12-13", "2026-12-20"], "the ends of weeks"
    assert days[:-10] == [
        "2026-01-31",
        "2026-02-28",
        "2026-03-31",
        "2026-04-30",
        "2026-05-31",
        "2026-06-30",
        "2026-07-31",
        "2026-08-31",
        "2026-09-30",
        "2026-10-31",
        "2026-11-30",
    ]


def test_days_are_those_of_the_office() -> None:
    """Half past ten in the evening in London is the next day in Bucharest."""
    evening, late, night = (name(datetime(2026, 11, 28, hour, 30)) for hour in (20, 21, 22))
    later = [name(datetime(2026, 12, 1, 2)), name(datetime(2026, 12, 1, 3))]
    assert left([evening, late, night, *later], Retention(3, 0, 0)) == [late, night, later[1]][:2] + later
    assert left([evening, late], Retention(0, 0, 0)) == [evening, late], "the last two stay, whatever was said"


def test_only_finished_ones_of_ours_are_looked_at() -> None:
    ours = [name(FIRST + timedelta(minutes=minute)) for minute in range(5)]
    others = [name(FIRST, "012345"), f"{ours[0]}.unfinished", "letter.odt", "dosar-abcdef-2025-02-31-010203.dosar"]
    assert names_to_remove([*others, *ours], Retention(1, 1, 1), "abcdef") == ours[:3]
    assert names_to_remove([*others, *ours], Retention(1, 1, 1)) == ours[:3], "of another organisation there is one"


def test_what_calls_itself_later_than_now_pushes_nothing_out() -> None:
    """The clock was years ahead or behind, or somebody fills the stick with names."""
    ours = [name(FIRST + timedelta(days=day)) for day in range(20)]
    later = [name(datetime(2099, month, day)) for month in range(1, 13) for day in (1, 28)]
    kept = Retention(3, 1, 1)
    alone = names_to_remove(ours, kept, "abcdef")
    assert ours[-1] not in alone and len(alone) == 17
    assert names_to_remove([*later, *ours], kept, "abcdef", until=FIRST + timedelta(days=19)) == alone
    behind = name(datetime(1970, 1, 1))
    assert names_to_remove([*ours, behind], kept, "abcdef", until=datetime(1970, 1, 2)) == []
