"""Two persons with a card each: what their cards open, of the data and of the back-ups, and what no more."""

from datetime import timedelta
from pathlib import Path

import pytest

from dosar.backups.file.troubles import WrongSecret
from dosar.backups.restoring.restore import restore_backup
from dosar.database.keys import key_slots
from dosar.database.keys.key_changes import KeyChanges
from dosar.database.keys.key_slots import Argon2Cost
from dosar.database.keys.master_key import MasterKeyPlace
from dosar.database.keys.recovery_card import RecoveryCard
from dosar.long_work.progress import keep_silent
from tests.backups.offices import NIGHT, Office, enter, hire, new_office, open_backup
from tests.databases import KEY, fresh_place


@pytest.fixture(autouse=True)
def _cheap(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(key_slots, "USUAL_COST", Argon2Cost(1, 1024, 1))
    monkeypatch.setattr("dosar.database.keys.key_file.user_config_path", lambda name: tmp_path / "config" / name)


def text(card: RecoveryCard) -> str:
    return " ".join(card.groups)


def backed_up(office: Office, day: int) -> Path:
    with office.at_work() as repository:
        if not day:
            hire(repository)
        enter(repository, f"Case of day {day}")
        return office.stick / office.back_up(repository, moment=NIGHT + timedelta(days=day)).name


def test_either_card_opens_and_a_replaced_one_the_back_ups_of_its_days(database: str, tmp_path: Path) -> None:
    with fresh_place(database, tmp_path / "place") as place:
        office = new_office(tmp_path / "office", place.url)
        changes, first, second, third = (
            KeyChanges(office.data, KEY),
            office.card,
            RecoveryCard.new(),
            RecoveryCard.new(),
        )
        alone = backed_up(office, 0)
        changes.set_card(second, 2)
        both = backed_up(office, 1)
        changes.set_card(third, 1)
        after = backed_up(office, 2)
    opened = {file: [card for card in (first, second, third) if _opens(file, card)] for file in (alone, both, after)}
    assert opened == {alone: [first], both: [first, second], after: [second, third]}
    place_of_key = MasterKeyPlace(office.data, lambda _: True)
    assert [place_of_key.by_typing(text(card)) for card in (first, second, third)] == [None, KEY, KEY]


def test_the_second_persons_card_brings_everything_back_on_a_blank_computer(tmp_path: Path) -> None:
    office, second = new_office(tmp_path / "office"), RecoveryCard.new()
    KeyChanges(office.data, KEY).set_card(second, 2)
    file, blank = backed_up(office, 0), tmp_path / "blank"
    blank.mkdir()
    restore_backup(file, text(second), blank, keep_silent)
    assert office.names(blank) == ["Case of day 0"]
    changes = KeyChanges(blank, KEY)
    assert sorted(changes.status().cards) == [1, 2]
    changes.set_passphrase("alte patru cuvinte bune")
    for number in (1, 2):
        changes.set_card(RecoveryCard.new(), number)
    place = MasterKeyPlace(blank, lambda _: True)
    assert place.by_typing("alte patru cuvinte bune") == KEY
    assert [place.by_typing(text(card)) for card in (office.card, second)] == [None, None]


def _opens(file: Path, card: RecoveryCard) -> bool:
    try:
        return open_backup(file, text(card))[1] == KEY
    except WrongSecret:
        return False
