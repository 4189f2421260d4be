"""What nobody may do at a computer that was left open: it asks who is there, and goes on with what was typed."""

import re
from html import unescape

import pytest

from dosar.access.authorization import route_accesses
from tests.access.conftest import PASSWORD, Browser, Office
from tests.telephones import code_of

DETAILS = {"last_name": "Pop", "first_name": "Maria", "user_name": "maria", "roles": "volunteer"}
PROOF = "_proof"
CODES = "/profile/recovery-codes"


@pytest.fixture
def administrator(office: Office) -> Browser:
    """She signed in six minutes ago."""
    browser = office.signed_in("administrator")
    office.clock.pass_(minutes=6)
    return browser


def boxes_on(page: str) -> dict[str, str]:
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page)
    return {name: unescape(text) for name, text in found}


def test_within_five_minutes_nobody_is_asked(office: Office) -> None:
    browser = office.signed_in("administrator")
    assert browser.post("/users/new", at="/users/new", **DETAILS).status_code == 200


@pytest.mark.parametrize("proof", ["password", "code"])
def test_it_is_asked_once_and_what_was_typed_goes_along(office: Office, administrator: Browser, proof: str) -> None:
    asked = administrator.post("/users/new", at="/users/new", **DETAILS)
    assert asked.status_code == 403 and "Is it you?" in asked.text
    assert "maria" not in administrator.get("/users").text
    typed = boxes_on(asked.text)
    assert DETAILS.items() <= typed.items(), "nothing is lost"
    word = PASSWORD if proof == "password" else code_of(office.clock())
    done = administrator.client.post("/users/new", data={**typed, PROOF: word})
    assert done.status_code == 200 and "/invitation/" in done.text
    assert administrator.post("/users/3/sign-out", at="/users").status_code == 303, "it holds for five minutes"
    office.clock.pass_(minutes=5)
    assert administrator.post("/users/3/sign-out", at="/users").status_code == 403


@pytest.mark.parametrize("proof", ["wrong", "000000", "' OR 1=1", "x" * 9999])
def test_without_a_proof_nothing_is_done(office: Office, administrator: Browser, proof: str) -> None:
    refused = administrator.post("/users/new", at="/users/new", **DETAILS, **{PROOF: proof})
    assert refused.status_code == 403
    assert DETAILS.items() <= boxes_on(refused.text).items() and proof not in refused.text
    assert "maria" not in administrator.get("/users").text


def test_a_proof_does_not_stand_in_for_the_forms_token(administrator: Browser) -> None:
    assert administrator.client.post("/users/new", data={**DETAILS, PROOF: PASSWORD}).status_code == 400
    assert administrator.post("/users/3/sign-out", at="/users").status_code == 403, "nor was it noted as one"


def test_a_code_that_was_used_is_no_proof(office: Office, administrator: Browser) -> None:
    code = code_of(office.clock())
    assert administrator.post("/users/3/sign-out", at="/users", **{PROOF: code}).status_code == 303
    office.clock.pass_(minutes=5)
    assert administrator.post("/users/3/sign-out", at="/users", **{PROOF: code}).status_code == 403


def test_guessing_at_an_open_computer_has_to_wait(administrator: Browser) -> None:
    answers = [administrator.post("/users/3/sign-out", at="/users", **{PROOF: f"guess {n}"}).text for n in range(9)]
    assert "There were too many wrong passwords; wait 60 min." in answers[-1]


def test_a_session_of_the_version_before_is_asked(office: Office) -> None:
    browser = office.signed_in("administrator")
    with office.services.store.writing() as session:
        session.connection().exec_driver_sql("UPDATE dosar_session SET confirmed = NULL")
    assert browser.post("/users/3/sign-out", at="/users").status_code == 403


def test_which_routes_ask_is_written_here(office: Office) -> None:
    asking = {name for name, access in route_accesses(office.app).items() if access and access.needs_proof}
    assert asking == {
        "AccessRequestsPage.confirm",
        "AccessRequestsPage.refuse",
        "AccountClosingPage.close",
        "AuditTermPage.confirm",
        "AuditTermPage.refuse",
        "KeyCardsPage.card",
        "KeyCardsPage.groups",
        "KeyCardsPage.pdf",
        "KeysPage.ask_at_start",
        "KeysPage.one_laptop",
        "KeysPage.leave_after_restore",
        "KeysPage.passphrase",
        "KeysPage.remove",
        "OrganisationPage.audit_years",
        "ProfilePasskeysPage.new",
        "ProfilePasskeysPage.remove",
        "ProfileTelephonePage.recovery_codes",
        "ProfileTelephonePage.telephone",
        "SealPage.seal",
        "UserAccessPage.code",
        "UserAccessPage.confirm",
        "UserAccessPage.disconnect",
        "UserAccessPage.end_calendar",
        "UserAccessPage.keep",
        "UserAccessPage.sign_out",
        "UsersPage.invitation",
        "UsersPage.new",
        "UsersPage.open",
        "UsersPage.team_days",
        "UsersPage.user",
        "WorkTeamsPage.dissolve",
        "WorkTeamsPage.rename",
    }


def test_what_opens_a_new_way_in_takes_more_than_the_password(office: Office) -> None:
    asking = {name for name, access in route_accesses(office.app).items() if access and access.needs_second_factor}
    assert asking == {
        "ProfilePasskeysPage.new",
        "ProfileTelephonePage.recovery_codes",
        "ProfileTelephonePage.telephone",
    }
    ana = office.signed_in("ana")
    paper = re.findall(r"<li><code>([A-Z2-7-]+)</code></li>", ana.post(CODES, at="/profile").text)
    for proof, status in ((PASSWORD, 403), (code_of(office.clock()), 200), (paper[0], 403), (PASSWORD, 403)):
        office.clock.pass_(minutes=6)
        proof = code_of(office.clock()) if status == 200 else proof
        assert ana.post(CODES, at="/profile", **{PROOF: proof}).status_code == status, "old papers open nothing"


def test_a_recovery_code_stands_for_the_telephone_there(office: Office) -> None:
    ana = office.signed_in("ana")
    paper = re.findall(r"<li><code>([A-Z2-7-]+)</code></li>", ana.post(CODES, at="/profile").text)
    office.clock.pass_(minutes=6)
    assert ana.post(CODES, at="/profile", **{PROOF: paper[0]}).status_code == 200


def test_another_telephone_is_connected_and_the_old_one_opens_nothing(office: Office) -> None:
    ana, elsewhere = office.signed_in("ana"), office.signed_in("ana")
    shown = ana.connect_telephone(at="/profile/telephone")
    assert shown.status_code == 200 and "Recovery codes" in shown.text
    assert (ana.get("/").status_code, elsewhere.get("/").status_code) == (200, 303)
    thief = office.browser()
    thief.give_password("ana")
    assert thief.give_code(code_of(office.clock())).status_code == 401


def test_new_recovery_codes_take_the_place_of_the_old_ones(office: Office) -> None:
    ana = office.signed_in("ana")
    first, second = (
        re.findall(r"<li><code>([A-Z2-7-]+)</code></li>", ana.post("/profile/recovery-codes", at="/profile").text)
        for _ in range(2)
    )
    assert len(set(first) | set(second)) == 20
    opened = []
    for code in (first[0], second[0]):
        browser = office.browser()
        browser.give_password("ana")
        opened.append(browser.post("/sign-in/code", at="/sign-in/code", recovery=code).status_code)
    assert opened == [401, 303]
