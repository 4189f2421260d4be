"""The page of the audit log: who opened a file, in plain sentences, for those who watch over it."""

import ast
import re
from html import unescape
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from dosar.access.accounts.users import all_users
from dosar.database.audit.chain import AUDIT_PURPOSE, AuditEvent
from dosar.database.audit.verification import read_anchor, verify_chain
from dosar.pages.admin.audit.audit_sentences import KINDS, SENTENCES
from dosar.pages.rendering.history import ACTION_LABELS
from dosar.records.reading.case_numbers import numbers_of_cases
from dosar.records.scope.row_scope import SYSTEM_SCOPE, acting_as
from tests.pages.conftest import Demo, token_on
from tests.pages.test_masked_names import scanned_consent

APP = Path(__file__).parents[2] / "app/dosar"


@pytest.fixture
def coordinator(demo: Demo) -> FlaskClient:
    return demo.browser("coordinator")


@pytest.fixture
def code(demo: Demo) -> str:
    """The number of a case."""
    with demo.app.app_context():
        found = numbers_of_cases(demo.repository, [1])[1]
        demo.repository.session.remove()
    return found


def worker_id(demo: Demo, user_name: str) -> int:
    with demo.app.app_context():
        found = next(user.id for user in all_users(demo.repository.session) if user.username == user_name)
        demo.repository.session.remove()
    return int(found)


def without_token(page: str) -> str:
    return page.replace(token_on(page), "")


def sentences(page: str) -> list[str]:
    return [unescape(found) for found in re.findall(r'data-label="(?:What happened|Ce s-a întâmplat)">([^<]+)<', page)]


def test_who_opened_this_file_stands_behind_the_case(demo: Demo, coordinator: FlaskClient, code: str) -> None:
    demo.browser("case_manager").get("/cases/1")
    link = f"/audit?case={code}"
    assert link in coordinator.get("/cases/1").text and link not in demo.browser("case_manager").get("/cases/1").text
    page = coordinator.get(link).text
    assert "Cine a deschis acest dosar" in page and code in page
    assert any("a deschis: Dosarul beneficiarului." in said for said in sentences(page))
    assert any(re.search(r"Înregistrat: .+ nr\. \d+\.$", said) for said in sentences(page))


def test_the_data_protection_officer_is_told_by_number_and_opens_no_case(demo: Demo, code: str) -> None:
    demo.browser("case_manager").get("/cases/1")
    officer = demo.browser("data_protection_officer")
    page = officer.get(f"/audit?case={code}").text
    assert "Cine a deschis acest dosar" in page and "/cases/1" not in page
    assert officer.get("/rights").status_code == officer.get("/rights/register").status_code == 200
    for address in ("/cases/1", "/cases/1/copy", "/cases/1/erasure", "/records/case", "/records/case/1/history"):
        assert officer.get(address).status_code in (403, 404), address
    assert "Responsabil cu protecția datelor" in officer.get("/roles").text


NAMING = "a citit o listă cu nume sau alte răspunsuri sensibile: "


def test_who_read_of_a_file_in_a_list_is_found_by_its_number(demo: Demo, coordinator: FlaskClient) -> None:
    """She opens no file: she searches for one and has name and personal number shown beside it."""
    officer, reader = demo.browser("data_protection_officer"), demo.browser("social_worker")
    mine = re.findall(r'href="/cases/(\d+)"', reader.get("/records/case").text)
    with demo.app.app_context():
        codes = numbers_of_cases(demo.repository, map(int, mine))
        demo.repository.session.remove()
    here, there = codes[int(mine[0])], codes[int(mine[1])]
    before = [officer.get(f"/audit?case={code}").text.count(NAMING) for code in (here, there)]
    token = token_on(reader.get("/profile").text)
    reader.post("/records/case/search", data={"csrf_token": token, "search": here})
    wanted = {"csrf_token": token, "columns": ["last_name", "national_id", "birth_date"]}
    reader.post("/records/case/columns", data=wanted)
    assert len(set(re.findall(r"DEMO-\d+", reader.get("/records/case").text))) == 1
    page = officer.get(f"/audit?case={here}&kind=reading").text
    assert any(said.endswith(NAMING + "Dosarul beneficiarului.") for said in sentences(page)), sentences(page)
    assert re.search(r"a văzut în liste (o dată|de \d+ ori)", page)
    after = [page.count(NAMING), officer.get(f"/audit?case={there}").text.count(NAMING)]
    assert [now - then for now, then in zip(after, before, strict=True)] == [1, 0]
    reader.post("/find", data={"csrf_token": token, "words": "DEMO"})
    assert there in reader.get("/find").text
    assert officer.get(f"/audit?case={there}").text.count(NAMING) == after[1] + 1


