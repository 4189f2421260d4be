"""A command, a token or a reminder acts for somebody: it reaches the rows and columns that her own session reaches."""

import re
from typing import Any

import pytest
from sqlalchemy import select

from dosar.access.accounts.users import UserDetails, add_user, set_user_active
from dosar.access.authorization import current_worker
from dosar.access.services import AccessServices
from dosar.access.tables import user_table
from dosar.access.worker import Worker, worker_for
from dosar.language.form import CASE_FORM
from dosar.language.question import ReadingContext
from dosar.language.text.message import Mistake
from dosar.pages.context import PageContext, page_context
from dosar.records.scope.row_scope import OutOfReach, acting_as
from tests.days import today_here
from tests.pages.conftest import Demo

USERS = ["coordinator", "case_manager", "social_worker", "accountant", "volunteer", "administrator"]


def services(demo: Demo) -> AccessServices:
    found: AccessServices = demo.app.extensions["dosar_access"]
    return found


def without_session(demo: Demo, user_name: str) -> Worker:
    with demo.app.app_context():
        session = demo.repository.session
        user_id = session.scalar(select(user_table.c.id).where(user_table.c.username == user_name))
        found = worker_for(services(demo), user_id)
        session.remove()
    return found


def cases_reached(demo: Demo, acting: Worker) -> set[int]:
    kept: Any = demo.repository.record_class(CASE_FORM)
    with acting_as(acting.scope):
        found = set(demo.repository.session.scalars(select(kept.id)))
    demo.repository.session.remove()
    return found


def columns_seen(context: PageContext) -> dict[str, list[str]]:
    """Form → the questions of it that are seen."""
    return {key: list(form.questions) for key, form in context.seen_forms().items()}


@pytest.mark.parametrize("user", USERS)
def test_same_rows_same_columns(demo: Demo, user: str) -> None:
    acting, browser = without_session(demo, user), demo.browser(user)
    shown = set(map(int, re.findall(r'href="/cases/(\d+)"', browser.get(f"/records/{CASE_FORM}").text)))
    assert cases_reached(demo, acting) == shown
    with demo.app.app_context():
        columns = columns_seen(PageContext(demo.repository, acting, ReadingContext("ro", today_here())))
    with browser:
        browser.get("/")
        assert acting == current_worker()
        assert columns == columns_seen(page_context())


def test_what_is_out_of_her_reach_stays_so(demo: Demo) -> None:
    acting = without_session(demo, "volunteer")
    everybodys = cases_reached(demo, without_session(demo, "coordinator"))
    strangers = min(everybodys - cases_reached(demo, acting))
    with acting_as(acting.scope), pytest.raises(OutOfReach):
        demo.repository.case(strangers)
    demo.repository.session.remove()


def test_nobody_acts_for_a_closed_account(demo: Demo) -> None:
    with demo.app.app_context():
        leaving = add_user(services(demo), None, UserDetails("plecata", "Ana", "Pop", frozenset({"coordinator"})))
        assert worker_for(services(demo), leaving).may("see", CASE_FORM)
        set_user_active(services(demo), without_session(demo, "administrator"), leaving, False)
        for number in (leaving, 4000):
            with pytest.raises(Mistake, match="is closed or missing"):
                worker_for(services(demo), number)
        demo.repository.session.remove()
