"""Whatever is counted is counted over the cases one may see: what another team does changes no figure and no line."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from dosar.fields.money import Money
from dosar.language.form import CASE_FORM
from dosar.records.scope.row_scope import SYSTEM_SCOPE, acting_as
from tests.pages.conftest import Demo
from tests.pages.test_case_page import TODAY, filed

COUNTING = (
    "/",
    "/cases",
    "/programme",
    "/programme/beds",
    "/records/case",
    "/records/visit_report",
    "/records/service_log",
    "/records/humanitarian_aid",
    "/records/stay",
    "/records/risk_assessment",
)
CHANGES_EACH_TIME = re.compile(r'(name="(csrf_token|_once|_owner)" value=")[^"]*|nonce="[^"]*"|data-owner="[^"]*"')


def pages(demo: Demo, worker: str, project: int) -> dict[str, tuple[int, str]]:
    """What a worker reads on every page that counts anything; tokens are others each time."""
    browser = demo.browser(worker)
    answers = {page: browser.get(page) for page in (*COUNTING, f"/records/project/{project}/figures")}
    return {page: (answer.status_code, CHANGES_EACH_TIME.sub("", answer.text)) for page, answer in answers.items()}


def a_record(demo: Demo, form: str) -> int:
    with demo.app.app_context(), acting_as(SYSTEM_SCOPE):
        number = demo.repository.session.scalars(select(demo.repository.record_class(form).id)).first()  # type: ignore[attr-defined]
        demo.repository.session.remove()
    return int(number)


def another_team_works(demo: Demo, project: int) -> None:
    """A case that is counted for the project, and sheets of it of every kind that anything counts."""
    counted = [{"id": None, "project": project}]
    case = filed(demo, CASE_FORM, opened_on=TODAY, status="open", last_name="Străin", projects=counted)
    filed(demo, "visit_report", case, visit_date=TODAY)
    filed(demo, "service_log", case, given_on=TODAY, hours=Decimal(7), project=project)
    filed(
        demo, "humanitarian_aid", case, given_on=TODAY, kind="food", value=Money(Decimal(777), "RON"), project=project
    )
    filed(demo, "stay", case, facility=a_record(demo, "facility"), phase="phase_2", admitted_on=TODAY - timedelta(5))
    filed(demo, "risk_assessment", case, assessed_on=TODAY)


def test_what_another_team_does_changes_no_figure(demo: Demo) -> None:
    project = a_record(demo, "project")
    workers = ("case_manager", "social_worker", "volunteer")
    before = {worker: pages(demo, worker, project) for worker in (*workers, "coordinator")}
    another_team_works(demo, project)
    for worker in workers:
        after = pages(demo, worker, project)
        for page, shown in before[worker].items():
            assert after[page] == shown, (worker, page)
    whole = pages(demo, "coordinator", project)
    seen = [page for page, shown in before["coordinator"].items() if whole[page] != shown]
    assert len(seen) >= 8, f"whoever reaches all cases reads it everywhere, else this proves nothing: {seen}"


@pytest.mark.parametrize("worker", ["case_manager", "social_worker", "volunteer"])
def test_there_is_something_to_count(demo: Demo, worker: str) -> None:
    opened = [page for page, (status, _) in pages(demo, worker, a_record(demo, "project")).items() if status == 200]
    assert len(opened) >= 4, opened