def test_a_list_without_names_tells_of_nobody(demo: Demo, coordinator: FlaskClient, code: str) -> None:
    before = coordinator.get(f"/audit?case={code}").text.count(NAMING)
    assert code in demo.browser("accountant").get("/records/case").text
    assert coordinator.get(f"/audit?case={code}").text.count(NAMING) == before
    assert "a citit o listă: Cazuri" in sentences(coordinator.get("/audit").text)[1]


def test_a_refusal_says_which_case_it_was_and_is_found_by_it(demo: Demo, coordinator: FlaskClient) -> None:
    refused = demo.browser("volunteer")
    with demo.app.app_context(), acting_as(SYSTEM_SCOPE):
        visits = demo.repository.record_class("visit_report")
        foreign, number = next(
            (case_id, record_id)
            for case_id, record_id in demo.repository.session.execute(select(visits.case_id, visits.id)).all()
            if refused.get(f"/cases/{case_id}").status_code == 404
        )
        code = numbers_of_cases(demo.repository, [foreign])[foreign]
        demo.repository.session.remove()
    before = coordinator.get(f"/audit?case={code}&kind=refused").text
    sheet = "/records/visit_report"
    addresses = (
        f"/cases/{foreign}",
        f"{sheet}/{number}",
        f"{sheet}/new?case={foreign}",
        scanned_consent(demo, foreign),
    )
    answers = [refused.get(address) for address in addresses]
    assert {answer.status_code for answer in answers} <= {403, 404}
    page = coordinator.get(f"/audit?case={code}&kind=refused").text
    assert len(sentences(page)) - len(sentences(before)) == len(addresses)
    assert f'<a href="/cases/{foreign}">{code}</a>' in page
    missing = refused.get("/cases/999999")
    assert without_token(missing.text).replace("999999", str(foreign)) == without_token(answers[0].text)
    told = coordinator.get("/audit?kind=refused").text
    assert len(sentences(told)) > len(sentences(page)) and "999999" not in told


def test_the_filter_speaks_of_workers_as_of_people(coordinator: FlaskClient) -> None:
    first = re.findall(r'<select[^>]*><option value="">([^<]+)<', coordinator.get("/audit").text)
    assert first == ["Toți", "Toate"]


@pytest.mark.parametrize("user", ["case_manager", "volunteer", "accountant", "administrator"])
def test_the_log_is_closed_to_everybody_else(demo: Demo, user: str) -> None:
    browser = demo.browser(user)
    assert browser.get("/audit").status_code == 403
    token = token_on(browser.get("/profile").text)
    assert browser.post("/audit/anchor", data={"csrf_token": token}).status_code == 403


def test_filters_narrow_it_and_go_along_to_the_next_page(demo: Demo, coordinator: FlaskClient) -> None:
    volunteer = worker_id(demo, "volunteer")
    demo.repository.store.commit_events([AuditEvent("denied", actor=volunteer, outcome="403")] * 60)
    page = coordinator.get(f"/audit?kind=refused&worker={volunteer}").text
    assert len(sentences(page)) == 50 and all("i s-a refuzat accesul la o pagină" in said for said in sentences(page))
    assert f"/audit?worker={volunteer}&amp;kind=refused&amp;page=2" in page
    assert len(sentences(coordinator.get(f"/audit?kind=refused&worker={volunteer}&page=2").text)) >= 10
    assert sentences(coordinator.get("/audit?to=2001-01-01").text) == []
    assert sentences(coordinator.get("/audit?from=2001-01-01&to=9999-12-31").text)
    assert 'value="01.01.2001"' in coordinator.get("/audit?from=1.1.2001").text
    assert 'value="31.02.2001"' in (asked := coordinator.get("/audit?from=31.02.2001").text) and "problem" in asked


