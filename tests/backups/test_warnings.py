"""What somebody is told of the back-ups before it is too late."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from dosar.backups.keeping.warnings import BackupWarning, PlaceState, backup_warnings, last_good_of
from dosar.language.text.message import Message

NOW = datetime(2026, 11, 29, 16, 30)
YESTERDAY, LONG_AGO = NOW - timedelta(days=1), NOW - timedelta(days=3, minutes=1)
STICK = PlaceState("blue stick", YESTERDAY)
NOT_CONNECTED = Message("The stick is not there.")


def in_a_drawer(last_good: datetime | None) -> PlaceState:
    """The red stick, whose turn it is not."""
    return PlaceState("red stick", last_good, NOT_CONNECTED, is_absent=True)


@pytest.mark.parametrize(
    ("places", "warned"),
    [
        ([], [BackupWarning.NO_PLACE]),
        ([PlaceState("blue stick", None)], [BackupWarning.NEVER]),
        ([STICK], []),
        ([PlaceState("blue stick", LONG_AGO)], [BackupWarning.OLD]),
        ([PlaceState("blue stick", LONG_AGO), PlaceState("server", YESTERDAY)], []),
        ([PlaceState("blue stick", YESTERDAY, is_on_this_disk=True)], [BackupWarning.ONLY_THIS_DISK]),
        ([PlaceState("folder", YESTERDAY, is_on_this_disk=True), STICK], []),
        ([PlaceState("blue stick", YESTERDAY, NOT_CONNECTED)], [BackupWarning.FAILED]),
        ([STICK, in_a_drawer(NOW - timedelta(days=8))], []),
        ([PlaceState("blue stick", NOW + timedelta(days=365))], [BackupWarning.OLD]),
        ([STICK, PlaceState("made while the clock was ahead", NOW + timedelta(days=365))], []),
        ([STICK, in_a_drawer(NOW + timedelta(days=365))], [BackupWarning.LONG_AWAY]),
        ([STICK, in_a_drawer(NOW - timedelta(days=15))], [BackupWarning.LONG_AWAY]),
        ([STICK, in_a_drawer(None)], [BackupWarning.FAILED]),
        ([replace(STICK, is_on_this_disk=True), in_a_drawer(NOW - timedelta(days=8))], [BackupWarning.FAILED]),
        ([PlaceState("blue stick", LONG_AGO), in_a_drawer(LONG_AGO)], [BackupWarning.OLD, BackupWarning.FAILED]),
        ([STICK, PlaceState("server", YESTERDAY, Message("The password is wrong."))], [BackupWarning.FAILED]),
    ],
)
def test_it_is_said_what_is_wrong_with_the_places(places: list[PlaceState], warned: list[BackupWarning]) -> None:
    assert backup_warnings(places, True, NOW) == warned


def test_without_a_card_no_back_up_is_safe() -> None:
    assert backup_warnings([STICK], False, NOW) == [BackupWarning.NO_CARD]


def test_the_newest_back_up_counts_wherever_it_lies() -> None:
    assert last_good_of([PlaceState("stick", LONG_AGO), PlaceState("new", None), STICK]) == YESTERDAY
    assert last_good_of([]) is None


def test_after_a_restore_the_back_up_it_came_from_counts() -> None:
    new_place = [PlaceState("blue stick", None)]
    assert backup_warnings(new_place, True, NOW, YESTERDAY) == []
    assert backup_warnings(new_place, True, NOW, LONG_AGO) == [BackupWarning.OLD]
    assert backup_warnings([], True, NOW, YESTERDAY) == [BackupWarning.NO_PLACE]
