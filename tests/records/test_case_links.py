"""A sheet of a case points to sheets of the same case, whoever writes it and however."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from dosar.database.store import Store
from dosar.language.form import CASE_FORM
from dosar.language.question import ReadingContext
from dosar.records.links.case_boundary import links_to_other_cases, without_links
from dosar.records.lists.list_page import list_page
from dosar.records.lists.list_query import ListQuery
from dosar.records.scope.row_scope import OutOfReach
from dosar.records.sheets.ledger import reverse_entry
from dosar.records.sheets.save import enter_sheet
from dosar.records.titles import link_titles
from tests.organisations import CASE as CASE_FILE
from tests.organisations import CLERK, Organisation, form, organisation_in

RO = ReadingContext("ro", CLERK.today)
HEAD = "belongs_to: case\nlist: [made_on]"
PLAN = form("plan", "name: made_on, type: date", head=HEAD + '\nrecord_title: "{made_on}"')
LINKS = (
    "name: made_on, type: date",
    "name: plan, type: link, to: plan",
    "name: rows, type: table, columns: [{name: which, type: link, to: plan, label: {en: Plan, ro: Plan}}]",
)
BUDGET = form("budget", *LINKS, head=HEAD)
GIFT = form("gift", *LINKS, head=HEAD + "\nappend_only: true")
EVENT = form("event", *LINKS, head="list: [made_on]")
MENU = "menu: [{title: {en: Work, ro: Lucru}, entries: [case, plan, budget, gift, event]}]"
WITH_PLAN = CASE_FILE + "      - {name: plan, type: link, to: plan, label: {en: Plan, ro: Plan}}\n"
OPEN = BUDGET.replace("to: plan", "to: plan, across_cases: true")


@pytest.fixture
def ours(founded_store: Store, tmp_path: Path) -> Iterator[Organisation]:
    """Two cases; plan 1 is of the first, plan 2 of the second."""
    with organisation_in(founded_store, tmp_path) as organisation:
        organisation.start(case=WITH_PLAN, plan=PLAN, budget=BUDGET, gift=GIFT, event=EVENT, menu=MENU)
        for case in (1, 2):
            organisation.enter(CASE_FORM, name="Ana")
            filed(organisation, "plan", case, made_on=CLERK.today.replace(day=case))
        yield organisation


def filed(ours: Organisation, key: str, case: int, **answers: object) -> int:
    return enter_sheet(ours.repository, ours.form(key), answers, CLERK, case)


def test_a_sheet_points_to_a_sheet_of_its_own_case(ours: Organisation) -> None:
    budget = filed(ours, "budget", 1, plan=1, rows=[{"id": None, "which": 1}])
    assert ours.answers("budget", budget)["plan"] == 1


@pytest.mark.parametrize("answers", [{"plan": 2}, {"rows": [{"id": None, "which": 2}]}, {"plan": 99}])
def test_a_sheet_of_another_case_is_refused(ours: Organisation, answers: dict[str, object]) -> None:
    with pytest.raises(OutOfReach):
        filed(ours, "budget", 1, **answers)
    budget = filed(ours, "budget", 1, plan=1)
    with pytest.raises(OutOfReach):
        ours.correct("budget", budget, **answers)
    assert ours.answers("budget", budget)["plan"] == 1


def test_the_case_file_points_to_its_own_sheets(ours: Organisation) -> None:
    ours.correct(CASE_FORM, 1, plan=1)
    with pytest.raises(OutOfReach):
        ours.correct(CASE_FORM, 1, plan=2)
    with pytest.raises(OutOfReach):
        ours.enter(CASE_FORM, name="Eva", plan=1)


def test_what_stood_there_before_stays_until_it_is_changed(ours: Organisation) -> None:
    ours.start(budget=OPEN)
    budget = filed(ours, "budget", 1, plan=2)
    ours.start(budget=BUDGET)
    ours.correct("budget", budget, made_on=CLERK.today)
    assert ours.answers("budget", budget)["plan"] == 2


def test_an_entry_that_pointed_elsewhere_can_be_taken_back(ours: Organisation) -> None:
    ours.start(gift=GIFT.replace("to: plan", "to: plan, across_cases: true"))
    gift = filed(ours, "gift", 1, plan=2, rows=[{"id": None, "which": 2}])
    ours.start(gift=GIFT)
    taken_back = reverse_entry(ours.repository, ours.form("gift"), gift, "greșit", CLERK)
    assert ours.answers("gift", taken_back)["plan"] == 2


def test_where_it_is_wanted_other_cases_are_told_by_their_code(ours: Organisation) -> None:
    wanted = {"plan": [1, 2]}
    assert link_titles(ours.repository, ours.repository.forms, wanted, RO)["plan", 2] == "2 · 02.11.2026"
    ours.start(event=None, menu=MENU.replace(", event", ""))
    assert link_titles(ours.repository, ours.repository.forms, wanted, RO)["plan", 2] == "02.11.2026"
    ours.start(budget=OPEN)
    budget = filed(ours, "budget", 1, plan=2, rows=[{"id": None, "which": 2}])
    assert ours.answers("budget", budget)["plan"] == 2
    assert link_titles(ours.repository, ours.repository.forms, wanted, RO)["plan", 2] == "2 · 02.11.2026"


def test_a_list_tells_the_case_of_what_is_pointed_to_across(ours: Organisation) -> None:
    ours.start(budget=OPEN.replace("list: [made_on]", "list: [made_on, plan]"))
    filed(ours, "budget", 1, plan=2)
    filed(ours, "budget", 1)
    page = list_page(ours.repository, ours.repository.forms, "budget", ListQuery(), RO, with_case=False)
    assert sorted(cells[1] for cells in page.cells) == ["", "2 · 02.11.2026"]


def test_a_sheet_of_no_case_points_to_any(ours: Organisation) -> None:
    assert ours.answers("event", ours.enter("event", plan=2))["plan"] == 2


def test_every_answer_that_points_elsewhere_is_found(ours: Organisation) -> None:
    answers = {"plan": 2, "rows": [{"id": None, "which": 1}, {"id": None, "which": 2}]}
    budget = ours.form("budget")
    assert links_to_other_cases(ours.repository, budget, 1, answers, {}) == [("plan",), ("rows", "1", "which")]
    assert links_to_other_cases(ours.repository, budget, 1, answers, {"plan": 2}) == []


def test_what_a_new_sheet_may_not_take_over_is_left_out() -> None:
    taken_over = {
        "before": 7,
        "purpose": "vizită",
        "tools": [
            {"id": 1, "tool": 7, "why": None},
            {"id": 2, "tool": 8, "why": None},
            {"id": 3, "tool": 7, "why": "x"},
        ],
    }
    assert without_links(taken_over, [("before",), ("tools", "0", "tool"), ("tools", "2", "tool")]) == {
        "before": None,
        "purpose": "vizită",
        "tools": [{"id": 2, "tool": 8, "why": None}, {"id": 3, "tool": None, "why": "x"}],
    }
