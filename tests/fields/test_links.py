"""Pointing to a record."""

from datetime import date

import pytest
from pydantic import TypeAdapter

from dosar.fields import AnyQuestion
from dosar.language.question import Question, ReadingContext
from dosar.language.text.message import Mistake

RO = ReadingContext("ro", date(2026, 7, 1))


def link(to: str = "organisation") -> Question:
    return TypeAdapter(AnyQuestion).validate_python(
        {"type": "link", "name": "funder", "to": to, "label": {"en": "Funder", "ro": "Finanțator"}}
    )


def test_a_link_is_the_id_of_a_record():
    assert link().read(["12"], RO) == 12
    assert link().read([""], RO) is None
    assert link().typed(12, RO) == ["12"]
    assert link().from_json(link().to_json(12)) == 12
    assert link().link_target() == "organisation"


@pytest.mark.parametrize("typed", ["Ana", "-1", "0", "1.5", "1 OR 1=1", "१२", "9" * 10])
def test_anything_but_an_id_is_refused(typed):
    with pytest.raises(Mistake, match="Choose a record from the list"):
        link().read([typed], RO)


def test_a_link_out_of_reach_shows_its_number_alone():
    assert link().shown(12, RO) == "#12"
    assert link().words(12) == ""


def test_links_to_other_records_do_not_fit():
    assert link().is_wider_than(link())
    assert not link("person").is_wider_than(link("organisation"))