@pytest.mark.parametrize("odd", ["case=nobody", "worker=x", "kind=x", "from=x&to=2026-13-45", f"worker={10**30}"])
def test_odd_choices_are_answered_in_words(coordinator: FlaskClient, odd: str) -> None:
    answer = coordinator.get(f"/audit?{odd}")
    assert answer.status_code == 200
    assert ("Niciun caz nu are acest număr." in answer.text) == odd.startswith("case=")


def test_no_name_of_a_survivor_stands_in_it(demo: Demo, coordinator: FlaskClient) -> None:
    with demo.app.app_context(), acting_as(SYSTEM_SCOPE):
        case = demo.repository.record_class("case")
        names = [name for name in demo.forms["case"].questions if demo.forms["case"].questions[name].sensitivity]
        record = demo.repository.session.scalars(select(case).where(case.id == 1)).one()
        hidden = {str(value) for name, value in record.columns().items() if name in names and value}
        demo.repository.session.remove()
    coordinator.get("/cases/1")
    coordinator.get("/records/case")
    page = coordinator.get("/audit").text
    assert hidden and not {word for word in hidden if len(word) > 4 and word in page}


def test_every_event_there_is_makes_a_sentence_in_both_languages(demo: Demo, coordinator: FlaskClient) -> None:
    for wording in ("en", "ro-MD", "ro"):
        token = token_on(coordinator.get("/profile").text)
        coordinator.post("/language", data={"csrf_token": token, "language": wording})
        said = sentences(coordinator.get("/audit").text)
        assert said and not any("%(" in line or "_" in line for line in said)


def test_reading_the_log_is_in_the_log(coordinator: FlaskClient) -> None:
    coordinator.get("/audit")
    assert "a citit jurnalul de audit." in sentences(coordinator.get("/audit").text)[0]


def test_a_worker_who_reads_many_files_at_night_is_pointed_out(demo: Demo, coordinator: FlaskClient) -> None:
    worker = worker_id(demo, "volunteer")
    now = demo.app.extensions["dosar_access"].clock()
    night = now.replace(hour=1, minute=0)
    opened = [AuditEvent("open", actor=worker, case_id=number, at=night) for number in range(10_000, 10_012)]
    assert "Citiri neobișnuite" not in coordinator.get("/audit").text
    demo.repository.store.commit_events(opened)
    page = coordinator.get("/audit").text
    assert "Citiri neobișnuite" in page and "cazuri ale altora: 12, în afara programului de lucru: 12" in page
    demo.app.extensions.pop("dosar_audit_notices", None)
    told = "a deschis multe cazuri ale altora: 12"
    assert told in coordinator.get("/").text
    assert told not in demo.browser("case_manager").get("/").text


def test_the_line_for_the_paper_is_taken_on_the_page(demo: Demo, coordinator: FlaskClient) -> None:
    page = coordinator.get("/audit").text
    assert coordinator.post("/audit/anchor", data={"csrf_token": token_on(page)}).status_code == 303
    found = re.search(r"<code>(\d+-[0-9a-f]{32})</code>", coordinator.get("/audit").text)
    assert found
    store = demo.repository.store
    with store.snapshot() as connection:
        assert verify_chain(connection, store.purpose_key(AUDIT_PURPOSE), read_anchor(found[1])).is_whole


def test_a_sentence_names_nothing_twice_and_no_endless_list(demo: Demo, coordinator: FlaskClient) -> None:
    volunteer = worker_id(demo, "volunteer")
    own = AuditEvent("account_joined", actor=volunteer, objects={"~user": [volunteer]})
    another = AuditEvent("account_closed", actor=worker_id(demo, "coordinator"), objects={"~user": [volunteer]})
    alone = AuditEvent("account_access_alone", actor=volunteer)
    many = AuditEvent("look", actor=volunteer, objects={form: [] for form in demo.forms})
    demo.repository.store.commit_events([own, another, alone, many])
    looked, given, closed, joined = sentences(coordinator.get("/audit").text)[:4]
    assert joined.endswith("– A ales o parolă prin invitație.") and joined.count(closed.rpartition(": ")[2][:-1]) == 1
    assert given.endswith("– Acces dat de o singură persoană.")
    assert looked.count(",") == 2 and f"… și încă {len(demo.forms) - 3}" in looked


