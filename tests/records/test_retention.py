"""For how long cases are kept, by the classes of the case form."""

from datetime import date
from pathlib import Path

import pytest

from dosar import shipped_folder
from dosar.language.form import CASE_FORM, Form
from dosar.language.load.folder import read_folder
from dosar.records.erasure.erasure_requests import waiting_requests
from dosar.records.erasure.retention import ask_for_those_over_term, cases_over_term, kept_until
from dosar.records.scope.row_scope import SYSTEM_SCOPE, acting_as
from tests.organisations import CASE, Organisation

TODAY = date(2036, 6, 1)
KEPT = """
retention:
  - retention: young
    title: {en: Young, ro: Tânăr}
    applies_if: answered(young_until)
    until: young_until
    then: erase
  - {retention: other, title: {en: Others, ro: Alții}, until: "add_months(closed_on, 120)"}
"""
ASKED = """      - {name: closed_on, type: date, label: {en: Closed, ro: Închis}}
      - {name: young_until, type: date, label: {en: Young until, ro: Tânăr până la}}
"""


@pytest.fixture
def keeping(ours: Organisation) -> Organisation:
    ours.start(case=CASE.replace("sections:", KEPT.lstrip() + "sections:") + ASKED)
    assert ours.opened.findings == []
    return ours


def test_the_first_class_that_applies_counts(keeping: Organisation) -> None:
    adult = keeping.enter(CASE_FORM, closed_on=date(2026, 5, 31))
    child = keeping.enter(CASE_FORM, closed_on=date(2000, 1, 1), young_until=date(2030, 1, 1))
    keeping.enter(CASE_FORM, closed_on=date(2026, 6, 2))
    keeping.enter(CASE_FORM)
    found = cases_over_term(keeping.repository, TODAY)
    assert [(over.case_id, over.kept.retention, over.kept.then) for over in found] == [
        (child, "young", "erase"),
        (adult, "other", "anonymise"),
    ]


def test_what_is_asked_for_is_listed_no_more(keeping: Organisation) -> None:
    case = keeping.enter(CASE_FORM, closed_on=date(2026, 5, 31))
    kept = keeping.enter(CASE_FORM)
    assert ask_for_those_over_term(keeping.repository, {case, kept}, TODAY, 1) == 1
    assert [(asked.case_id, asked.kind, asked.ground) for asked in waiting_requests(keeping.repository)] == [
        (case, "anonymise", "term")
    ]
    assert cases_over_term(keeping.repository, TODAY) == []


def test_the_shipped_classes(tmp_path: Path) -> None:
    case = next(one for one in read_folder(shipped_folder("forms")).of(Form).values() if one.key == CASE_FORM)
    closed = {"opened_on": date(2024, 1, 1), "closed_on": date(2026, 3, 1)}

    def until(**answers: object) -> tuple[str, date] | None:
        found = kept_until(case, 1, {**closed, **answers}, date(2026, 11, 29))
        return found and (found.kept.retention, found.day)

    with acting_as(SYSTEM_SCOPE):
        assert until(birth_date="1990-05-02") == ("adult", date(2036, 3, 1))
        assert until(birth_date="2012-05-02") == ("child", date(2040, 5, 2))
        assert until(victim_status="not_victim") == ("rejected", date(2027, 3, 1))
        assert until(closed_on=None) is None


def test_a_rule_about_nothing_is_told(ours: Organisation) -> None:
    ours.start(case=CASE.replace("sections:", KEPT.lstrip() + "sections:"))
    assert {found.code for found in ours.opened.findings} >= {"F012"}
