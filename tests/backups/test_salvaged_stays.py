"""A stay out of a back-up wants its bed again: the bed somebody else sleeps in by now is not given away twice."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from dosar.backups.salvage.record_salvage import RecordSalvage
from dosar.records.beds.required_beds import NoBed
from dosar.records.repository import Repository
from dosar.records.sheets.save import correct_sheet, enter_sheet
from dosar.records.sheets.stored_answers import open_sheet
from tests.backups.offices import Office, enter, hire, new_office
from tests.backups.test_salvage import MARIA, back_up, opened
from tests.databases import fresh_place
from tests.filing.houses import FILES, HEAD

THE_HEAD = replace(MARIA, roles=HEAD)
CAME = date(2026, 11, 20)


@pytest.fixture
def office(database: str, tmp_path: Path) -> Iterator[Office]:
    with fresh_place(database, tmp_path) as place:
        office = new_office(tmp_path / "office", place.url)
        for name, words in FILES.items():
            (office.forms / f"{name}.yaml").write_text(words, "utf-8")
        yield office


@dataclass
class Lodging:
    """A house of one bed in which somebody slept when the back-up was made; her stay is gone since."""

    repository: Repository
    house: int
    case: int
    stay: int

    def file(self, case: int, **answers: Any) -> int:
        stay = {"house": self.house, "phase": "urgent", "came": CAME, **answers}
        return enter_sheet(self.repository, self.repository.forms["stay"], stay, MARIA, case)

    def lose(self, *forms: str) -> None:
        """As if they had never been there."""
        with self.repository.writing() as session:
            for form in forms:
                number = self.stay if form == "stay" else self.case
                session.connection().exec_driver_sql(f'DELETE FROM "{form}" WHERE id = {number}')


@contextmanager
def lodging_in(office: Office) -> Iterator[Lodging]:
    with office.at_work() as repository:
        hire(repository)
        place = {"phase": "urgent", "beds": 1}
        house = enter_sheet(repository, repository.forms["house"], place, MARIA)
        lodging = Lodging(repository, house, *enter(repository, "Ana"), 0)
        lodging.stay = lodging.file(lodging.case)
        back_up(office, repository)
        yield lodging


def test_a_stay_that_is_gone_comes_back_to_a_free_bed_or_with_a_reason(office: Office) -> None:
    with lodging_in(office) as lodging, opened(office, lodging.repository) as copy:
        lodging.lose("stay")
        (other,) = enter(lodging.repository, "Ema")
        lodging.file(other)
        with pytest.raises(NoBed) as told:
            RecordSalvage(copy, lodging.repository, MARIA, "Back-up.", True).bring_record("stay", lodging.stay)
        assert told.value.lacking[0].troubles.full_on == CAME and not told.value.may_confirm
        with pytest.raises(NoBed) as told:
            RecordSalvage(copy, lodging.repository, THE_HEAD, "Back-up.").bring_record("stay", lodging.stay)
        assert told.value.may_confirm
        salvage = RecordSalvage(copy, lodging.repository, THE_HEAD, "Back-up. No bed elsewhere.", True)
        assert salvage.bring_record("stay", lodging.stay) == lodging.stay


def test_a_stay_of_somebody_who_is_elsewhere_by_now_does_not_come_back(office: Office) -> None:
    with lodging_in(office) as lodging, opened(office, lodging.repository) as copy:
        lodging.lose("stay")
        lodging.file(lodging.case, house=None)
        with pytest.raises(NoBed) as told:
            RecordSalvage(copy, lodging.repository, THE_HEAD, "Back-up.", True).bring_record("stay", lodging.stay)
        assert told.value.lacking[0].troubles.elsewhere is not None and not told.value.may_confirm


def test_a_lost_case_comes_back_with_its_stays_once_somebody_says_why(office: Office) -> None:
    with lodging_in(office) as lodging, opened(office, lodging.repository) as copy:
        lodging.lose("stay", "case")
        (other,) = enter(lodging.repository, "Ema")
        lodging.file(other)
        with pytest.raises(NoBed) as told:
            RecordSalvage(copy, lodging.repository, MARIA, "Back-up.").bring_case(lodging.case)
        assert told.value.may_confirm, "the case is more than a bed"
        salvage = RecordSalvage(copy, lodging.repository, MARIA, "Back-up. By mistake.", True)
        assert salvage.bring_case(lodging.case)[1] == 1


def test_older_answers_of_a_stay_or_a_place_need_the_bed_too(office: Office) -> None:
    with lodging_in(office) as lodging, opened(office, lodging.repository) as copy:
        stay, place = (lodging.repository.forms[key] for key in ("stay", "house"))
        correct_sheet(lodging.repository, stay, lodging.stay, 1, {"went": CAME}, MARIA)
        (other,) = enter(lodging.repository, "Ema")
        lodging.file(other)
        salvage = RecordSalvage(copy, lodging.repository, MARIA, "Back-up.", True)
        with pytest.raises(NoBed):
            salvage.bring_answers("stay", lodging.stay, 2, ["went"])
        correct_sheet(lodging.repository, place, lodging.house, 1, {"beds": 2}, MARIA)
        salvage.bring_answers("stay", lodging.stay, 2, ["went"])
        with pytest.raises(NoBed):
            salvage.bring_answers("house", lodging.house, 2, ["beds"])
        assert open_sheet(lodging.repository, "house", lodging.house).answers["beds"] == 2
