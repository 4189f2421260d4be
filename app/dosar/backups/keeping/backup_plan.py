"""What an organisation wants of its back-ups: whether they are made by themselves, and how many are kept."""

from dataclasses import dataclass, field
from typing import Any

from dosar.access.organisation.settings import read_setting, write_setting
from dosar.backups.keeping.retention import Retention

OFF_SETTING, KEPT_SETTING = "backups.off", "backups.kept"
MOST_KEPT = 60
"""More than that of one kind is no choice of the page."""


@dataclass(frozen=True)
class BackupPlan:
    """As it is until somebody says otherwise: daily, kept for a year."""

    is_daily: bool = True
    kept: Retention = field(default_factory=Retention)


def read_plan(session: Any) -> BackupPlan:
    """What is wanted now."""
    numbers = read_setting(session, KEPT_SETTING).split()
    kept = Retention(*map(int, numbers)) if len(numbers) == 3 and all(map(str.isdecimal, numbers)) else Retention()
    return BackupPlan(not read_setting(session, OFF_SETTING), kept)


def save_plan(session: Any, plan: BackupPlan) -> None:
    """Keep it, inside the caller's transaction."""
    write_setting(session, OFF_SETTING, "" if plan.is_daily else "1")
    write_setting(session, KEPT_SETTING, f"{plan.kept.daily} {plan.kept.weekly} {plan.kept.monthly}")