def test_what_opened_the_data_and_what_did_not_is_told_in_a_sentence(demo: Demo, coordinator: FlaskClient) -> None:
    day = "2026-11-29T09:30:00"
    events = [
        AuditEvent("unseal_failed", fields=["7", day, day], outcome="denied"),
        AuditEvent("unsealed", fields=["card", "1a2b3c4d"]),
        AuditEvent("unsealed", fields=["key_file", "1a2b3c4d", "one_laptop"]),
        AuditEvent("key_changed", fields=["remove", "1a2b3c4d"]),
    ]
    demo.repository.store.commit_events(events)
    changed, laptop, card, wrong = sentences(coordinator.get("/audit?kind=keys").text)[:4]
    assert "dosar key remove" in changed and changed.endswith("(1a2b3c4d).")
    assert "s-au deschis singure" in laptop and "pentru un singur calculator" in laptop
    assert card == "Datele au fost deschise cu cardul de recuperare (1a2b3c4d)."
    assert "încercări: 7, de la 29.11.2026, 11:30" in wrong
    assert wrong in sentences(coordinator.get("/audit?kind=refused").text)


def test_fewer_years_of_the_log_wait_for_whoever_watches_over_it(demo: Demo, coordinator: FlaskClient) -> None:
    administrator, officer = demo.browser("administrator"), demo.browser("data_protection_officer")

    def set_years(years: str) -> str:
        token = token_on(administrator.get("/organisation").text)
        administrator.post("/organisation/audit-years", data={"csrf_token": token, "years": years})
        return administrator.get("/organisation").text

    def term(browser: FlaskClient) -> str:
        return browser.get("/audit").text.partition('id="term"')[2]

    assert "păstrează 6 ani" in term(officer) and "Nimic nu a fost înlăturat" in term(officer)
    assert '<option value="5"' not in set_years("5") and "păstrează 6 ani" in term(officer)
    assert '<option value="10" selected' in set_years("10") and "păstrează 10 ani" in term(officer)
    assert "doar 8 ani" in set_years("8") and "doar 8 ani" not in set_years("10")
    assert "/audit/years/confirm" not in term(officer)
    assert sentences(officer.get("/audit?kind=system").text)[0].endswith(
        "cererea ca jurnalul de audit să fie păstrat mai puțini ani: 8."
    )
    waiting = set_years("7")
    assert '<option value="10" selected' in waiting and "doar 7 ani" in waiting
    assert "/audit/years/confirm" in term(officer)
    token = token_on(officer.get("/audit").text)
    theirs = {"csrf_token": token_on(administrator.get("/organisation").text), "years": "7"}
    assert administrator.post("/audit/years/confirm", data=theirs).status_code == 403
    for years in ("8", "", "x", "9" * 5000):
        assert officer.post("/audit/years/confirm", data={"csrf_token": token, "years": years}).status_code == 303
    assert "păstrează 10 ani" in term(officer), "she confirms what she has read"
    officer.post("/audit/years/confirm", data={"csrf_token": token, "years": "7"})
    assert "păstrează 7 ani" in term(officer)
    told = sentences(officer.get("/audit?kind=system").text)
    assert told[0].endswith("ani se păstrează jurnalul de audit: 7.") and "mai puțini ani: 7." in told[1]


def told_in_code() -> set[str]:
    """Every event that the code tells by its name; ``tell`` alone tells how far a piece of work has come."""
    asked = {"add_event", "note_event", "AuditEvent", "event", "note_change"}
    calls = [
        node
        for file in APP.rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.Call)
        and (getattr(node.func, "attr", "") in {*asked, "tell"} or getattr(node.func, "id", "") in asked)
    ]
    words = [argument for call in calls for argument in call.args if isinstance(argument, ast.Constant)]
    return {str(word.value) for word in words if word.value}


def test_whatever_the_code_tells_has_a_sentence_and_a_kind() -> None:
    told = told_in_code()
    assert {"open", "export", "sealed"} <= told
    assert told - SENTENCES.keys() - ACTION_LABELS.keys() == set()
    assert told - {action for _, actions in KINDS.values() for action in actions} == set()
