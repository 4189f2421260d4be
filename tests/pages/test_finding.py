"""Finding a case from the head of any page, and what the list keeps of its reader's wishes."""

import csv
import re
from collections.abc import Iterator
from datetime import datetime
from io import BytesIO, StringIO
from typing import Any

import pytest
from flask.testing import FlaskClient
from openpyxl import load_workbook

from dosar.records.export_log import latest_exports
from dosar.records.scope.row_scope import SYSTEM_SCOPE, acting_as
from tests.pages.conftest import Demo, token_on


def asked(browser: FlaskClient, words: str) -> str:
    """The page after the words went into the box of the page head; it leads to a case at once, or lists some."""
    token = token_on(browser.get("/").text)
    answer = browser.post("/find", data={"csrf_token": token, "words": words})
    assert answer.status_code == 303
    assert answer.location == "/find"
    found = browser.get("/find")
    return str(found.location or found.text)


def codes_in(page: str) -> list[str]:
    return sorted(set(re.findall(r"DEMO-\d+", page)))


@pytest.mark.parametrize(
    "words",
    [
        "Zagaievschi",
        "zagaievschi olesea",
        "olesya",
        "Олеся",
        "Загаевски",
        "060 000 104",
        "+373 60 000 104",
        "0037360000104",
        "004",
        "demo 004",
        "0600 00104",
    ],
)
def test_a_case_is_found_by_name_in_any_alphabet_and_by_telephone(demo: Demo, words: str) -> None:
    assert codes_in(asked(demo.browser("coordinator"), words)) == ["DEMO-004"]


def test_who_asks_whose_sheet_it_is_names_the_case_as_everywhere(demo: Demo) -> None:
    offered = {user: demo.browser(user).get("/records/visit_report/new").text for user in ("coordinator", "volunteer")}
    assert ">DEMO-008 · Grozăvescu Dinu</a>" in offered["coordinator"]
    assert re.search(r">DEMO-00\d</a>", offered["volunteer"]) and "Drăgulin" not in offered["volunteer"]


def test_it_is_told_how_many_were_found(demo: Demo) -> None:
    page = asked(demo.browser("coordinator"), "demo")
    told = re.search(r'<p role="status">(.*?)</p>', page)
    assert told and re.fullmatch(r"\d+ (de )?cazuri găsite", told[1])


def test_a_code_leads_straight_to_its_case(demo: Demo) -> None:
    assert re.fullmatch(r"/cases/\d+", asked(demo.browser("coordinator"), "demo-004"))


def test_without_clearance_a_case_is_found_by_its_code_alone(demo: Demo) -> None:
    volunteer = demo.browser("volunteer")
    assert codes_in(asked(volunteer, "Prundeanu")) == []
    assert "Prundeanu" not in asked(volunteer, "demo")
    assert "DEMO-001" in codes_in(asked(volunteer, "demo"))


def test_who_sees_no_case_has_no_box(demo: Demo) -> None:
    administrator = demo.browser("administrator")
    assert 'action="/find"' not in administrator.get("/").text
    assert administrator.get("/find").status_code == 404


def test_the_words_stand_in_no_address_and_no_title(demo: Demo) -> None:
    page = asked(demo.browser("coordinator"), "Zagaievschi")
    assert "Zagaievschi" not in re.search(r"<title>.*</title>", page)[0]  # type: ignore[index]
    assert not re.search(r'(href|action)="[^"]*agaievschi', page)


def post(browser: FlaskClient, address: str, **boxes: object) -> Any:
    return browser.post(address, data={"csrf_token": token_on(browser.get("/").text), **boxes})


def heads(page: str) -> list[str]:
    table = page[page.index("<thead>") : page.index("</thead>")]
    return [re.sub(r"<[^>]+>|[↑↓]", "", head).strip() for head in re.findall(r"<th[^>]*>(.*?)</th>", table)]


@pytest.fixture
def lists(demo: Demo) -> Iterator[FlaskClient]:
    """The coordinator's browser; her wishes are forgotten afterwards."""
    browser = demo.browser("coordinator")
    yield browser
    post(browser, "/records/case/columns", own="1")
    post(browser, "/records/case/search", search="")
    for forget in re.findall(r"/records/case/saved/\d+/forget", browser.get("/records/case").text):
        post(browser, forget)


def test_a_worker_chooses_her_columns_and_goes_back_to_the_usual_ones(lists: FlaskClient, demo: Demo) -> None:
    usual = heads(lists.get("/records/case").text)
    answer = post(lists, "/records/case/columns?status=open&sort=-code", columns=["citizenship", "code", "age"])
    assert answer.location == "/records/case?status=open&sort=-code"
    assert heads(lists.get("/records/case").text) == ["Număr caz", "Vârsta (în ani împliniți)", "Cetățenie"]
    assert heads(demo.browser("case_manager").get("/records/case").text) == usual
    post(lists, "/records/case/columns", own="1")
    assert heads(lists.get("/records/case").text) == usual


def test_a_list_holds_eight_columns(lists: FlaskClient) -> None:
    names = re.findall(r'name="columns" value="([^"]+)"', lists.get("/records/case/columns").text)
    assert len(names) > 8
    post(lists, "/records/case/columns", columns=names)
    page = lists.get("/records/case").text
    assert len(heads(page)) == 8
    assert "8 coloane" in page


