"""Eight people file at the same moment: no edit is lost, no sheet filed twice, no code given twice.

A few seconds, or half a minute with ``DOSAR_LONG=1``; ``pytest -s`` prints the figures.
"""

import os
import time
from collections.abc import Callable
from random import Random
from threading import Barrier

import pytest

from dosar.language.form import CASE_FORM
from dosar.language.text.message import Mistake
from dosar.records.sheets.deletion import delete_sheet, restore_sheet
from dosar.records.sheets.save import EditConflict, SheetExists, enter_sheet
from tests.records.offices import TODAY, Office, at_once

PEOPLE = 8
SECONDS = 30 if os.environ.get("DOSAR_LONG") else 3


def test_a_sheet_sent_eight_times_is_filed_once(office: Office) -> None:
    filed: list[int] = []
    at_once(
        office,
        PEOPLE,
        lambda person: filed.append(office.enter("visit", office.ion, token="dublu clic", purpose="vizită")),
    )
    assert len(filed) == PEOPLE
    assert len(set(filed)) == 1


def test_codes_have_neither_gaps_nor_doubles(office: Office) -> None:
    def open_cases(person: int) -> None:
        for _ in range(5):
            office.enter(CASE_FORM, last_name=f"Caz {person}")

    at_once(office, PEOPLE, open_cases)
    codes: list[str] = []
    at_once(
        office,
        1,
        lambda _: codes.extend(office.open(CASE_FORM, number).answers["code"] for number in range(1, PEOPLE * 5 + 3)),
    )
    assert sorted(codes) == [f"D-{TODAY.year}-{number:04}" for number in range(1, PEOPLE * 5 + 3)]


def test_eight_people_on_three_records_lose_no_edit(office: Office, tell: Callable[[str], None]) -> None:
    """Each adds her words to what she read; whoever comes second reads again and merges."""
    records: list[int] = []
    at_once(office, 1, lambda _: records.extend(office.enter("visit", office.ion) for _ in range(3)))
    written: list[str] = []
    clashes: list[int] = []
    all_have_read = Barrier(PEOPLE)
    until = time.monotonic() + SECONDS

    def keep_adding(person: int) -> None:
        chance, number = Random(person), 0
        first = _add(office, records[person % 3], f"{person}.0", all_have_read.wait)
        (written.append(f"{person}.0") if first else clashes.append(person))
        while time.monotonic() < until:
            number += 1
            record_id, words = chance.choice(records), f"{person}.{number}"
            while not _add(office, record_id, words):
                clashes.append(person)
            written.append(words)

    at_once(office, PEOPLE, keep_adding)
    kept: list[str] = []
    at_once(
        office,
        1,
        lambda _: kept.extend(
            word for number in records for word in (office.open("visit", number).answers["story"] or "").split()
        ),
    )
    tell(
        f"8 people on 3 records, {office.repository.store.engine.name}: {len(written)} edits, {len(clashes)} clashes, "
        f"{len(set(written) - set(kept))} lost"
    )
    assert sorted(kept) == sorted(written)
    assert len(clashes) >= PEOPLE - 3, "of those who read the same at first, one is right"


def _add(office: Office, record_id: int, words: str, has_read: Callable[[], object] = lambda: None) -> bool:
    office.repository.session.remove()
    sheet = office.open("visit", record_id)
    before = sheet.answers["story"] or ""
    has_read()
    try:
        office.correct("visit", record_id, sheet.record.version, story=f"{before} {words}".strip())
    except EditConflict:
        return False
    return True


def test_two_who_file_the_one_sheet_of_a_case_file_one(office: Office) -> None:
    once = office.form("visit").model_copy(update={"one_per_case": True})
    filed: list[int] = []
    there: list[int] = []

    def file(person: int) -> None:
        try:
            answers = {"purpose": f"de la {person}"}
            filed.append(enter_sheet(office.repository, once, answers, office.actor(), office.ion, f"fișa {person}"))
        except SheetExists as one:
            there.append(one.record_id)

    at_once(office, PEOPLE, file)
    assert len(filed) == 1 and there == filed * (PEOPLE - 1)


def test_the_one_sheet_is_filed_again_once_it_was_deleted(office: Office) -> None:
    once = office.form("visit").model_copy(update={"one_per_case": True})

    def file_delete_and_file(_: int) -> None:
        first = enter_sheet(office.repository, once, {}, office.actor(), office.ion, "întâi")
        delete_sheet(office.repository, once, first, office.actor())
        second = enter_sheet(office.repository, once, {}, office.actor(), office.ion, "apoi")
        assert second != first
        assert enter_sheet(office.repository, once, {}, office.actor(), office.ion, "apoi") == second, "sent twice"
        assert enter_sheet(office.repository, once, {}, office.actor(), office.vasile, "al lui") not in (first, second)
        with pytest.raises(Mistake):
            restore_sheet(office.repository, once, first, office.actor())

    at_once(office, 1, file_delete_and_file)
