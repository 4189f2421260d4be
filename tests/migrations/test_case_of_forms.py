"""A form begins or ceases to belong to cases: no record is lost, and nobody sees more than before without a word."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from dosar.records.scope.row_scope import SYSTEM_SCOPE, Scope, acting_as
from dosar.records.sheets.save import enter_sheet
from dosar.records.sheets.stored_answers import open_sheet
from tests.organisations import CLERK, Organisation, form

FAMILY = "name: family, type: table, columns: [{name: who, type: text, label: {en: Who, ro: Cine}}]"
DAY = "name: day, type: date"
FREE = form("visit", DAY, FAMILY)
OF_CASE = form("visit", DAY, FAMILY, head="belongs_to: case")
LINK = "name: survivor, type: link, to: case"


def test_records_that_belong_nowhere_keep_the_form_as_it_was(ours: Organisation) -> None:
    visit = ours.start(visit=FREE).enter("visit", day=date(2026, 11, 1))
    ours.start(visit=OF_CASE)
    assert ours.told("F048") == [
        "forms/visit.yaml:4: F048: Records of this form that belong to no case: 1. Say which case each belongs to: "
        "add a question (type: link, to: case), answer it on each of them, and name it here (case_was: …). Or take "
        "this line away and begin another form with a new name."
    ]
    assert ours.answers("visit", visit)["day"] == date(2026, 11, 1)
    assert ours.form("visit").belongs_to is None


def test_a_question_says_which_case_each_record_belongs_to(ours: Organisation) -> None:
    ours.start(visit=form("visit", DAY, FAMILY, LINK))
    first, second = ours.enter("case", name="Ana"), ours.enter("case", name="Dan")
    visits = [ours.enter("visit", survivor=case, family=[{"id": None, "who": "Ion"}]) for case in (second, first)]
    lacking = ours.enter("visit")
    after = form("visit", DAY, FAMILY, LINK, head="belongs_to: case\ncase_was: survivor")
    ours.upgrade(visit=after)
    assert "1 of 3" in ours.told("F048")[0]
    ours.start(visit=form("visit", DAY, FAMILY, LINK)).correct("visit", lacking, survivor=first)
    ours.start(visit=after)
    assert "(3)" in ours.told("F025")[0], "a mere start moves nobody"
    assert any("get their case from survivor" in line for line in ours.plan())
    ours.upgrade()
    assert ours.codes() == ["F023", "F034"]
    assert [open_sheet(ours.repository, "visit", number).record.case_id for number in (*visits, lacking)] == [2, 1, 1]
    assert sorted(ours.column("visit__family", "case_id")) == [1, 2]
    assert sorted(ours.column("dosar_history", "case_id")) == [1, 1, 1, 1, 2, 2]
    assert ours.plan() == []


def test_a_form_without_records_may_begin_to_belong_to_cases(ours: Organisation) -> None:
    ours.start(visit=FREE)
    ours.start(visit=OF_CASE)
    case = ours.enter("case", name="Ana")
    assert ours.told("F048") == []
    visit = _entered_in(ours, case)
    assert ours.answers("visit", visit)["family"][0]["who"] == "Ion"


def test_a_form_without_records_may_cease_to(ours: Organisation) -> None:
    ours.start(visit=form("visit", DAY, FAMILY, head="belongs_to: case\nappend_only: true"))
    ours.start(visit=form("visit", DAY, FAMILY, head="append_only: true"))
    assert ours.told("F048") == []
    visit = ours.enter("visit", day=date(2026, 11, 1), family=[{"id": None, "who": "Ion"}])
    assert ours.answers("visit", visit)["family"][0]["who"] == "Ion"
    assert ours.plan() == []


def _entered_in(ours: Organisation, case: int) -> int:
    return enter_sheet(ours.repository, ours.form("visit"), {"family": [{"id": None, "who": "Ion"}]}, CLERK, case)


def test_sheets_of_cases_are_never_open_to_all(ours: Organisation) -> None:
    ours.start(visit=OF_CASE)
    visit = _entered_in(ours, ours.enter("case", name="Ana"))
    for count, open_ours in enumerate((ours.start, ours.upgrade), 1):
        open_ours(visit=FREE)
        assert f"the sheets of all cases ({count})" in ours.told("F048")[0]
        assert ours.form("visit").belongs_to == "case"
        _entered_in(ours, 1)
    stranger = Scope(7, "own", frozenset({7}), {"visit": frozenset({"see"})})
    with acting_as(stranger):
        ours.store.session.remove()
        assert ours.repository.session.query(ours.repository.record_class("visit")).all() == []
    with acting_as(SYSTEM_SCOPE):
        assert ours.answers("visit", visit)["family"][0]["who"] == "Ion"


def test_a_form_that_comes_back_without_its_case_does_not_run(ours: Organisation) -> None:
    ours.start(visit=OF_CASE)
    _entered_in(ours, ours.enter("case", name="Ana"))
    ours.start(visit=None)
    ours.start(visit=FREE)
    assert ours.told("F048") and "visit" not in ours.repository.forms


@pytest.mark.parametrize(
    "narrow, wide",
    [
        (("name: a, type: text, sensitivity: story", ""), ("name: a, type: text", "")),
        (("name: a, type: text, sensitivity: story", ""), ("name: b, type: text, was: a, sensitivity: legal", "")),
        (("name: a, type: text", "private_to: [who]"), ("name: a, type: text", "")),
    ],
)
def test_more_people_read_it_only_after_an_upgrade(
    ours: Organisation, narrow: tuple[str, str], wide: tuple[str, str]
) -> None:
    def visit(told: tuple[str, str]) -> str:
        return form("visit", told[0], "name: who, type: link, to: user", head=told[1])

    ours.start(visit=visit(narrow)).enter("visit", a="un secret")
    before = ours.form("visit")
    ours.start(visit=visit(wide))
    assert len(ours.told("F049")) == 1
    assert ours.form("visit") == before
    assert [line for line in ours.plan() if "(1)" in line]
    assert ours.upgrade().told("F049") == []
    assert ours.form("visit") != before
    assert ours.plan() == []


def test_what_nobody_has_answered_yet_is_open_at_once(ours: Organisation) -> None:
    ours.start(visit=form("visit", "name: a, type: text, sensitivity: story")).enter("visit")
    ours.start(visit=form("visit", "name: a, type: text"))
    assert ours.told("F049") == [] and ours.form("visit").questions["a"].sensitivity is None


def test_whatever_happens_the_last_good_version_starts(ours: Organisation, monkeypatch: pytest.MonkeyPatch) -> None:
    visit = ours.start(visit=FREE).enter("visit", day=date(2026, 11, 1))
    for place in ("plan_steps", "check_folder"):
        with monkeypatch.context() as broken:
            broken.setattr(f"dosar.migrations.folder_comparison.{place}", _fail)
            ours.start(visit=form("visit", DAY, FAMILY, "name: more, type: text"))
        assert "IntegrityError" in ours.told("F050")[0]
        assert ours.answers("visit", visit) == {"day": date(2026, 11, 1), "family": None}
        assert "more" not in ours.columns("visit")
    ours.start()
    assert ours.told("F050") == []
    assert ours.answers("visit", visit)["more"] is None


def _fail(*given: Any) -> Any:
    raise IntegrityError("INSERT", {}, ValueError("Ana Rusu"))
