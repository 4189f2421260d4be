"""A command, a token or a reminder acts for somebody: it reaches the rows and columns that her own session reaches."""

import re
from typing import Any

import pytest
from sqlalchemy import select

from app.access.gate import worker
from app.access.guarded import Guarded
from app.access.people import Person, add_user, set_active
from app.access.tables import user_table
from app.access.worker import Worker, worker_for
from app.language.form import CASE
from app.language.message import Mistake
from app.language.question import Reading
from app.pages.desk import Desk, desk
from app.records.scope import OutOfReach, acting_as
from tests.days import today_here
from tests.pages.conftest import Demo

USERS = ["coordinator", "case_manager", "social_worker", "accountant", "volunteer", "administrator"]


def guarded(demo: Demo) -> Guarded:
    found: Guarded = demo.app.extensions["dosar_access"]
    return found


def without_session(demo: Demo, user_name: str) -> Worker:
    with demo.app.app_context():
        session = demo.cabinet.session
        user_id = session.scalar(select(user_table.c.id).where(user_table.c.username == user_name))
        found = worker_for(guarded(demo), user_id)
        session.remove()
    return found


def cases_reached(demo: Demo, acting: Worker) -> set[int]:
    kept: Any = demo.cabinet.record_class(CASE)
    with acting_as(acting.scope):
        found = set(demo.cabinet.session.scalars(select(kept.id)))
    demo.cabinet.session.remove()
    return found


def columns_seen(at: Desk) -> dict[str, list[str]]:
    """Form → the questions of it that are seen."""
    return {key: list(form.questions) for key, form in at.seen_forms().items()}


@pytest.mark.parametrize("user", USERS)
def test_same_rows_same_columns(demo: Demo, user: str) -> None:
    acting, browser = without_session(demo, user), demo.browser(user)
    shown = set(map(int, re.findall(r'href="/cases/(\d+)"', browser.get(f"/records/{CASE}").text)))
    assert cases_reached(demo, acting) == shown
    with demo.app.app_context():
        columns = columns_seen(Desk(demo.cabinet, acting, Reading("ro", today_here())))
    with browser:
        browser.get("/")
        assert acting == worker()
        assert columns == columns_seen(desk())


def test_what_is_out_of_her_reach_stays_so(demo: Demo) -> None:
    acting = without_session(demo, "volunteer")
    everybodys = cases_reached(demo, without_session(demo, "coordinator"))
    strangers = min(everybodys - cases_reached(demo, acting))
    with acting_as(acting.scope), pytest.raises(OutOfReach):
        demo.cabinet.case(strangers)
    demo.cabinet.session.remove()


def test_nobody_acts_for_a_closed_account(demo: Demo) -> None:
    with demo.app.app_context():
        leaving = add_user(guarded(demo), None, Person("plecata", "Ana", "Pop", frozenset({"coordinator"})))
        assert worker_for(guarded(demo), leaving).may("see", CASE)
        set_active(guarded(demo), without_session(demo, "administrator"), leaving, False)
        for number in (leaving, 4000):
            with pytest.raises(Mistake, match="is closed or missing"):
                worker_for(guarded(demo), number)
        demo.cabinet.session.remove()