def test_a_chosen_column_is_not_one_to_sort_by_without_an_index(lists: FlaskClient) -> None:
    post(lists, "/records/case/columns", columns=["code", "citizenship"])
    page = lists.get("/records/case").text
    assert "sort=code" in page
    assert "sort=citizenship" not in page


def test_nobody_chooses_a_column_she_may_not_know(demo: Demo) -> None:
    volunteer = demo.browser("volunteer")
    assert 'value="last_name"' not in volunteer.get("/records/case/columns").text
    post(volunteer, "/records/case/columns", columns=["code", "last_name", "story", "metadata"])
    page = volunteer.get("/records/case").text
    assert heads(page) == ["Număr caz"]
    assert "Prundeanu" not in page
    post(volunteer, "/records/case/columns", own="1")


def test_filters_and_order_are_saved_under_a_name(lists: FlaskClient, demo: Demo) -> None:
    post(lists, "/records/case/saved?status=open&sort=-code", name="Deschise  acum")
    page = lists.get("/records/case").text
    link = re.search(r'<a href="([^"]+)">Deschise acum</a>', page)
    assert link
    assert link[1].replace("&amp;", "&") == "/records/case?status=open&sort=-code"
    assert 'aria-current="page">Deschise acum' in lists.get(link[1].replace("&amp;", "&")).text
    assert "Deschise acum" not in demo.browser("case_manager").get("/records/case").text
    forget = re.search(r"/records/case/saved/\d+/forget", page)
    assert forget
    post(demo.browser("case_manager"), forget[0])
    assert "Deschise acum" in lists.get("/records/case").text
    post(lists, forget[0])
    assert "Deschise acum" not in lists.get("/records/case").text


def shown_codes(page: str) -> list[str]:
    """The codes in the first column of the list on this page."""
    return re.findall(r'<th scope="row"[^>]*><a [^>]*>([^<]+)</a>', page)


def exported(browser: FlaskClient, address: str, **boxes: str) -> list[list[str]]:
    answer = post(browser, address, kind="csv", reason="Raport trimestrial", **boxes)
    assert answer.status_code == 200
    return list(csv.reader(StringIO(answer.data.decode("utf-8-sig"), newline="")))


def test_the_file_holds_what_the_page_shows(lists: FlaskClient, demo: Demo) -> None:
    post(lists, "/records/case/search", search="olesea")
    post(lists, "/records/case/columns", columns=["code", "last_name", "opened_on"])
    table = exported(lists, "/records/case/export")
    assert table[0] == ["Număr caz", "Nume", "Data luării în evidență"]
    assert [row[0] for row in table[1:]] == shown_codes(lists.get("/records/case").text)
    assert "DEMO-004" in [row[0] for row in table]
    post(lists, "/records/case/search", search="")
    closed = exported(lists, "/records/case/export?status=closed&sort=code")
    assert [row[0] for row in closed[1:]] == shown_codes(lists.get("/records/case?status=closed&sort=code").text)


def test_a_workbook_has_a_name_that_tells_nobody_apart(lists: FlaskClient) -> None:
    answer = post(lists, "/records/visit_report/export", kind="xlsx", heads="names", reason="Audit")
    assert re.search(r'filename="visit_report-\d{4}-\d\d-\d\d\.xlsx"', answer.headers["Content-Disposition"])
    sheet = load_workbook(BytesIO(answer.data)).active
    assert [cell.value for cell in sheet[1]][:2] == ["case_id", "visit_date"]
    assert sheet.max_row > 1
    assert isinstance(sheet["B2"].value, datetime)


def test_an_export_asks_why_and_is_written_down(lists: FlaskClient, demo: Demo) -> None:
    before = lists.get("/records/organisation/export").text
    assert post(lists, "/records/organisation/export", kind="csv", reason="  ").status_code == 422
    assert lists.get("/records/organisation/export").text.count("Anca") == before.count("Anca")
    exported(lists, "/records/organisation/export")
    page = lists.get("/records/organisation/export").text
    assert "Raport trimestrial" in page
    with acting_as(SYSTEM_SCOPE):
        last = latest_exports(demo.repository, demo.forms["organisation"])[0]
    demo.repository.session.remove()
    assert (last.reason, last.kind) == ("Raport trimestrial", "csv")
    assert last.count > 0


@pytest.mark.parametrize(
    ("user", "form", "status"),
    [
        ("volunteer", "case", 403),
        ("case_manager", "visit_report", 403),
        ("accountant", "visit_report", 404),
        ("administrator", "case", 404),
        ("case_manager", "case", 200),
        ("accountant", "humanitarian_aid", 200),
    ],
)
def test_only_who_may_export_does(demo: Demo, user: str, form: str, status: int) -> None:
    assert demo.browser(user).get(f"/records/{form}/export").status_code == status


def test_the_accountant_takes_codes_and_amounts_but_no_names(demo: Demo) -> None:
    table = exported(demo.browser("accountant"), "/records/humanitarian_aid/export")
    assert any(row[0].startswith("DEMO-") for row in table)
    assert not any("Prundeanu" in cell for row in table for cell in row)
