"""What stands beside the lines of what is due: mine and everybody's, who has most overdue, and what will come again."""

import re
from datetime import date, timedelta

import pytest

from dosar.language.form import CASE_FORM
from dosar.overview.deadlines import coming
from dosar.pages.deadlines import due_page
from tests.pages.conftest import Demo
from tests.pages.test_case_page import filed
from tests.pages.test_due_page import TODAY, cells, due, joins, lines, read, shown
from tests.pages.test_team import user_id

NEXT_MONTH = (TODAY.replace(day=28) + timedelta(4)).replace(day=1)


@pytest.fixture
def case(demo: Demo) -> int:
    """A case of nobody."""
    return filed(demo, CASE_FORM, opened_on=TODAY, status="open")


def whose(demo: Demo, wishes: str, user: str) -> dict[str, bool]:
    """The quick choices of whose lines are shown, and which is taken."""
    found = re.findall(r'<a href="\?([^"]*)"( aria-current="page")?>Ale (\w+)<', shown(demo, wishes, user))
    return {f"{word} {address}": bool(current) for address, current, word in found}


def test_who_works_on_cases_begins_with_what_is_hers(demo: Demo, case: int) -> None:
    joins(demo, "case_manager", case)
    due(demo, "plan.revision", case, TODAY, user_id=user_id(demo, "case_manager"))
    due(demo, "case.consent", case, TODAY, user_id=user_id(demo, "volunteer"))
    assert whose(demo, "", "case_manager") == {"mele worker=me": True, "tuturor worker=all": False}
    assert "Mirela Otava" not in " ".join(lines(demo, "?state=today", "case_manager"))
    everybodys = read(demo, "?worker=all&state=today", "case_manager")
    assert "Mirela Otava" in everybodys and "Teodora Brândușan" in everybodys
    assert whose(demo, "?worker=all&state=today", "case_manager")["tuturor state=today&worker=all"]
    both = lines(demo, f"?case={case}&state=today", "case_manager")
    assert len(both) >= 2, "who asks for a case is told all of it"


def test_who_coordinates_begins_with_everybody(demo: Demo) -> None:
    assert list(whose(demo, "", "coordinator").values()) == [False, True]
    hers = " ".join(lines(demo, "?worker=me", "coordinator"))
    assert "Anca Vornicescu" in hers and "Teodora" not in hers
    assert "Filtre (" not in read(demo, "?worker=me"), "that stands above them already"


def bars(demo: Demo, wishes: str) -> dict[str, str]:
    section = re.search(r'<section class="block late-block">.*?</section>', shown(demo, wishes), re.DOTALL)
    return dict(re.findall(r'<a href="([^"]*)">([^<]*)</a>', section[0])) if section else {}


def test_the_bars_are_those_of_the_lines_that_are_asked_for(demo: Demo, case: int) -> None:
    manager, helper = user_id(demo, "case_manager"), user_id(demo, "volunteer")
    due(demo, "plan.revision", case, TODAY - timedelta(1), user_id=manager)
    due(demo, "case.consent", case, TODAY - timedelta(1), user_id=helper)
    told = bars(demo, f"?case={case}&rule=case.consent")
    address = f"?state=overdue&worker={helper}&case={case}&rule=case.consent"
    assert told.get(address) == "Mirela Otava", "and leads to its lines with the same filters"
    assert "Teodora Brândușan" not in told.values()
    assert bars(demo, f"?case={case}&worker={manager}") == {}, "the list says it"
    assert bars(demo, f"?case={case}&state=later") == {}


def weekly(demo: Demo, case: int, day: date, **answers: object) -> None:
    said = {"kind": "task", "subject": "Telefon la mamă", "due_on": day, "repeats": "weekly"}
    filed(demo, "task", case, **{**said, **answers})


def test_a_month_foretells_what_comes_again(demo: Demo, case: int) -> None:
    weekly(demo, case, TODAY, repeats_until=TODAY + timedelta(75))
    said = cells(demo, f"?view=month&day={NEXT_MONTH}&case={case}&rule=task.task")
    days = [day for day, text in said.items() if "Telefon la mamă" in text]
    assert days and all((date.fromisoformat(day) - TODAY).days % 7 == 0 for day in days)
    assert all("se repetă" in said[day] for day in days if day > TODAY.isoformat())
    last = TODAY + timedelta(75)
    for month in range(5):
        first = (NEXT_MONTH + timedelta(31 * month)).replace(day=1)
        told = cells(demo, f"?view=month&day={first}&case={case}&rule=task.task")
        assert all("Telefon" not in text for day, text in told.items() if day > last.isoformat())


def test_what_comes_again_is_not_counted_as_due(demo: Demo, case: int) -> None:
    weekly(demo, case, TODAY)
    assert len(lines(demo, f"?case={case}&rule=task.task")) == 1
    day = TODAY + timedelta(7)
    assert "Telefon" in cells(demo, f"?view=week&day={day}&case={case}")[day.isoformat()]
    assert lines(demo, f"?case={case}&rule=task.task&day={day}") == []


def test_of_too_much_that_comes_again_nothing_is_foretold(
    demo: Demo, case: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    weekly(demo, case, TODAY)
    weekly(demo, case, TODAY)
    week, said = f"?view=week&day={TODAY + timedelta(7)}&case={case}", "Se repetă prea multe"
    assert said not in read(demo, week) and "Telefon" in read(demo, week)
    for module in (coming, due_page):
        monkeypatch.setattr(module, "MOST_REPEATED", 1)
    assert said in read(demo, week) and "Telefon" not in read(demo, week)


def test_what_is_counted_from_the_day_it_is_done_is_said_to_be_expected(demo: Demo, case: int) -> None:
    filed(demo, "monitoring_form", case, filled_on=TODAY, frequency="weekly")
    day = TODAY + timedelta(14)
    assert "estimativ" in cells(demo, f"?view=week&day={day}&case={case}&rule=monitoring_form.next")[day.isoformat()]
