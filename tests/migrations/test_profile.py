"""An organisation picks the forms it uses; the records of the others stay, out of sight."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from dosar.database.store import Store
from dosar.records.scope.row_scope import OutOfReach
from tests.organisations import Organisation, form, organisation_in

VISIT = form("visit", "name: said, type: text", head="list: [said]")
MENU = "menu: [{title: {en: Work, ro: Lucru}, entries: [case, visit]}]"


@pytest.fixture
def ours(sqlite_store: Store, tmp_path: Path) -> Iterator[Organisation]:
    with organisation_in(sqlite_store, tmp_path) as organisation:
        yield organisation


def test_a_form_that_is_not_picked_does_not_run_and_keeps_its_records(ours: Organisation) -> None:
    ours.start(visit=VISIT, menu=MENU)
    number = ours.enter("visit", said="Bună")
    ours.start(profile="forms: [case]")
    assert ours.codes() == []
    assert list(ours.repository.forms) == ["case"]
    with pytest.raises(OutOfReach):
        ours.repository.find("visit", number)
    assert ours.column("visit", "said") == ["Bună"]
    ours.start(profile="forms: [case, visit]")
    assert ours.answers("visit", number)["said"] == "Bună"


def test_a_profile_taken_away_brings_every_form_back(ours: Organisation) -> None:
    ours.start(visit=VISIT, menu=MENU, profile="forms: [case]")
    ours.start(profile=None)
    number = ours.enter("visit", said="Bună")
    assert ours.answers("visit", number)["said"] == "Bună"


def test_a_form_changes_while_it_is_not_picked(ours: Organisation) -> None:
    ours.start(visit=VISIT, menu=MENU)
    number = ours.enter("visit", said="Bună")
    ours.start(profile="forms: [case]")
    renamed = form("visit", "name: told, type: text, was: said", head="list: [told]")
    ours.start(visit=renamed)
    assert ours.codes() == []
    ours.start(profile=None)
    assert ours.answers("visit", number)["told"] == "Bună"


def test_a_profile_with_a_mistake_leaves_the_last_good_one(ours: Organisation) -> None:
    ours.start(visit=VISIT, menu=MENU, profile="forms: [case]")
    ours.start(profile="forms: [visit]")
    assert ours.codes() == ["F046"]
    assert list(ours.repository.forms) == ["case"]
