"""The figures of a project's report are counted from the records, period by period."""

import re
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from dosar.language.form import CASE_FORM
from dosar.pages.reports.figures import share_text
from dosar.records.actor import Actor
from dosar.records.scope.row_scope import SYSTEM_SCOPE, acting_as
from dosar.records.sheets.ledger import reverse_entry
from tests.pages.conftest import Demo
from tests.pages.test_case_page import filed

PERIODS = [
    {"id": None, "period": "Anul 1", "period_from": date(2011, 1, 1), "period_until": date(2011, 12, 31)},
    {"id": None, "period": "Anul 2", "period_from": date(2012, 1, 1), "period_until": date(2012, 12, 31)},
]
OF_CASES = {"status": "closed", "closed_on": date(2012, 6, 1)}


@pytest.fixture(scope="module")
def project(demo: Demo) -> int:
    """A project of long ago, with its cases: two persons in the first year, three in the second."""
    number = of_long_ago(demo, "Demult")
    counted = [{"id": None, "project": number, "since": None, "until": None}]
    cases: list[dict[str, Any]] = [
        {
            "opened_on": date(2011, 5, 1),
            "birth_date": "1980",
            "sex": "F",
            "exploitation": ["sexual", "labour"],
            "trafficking_scope": "external",
            "destination": "ES",
        },
        {"opened_on": date(2011, 12, 31), "birth_date": "1994-06", "sex": "M", "exploitation": ["begging"]},
        {"opened_on": date(2012, 3, 1), "birth_date": "2001-01-01", "sex": "F", "trafficking_scope": "internal"},
    ]
    ids = [filed(demo, CASE_FORM, **OF_CASES, projects=counted, **case_answers) for case_answers in cases]
    for day, hours in ((date(2011, 6, 1), "1.25"), (date(2011, 6, 2), "0.5"), (date(2012, 6, 1), "2")):
        filed(demo, "service_log", ids[0], given_on=day, service="legal", hours=Decimal(hours), project=number)
    people = [{"id": None, "name": name} for name in ("A. B.", "C. D.")]
    seminar = {"kind": "seminar", "starts_on": date(2011, 9, 1)}
    filed(demo, "event", title="Al proiectului", project=number, participants=people, **seminar)
    filed(demo, "event", title="Altul", **seminar)
    for kind, adults in (("ngo", True), ("ngo", False), ("public", True)):
        interview = {"held_on": date(2012, 2, 1), "organisation": 1, "kind": kind, "adults": adults}
        filed(demo, "provider_interview", project=number, **interview)
        filed(demo, "provider_interview", **interview)
    return number


def of_long_ago(demo: Demo, title: str) -> int:
    """A project of 2011 and 2012."""
    begins, ends = date(2011, 1, 1), date(2012, 12, 31)
    return filed(demo, "project", title=title, starts_on=begins, ends_on=ends, periods=PERIODS)


def figures(demo: Demo, project: int, user: str = "coordinator") -> dict[str, dict[str, list[str]]]:
    """Figure → line → its cells."""
    answer = demo.browser(user).get(f"/records/project/{project}/figures")
    assert answer.status_code == 200
    found = {}
    for section in re.findall(r"<section.*?</section>", answer.text, re.DOTALL):
        lines = re.findall(r"<tr><th.*?>(.*?)</th>(.*?)</tr>", section.partition("<tbody>")[2], re.DOTALL)
        found[re.findall(r"<h2>(.*?)</h2>", section)[0]] = {
            label: re.findall(r"<td.*?>(.*?)</td>", cells.replace("\xa0", "")) for label, cells in lines
        }
    return found


def test_persons_are_counted_while_their_case_is_open(demo: Demo, project: int) -> None:
    assisted = figures(demo, project)["Persoane asistate"]
    assert assisted["Total"] == ["2", "3", "3"]
    assert assisted["Feminin"] == ["1 (50,0%)", "2 (66,7%)", "2 (66,7%)"]


def test_age_is_that_of_the_last_day_of_the_period(demo: Demo, project: int) -> None:
    """Born in June 1994: a minor at the end of 2011, of age a year later."""
    assisted = figures(demo, project)["Persoane asistate"]
    assert assisted["Minori"] == ["1 (50,0%)", "1 (33,3%)", "1 (33,3%)"]
    assert assisted["Adulți"] == ["1 (50,0%)", "2 (66,7%)", "2 (66,7%)"]


def test_each_form_of_exploitation_counts_and_no_answer_is_said(demo: Demo, project: int) -> None:
    assisted = figures(demo, project)["Persoane asistate"]
    assert assisted["Exploatare sexuală"] == ["1 (50,0%)", "1 (33,3%)", "1 (33,3%)"]
    assert assisted["Trafic transnațional"] == ["1 (50,0%)", "1 (33,3%)", "1 (33,3%)"]
    assert assisted["Spania"][0] == "1 (50,0%)" and "Necompletat" in assisted


