"""Back-ups by themselves: once a day, in its second half, when nobody works or after a few hours anyway."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from dosar.access.organisation.settings import write_setting
from dosar.backups.keeping.backup_plan import OFF_SETTING
from dosar.backups.keeping.before_changes import BACKING_UP, back_up_before_changes
from dosar.backups.keeping.runs import (
    BEFORE_FORMS,
    BEFORE_UPDATE,
    BackupRun,
    last_good,
    last_rehearsed,
    last_try,
    note_run,
)
from dosar.backups.keeping.schedule import FIRST_PAUSE, LONGEST_PAUSE, LONGEST_WAIT, BackupSchedule, is_due, pause_after
from dosar.backups.keeping.work import BackupWork
from dosar.backups.places.addresses import FOLDER_KIND
from dosar.backups.places.settings import PlaceSettings, save_place
from dosar.database.store import Store
from dosar.database.system_tables import utc_now
from tests.backups.offices import Office, new_office

HERE = ZoneInfo("Europe/Bucharest")
AFTERNOON = datetime(2026, 11, 29, 12, 30)


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


@dataclass
class Day:
    """An office at work, its stick, the clock on its wall, and how long nobody has touched a key."""

    office: Office
    store: Store
    now: datetime = AFTERNOON
    seconds_idle: float = 0.0

    def __post_init__(self) -> None:
        work = BackupWork(self.store, self.office.data, self.office.forms, lambda: self.now)
        self.schedule = BackupSchedule(work, lambda: self.seconds_idle, lambda: self.now)

    def look(self, **later: float) -> list[str]:
        """The back-ups on the stick after another look."""
        self.now += timedelta(**later)
        self.schedule.look()
        return sorted(file.name for file in self.office.stick.rglob("*.dosar"))


@pytest.fixture
def day(tmp_path: Path) -> Iterator[Day]:
    office = new_office(tmp_path)
    with office.at_work() as repository:
        keep_place(repository.store, office)
        yield Day(office, repository.store)


def keep_place(store: Store, office: Office) -> None:
    with store.writing() as session:
        save_place(session, PlaceSettings(None, FOLDER_KIND, "stick", str(office.stick), folder=""))


def test_a_back_up_waits_until_nobody_works_but_not_for_ever(day: Day) -> None:
    assert day.look() == [] and day.look(hours=2) == []
    assert len(day.look(seconds=(LONGEST_WAIT - timedelta(hours=2)).total_seconds())) == 1
    assert len(day.look(hours=4)) == 1, "once a day"
    day.seconds_idle = 600
    assert len(day.look(hours=13)) == 1, "the next morning"
    assert len(day.look(hours=7)) == 2, "the next afternoon"


def test_a_stick_that_is_away_is_tried_again_after_growing_pauses(day: Day) -> None:
    day.seconds_idle = 600
    day.office.stick.rename(day.office.stick.with_name("at home"))
    assert day.look() == []
    trouble = last_try(day.store.session)
    assert trouble is not None and "Connect the disk or the stick" in str(trouble.trouble)
    day.office.stick.with_name("at home").rename(day.office.stick)
    assert day.look(minutes=9) == [] and len(day.look(minutes=2)) == 1
    good = last_good(day.store.session)
    assert good is not None and good.verified and good.begun_at == day.now


def test_once_a_month_one_is_restored_on_trial(day: Day) -> None:
    day.seconds_idle = 600
    day.look()
    day.look(minutes=1)
    tried = last_rehearsed(day.store.session)
    assert tried is not None and tried.rehearsed_at == day.now
    assert not [left for left in day.office.data.iterdir() if left.name.startswith(".")]


def test_who_wants_none_gets_none(day: Day) -> None:
    day.seconds_idle = 600
    with day.store.writing() as session:
        write_setting(session, OFF_SETTING, "1")
    assert day.look() == []


def test_one_is_made_before_other_forms_run(day: Day) -> None:
    office = day.office
    assert back_up_before_changes(day.store, office.data, office.forms) == [], "nothing is another one"
    changed = shutil.copytree(office.forms, office.forms.with_name("changed"))
    with (changed / "case.yaml").open("a", encoding="utf-8") as file:
        file.write("# another line\n")
    with day.store.writing() as session:
        note_run(session, BackupRun(None, BEFORE_UPDATE, utc_now(), utc_now(), "dosar", 1, True))
    assert back_up_before_changes(day.store, office.data, changed, is_update=True) == [], "the update has made one"
    steps: list[str] = []
    made = back_up_before_changes(day.store, office.data, changed, tell=lambda step, _: steps.append(step))
    assert steps == [BACKING_UP]
    run = last_good(day.store.session)
    assert len(made) == 1 and made[0].trouble is None and run is not None and run.cause == BEFORE_FORMS
