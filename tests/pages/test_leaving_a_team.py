"""Whoever leaves the team of a case leaves what is hers to do there: to a colleague, or to who leads it."""

from datetime import date, timedelta
from html import unescape

import pytest
from sqlalchemy import update

from dosar.database.users import User
from dosar.language.form import CASE_FORM
from dosar.overview.deadlines.filters import DeadlineFilter
from dosar.overview.deadlines.reading import find_deadlines
from dosar.records.actor import Actor
from dosar.records.deadlines.all_days import reckon_all
from dosar.records.scope.row_scope import SYSTEM_SCOPE, acting_as
from dosar.records.teams import join_team
from tests.pages.conftest import Demo
from tests.pages.test_case_page import TODAY, filed
from tests.pages.test_settling_deadlines import answers, post, task
from tests.pages.test_team import user_id

USERS = ("case_manager", "social_worker", "volunteer")


@pytest.fixture
def case(demo: Demo) -> int:
    """A case on which the case manager, a social worker and a volunteer work."""
    number = filed(demo, CASE_FORM, opened_on=TODAY, status="open", last_name="Nou", first_name="Caz")
    for user in USERS:
        join(demo, number, user)
    return number


def join(
    demo: Demo, case: int, user: str, last_day: date | None = None, role: str = "", since: date | None = None
) -> None:
    actor = Actor(user_id(demo, "coordinator"), "coordinator", TODAY)
    with demo.app.app_context(), acting_as(SYSTEM_SCOPE):
        found, number = demo.repository.case(case), user_id(demo, user)
        join_team(demo.repository, found, number, role or user, actor, since, planned_end=last_day)
        demo.repository.session.remove()


def whose(demo: Demo, case: int) -> list[int | None]:
    with demo.app.app_context(), acting_as(SYSTEM_SCOPE):
        found = find_deadlines(demo.repository, DeadlineFilter(cases=(case,), rules=("task.task",)))
        demo.repository.session.remove()
    return [each.user_id for each in found]


def leave(demo: Demo, case: int, user: str, to: str = "") -> str:
    return post(demo, "case_manager", f"/cases/{case}/team/{user_id(demo, user)}/leave", to=to)


def test_the_page_says_how_much_is_hers_and_asks_to_whom(demo: Demo, case: int) -> None:
    number = task(demo, case, by="volunteer")
    page = unescape(demo.browser("case_manager").get(f"/cases/{case}/team").text)
    assert "Are o sarcină sau programare în caz. Cui îi revine?" in page and page.count('name="to"') == 1
    leave(demo, case, "volunteer", str(user_id(demo, "social_worker")))
    assert answers(demo, number)["responsible"] == user_id(demo, "social_worker") and whose(demo, case) == [
        user_id(demo, "social_worker")
    ]


def test_without_a_choice_it_falls_to_who_leads_the_case(demo: Demo, case: int) -> None:
    number = task(demo, case, by="volunteer")
    leave(demo, case, "volunteer")
    assert answers(demo, number)["responsible"] == user_id(demo, "volunteer"), "the sheet says what it said"
    assert whose(demo, case) == [user_id(demo, "case_manager")]
    join(demo, case, "volunteer")
    assert whose(demo, case) == [user_id(demo, "volunteer")], "she is back"


def test_nobody_out_of_the_team_gets_it(demo: Demo, case: int) -> None:
    number = task(demo, case, by="volunteer")
    for other in ("psychologist", "volunteer"):
        refused = unescape(leave(demo, case, "volunteer", str(user_id(demo, other))))
        assert "Alegeți pe cineva care lucrează la caz." in refused
    assert whose(demo, case) == [user_id(demo, "volunteer")] == [answers(demo, number)["responsible"]]


def test_a_new_case_manager_gets_what_was_the_others(demo: Demo, case: int) -> None:
    task(demo, case, by="case_manager")
    join(demo, case, "social_worker", role="case_manager")
    assert whose(demo, case) == [user_id(demo, "social_worker")]


def test_after_her_last_day_nothing_is_hers(demo: Demo, case: int) -> None:
    join(demo, case, "volunteer", TODAY + timedelta(3), role="social_worker")
    task(demo, case, TODAY + timedelta(9), by="volunteer")
    assert whose(demo, case) == [user_id(demo, "volunteer")]
    with demo.app.app_context():
        repository = demo.repository
        reckon_all(repository.store, repository.tables, repository.definition, TODAY + timedelta(4))
        repository.session.remove()
    assert whose(demo, case) == [user_id(demo, "case_manager")]


def test_who_reaches_every_case_keeps_it(demo: Demo, case: int) -> None:
    join(demo, case, "coordinator")
    task(demo, case, by="coordinator")
    leave(demo, case, "coordinator")
    assert whose(demo, case) == [user_id(demo, "coordinator")]


def test_nobody_gets_it_who_comes_later_or_cannot_sign_in(demo: Demo, case: int) -> None:
    number, hers = task(demo, case, by="volunteer"), str(user_id(demo, "social_worker"))
    page = unescape(demo.browser("case_manager").get(f"/cases/{case}/team").text)
    assert f'<option value="{hers}"' in page.partition('name="to"')[2].partition("</select>")[0]
    join(demo, case, "psychologist", since=TODAY + timedelta(5))
    set_active(demo, "social_worker", False)
    try:
        page = unescape(demo.browser("case_manager").get(f"/cases/{case}/team").text)
        offered = page.partition('name="to"')[2].partition("</select>")[0]
        for user in ("psychologist", "social_worker"):
            assert f'value="{user_id(demo, user)}"' not in offered
            refused = unescape(leave(demo, case, "volunteer", str(user_id(demo, user))))
            assert "Alegeți pe cineva care lucrează la caz." in refused
    finally:
        set_active(demo, "social_worker", True)
    assert answers(demo, number)["responsible"] == user_id(demo, "volunteer")


def test_who_is_not_on_the_team_hands_over_nothing(demo: Demo, case: int) -> None:
    number = task(demo, case, by="coordinator")
    leave(demo, case, "coordinator", str(user_id(demo, "volunteer")))
    assert answers(demo, number)["responsible"] == user_id(demo, "coordinator")


def set_active(demo: Demo, user: str, is_active: bool) -> None:
    with demo.app.app_context(), acting_as(SYSTEM_SCOPE):
        number = user_id(demo, user)
        with demo.repository.writing():
            demo.repository.session.execute(update(User).where(User.id == number).values(active=is_active))
        demo.repository.session.remove()