def test_services_and_their_hours_are_those_of_the_period(demo: Demo, project: int) -> None:
    found = figures(demo, project)
    assert found["Servicii acordate"]["Asistență juridică"] == ["2 (100,0%)", "1 (100,0%)", "3 (100,0%)"]
    assert found["Ore de servicii"]["Total"] == ["1,75", "2", "3,75"]


def test_only_events_of_this_project_count(demo: Demo, project: int) -> None:
    found = figures(demo, project)
    assert found["Evenimente"]["Total"] == ["1", "0", "1"]
    assert found["Participanți la evenimente"]["Total"] == ["2", "0", "2"]


def test_percentages_of_providers(demo: Demo, project: int) -> None:
    found = figures(demo, project)
    assert found["Dintre aceștia, ONG-uri"]["Asistă adulți"] == ["0", "1 (50,0%)", "1 (50,0%)"]
    assert found["Dintre aceștia, instituții publice"]["Asistă adulți"] == ["0", "1 (100,0%)", "1 (100,0%)"]


def test_a_case_manager_counts_her_own_cases(demo: Demo, project: int) -> None:
    assert figures(demo, project, "case_manager")["Persoane asistate"]["Total"] == ["0", "0", "0"]


def test_who_may_not_know_the_story_is_told_no_figure_of_it(demo: Demo, project: int) -> None:
    found = figures(demo, project, "accountant")
    assert set(found["Persoane asistate"]) == {"Total", "Sex", "Feminin", "Masculin"}
    assert "Servicii acordate" not in found


def test_the_project_leads_to_its_figures(demo: Demo, project: int) -> None:
    browser = demo.browser("coordinator")
    assert f"/records/project/{project}/figures" in browser.get(f"/records/project/{project}").text
    assert browser.get("/records/event/1/figures").status_code == 404
    assert browser.get("/records/project/999999/figures").status_code == 404
    assert demo.browser("volunteer").get(f"/records/project/{project}/figures").status_code in (403, 404)


def test_without_dates_it_says_what_to_write(demo: Demo) -> None:
    number = filed(demo, "project", title="Fără date", starts_on=date(2011, 1, 1))
    said = demo.browser("coordinator").get(f"/records/project/{number}/figures").text
    assert "Scrieți când începe și când se încheie proiectul" in said


def test_another_project_of_the_same_days_counts_nothing(demo: Demo, project: int) -> None:
    found = figures(demo, of_long_ago(demo, "Fără legătură"))
    assert {title: set(of_title["Total"]) for title, of_title in found.items()} == {title: {"0"} for title in found}


def test_a_case_passes_from_one_project_to_another(demo: Demo) -> None:
    one, other = of_long_ago(demo, "Întâi"), of_long_ago(demo, "Apoi")
    passes = date(2012, 1, 1)
    filed(
        demo,
        CASE_FORM,
        opened_on=date(2011, 2, 1),
        status="open",
        projects=[
            {"id": None, "project": one, "since": None, "until": passes - timedelta(1)},
            {"id": None, "project": other, "since": passes, "until": None},
        ],
    )
    assert figures(demo, one)["Persoane asistate"]["Total"] == ["1", "0", "1"]
    assert figures(demo, other)["Persoane asistate"]["Total"] == ["0", "1", "1"]


def test_aid_studies_and_activities_name_their_project(demo: Demo, project: int) -> None:
    case, day = filed(demo, CASE_FORM, opened_on=date(2013, 1, 1), status="open"), date(2011, 3, 1)
    for number in (project, None):
        filed(demo, "humanitarian_aid", case, given_on=day, kind="food", project=number)
        filed(demo, "study_support", case, institution="Liceu", study_from=day, study_until=day, project=number)
        filed(demo, "activity", held_on=day, activity="tailoring", project=number)
    wrong = filed(demo, "humanitarian_aid", case, given_on=day, kind="food", project=project)
    with demo.app.app_context(), acting_as(SYSTEM_SCOPE):
        reverse_entry(demo.repository, demo.forms["humanitarian_aid"], wrong, "De două ori", Actor(None, "", day))
        demo.repository.session.remove()
    found = figures(demo, project)
    for title in ("Ajutoare acordate", "Persoane sprijinite la studii", "Terapii și activități"):
        assert found[title]["Total"] == ["1", "0", "1"], title


@pytest.mark.parametrize(
    ("part", "whole", "ro", "en"),
    [
        (1, 8, "12,5 %", "12.5%"),
        (3, 8, "37,5 %", "37.5%"),
        (1, 2, "50,0 %", "50.0%"),
        (1, 16, "6,3 %", "6.3%"),
        (1, 3, "33,3 %", "33.3%"),
        (2, 3, "66,7 %", "66.7%"),
        (99, 99, "100,0 %", "100.0%"),
        (1, 200, "1 %", "1%"),
        (25, 1000, "3 %", "3%"),
        (125, 1000, "13 %", "13%"),
        (135, 1000, "14 %", "14%"),
    ],
)
def test_halves_go_up_and_few_are_told_to_tenths(part: int, whole: int, ro: str, en: str) -> None:
    for language, said in (("ro", ro), ("en", en)):
        assert share_text(Decimal(part), Decimal(whole), language).replace("\xa0", " ") == said
