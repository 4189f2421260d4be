"""Passkeys: a key that checks who uses it opens an account; nothing else that anybody sends does."""

import json
from dataclasses import replace

import pytest
from sqlalchemy import select, update

from dosar.access.login.passkey_site import is_webauthn_installed
from dosar.access.recovery.rescue import reset_administrator
from dosar.access.tables import passkey_table, session_table
from dosar.database.audit.chain import ACCOUNT_OBJECT, audit_event_table
from tests.access.conftest import PASSWORD, Browser, Office
from tests.access.test_account_history import told
from tests.access.test_people import id_of
from tests.access.test_second_factor import is_in
from tests.authenticators import Authenticator, b64, question_on
from tests.telephones import unused_code

SIGN_IN, NEW = "/sign-in/passkey", "/profile/passkeys/new"


def add(browser: Browser, passkey: Authenticator, name: str = "cheie albastră") -> None:
    """Add the passkey on the profile of whoever is signed in."""
    page = browser.get(NEW).text
    answer = browser.client.post(NEW, data=posted(page, passkey=passkey.make(question_on(page)), name=name))
    assert answer.location == "/profile", answer.text


def posted(page: str, **boxes: str) -> dict[str, str]:
    token = page.split('name="csrf_token" value="')[1].split('"')[0]
    return {**boxes, "csrf_token": token}


def sign_in(browser: Browser, passkey: Authenticator) -> int:
    """Come in with the passkey; the status of the answer."""
    page = browser.get(SIGN_IN).text
    answer = browser.client.post(SIGN_IN, data=posted(page, passkey=passkey.sign(question_on(page))))
    return answer.status_code


@pytest.fixture
def passkey(office: Office) -> Authenticator:
    """Ana's."""
    made = Authenticator()
    add(office.signed_in("ana"), made)
    return made


def test_who_uses_a_passkey_that_checks_her_is_in(office: Office, passkey: Authenticator) -> None:
    ana = office.browser()
    assert "Sign in with a passkey" in office.browser(accept_language="en").get("/sign-in").text
    assert sign_in(ana, passkey) == 303 and is_in(ana)
    assert "cheie albastră" in ana.get("/profile").text
    assert ana.get("/").text.startswith("ana ")


def test_the_question_is_the_same_whoever_asks(office: Office, passkey: Authenticator) -> None:
    """It names no account and no passkey: nothing can be learnt of who has one."""
    asked = [question_on(office.browser().get(SIGN_IN).text) for _ in range(2)]
    assert {frozenset(question) for question in asked} == {frozenset(asked[0])}
    assert [question.get("allowCredentials", []) for question in asked] == [[], []]
    assert asked[0]["challenge"] != asked[1]["challenge"] and asked[0]["userVerification"] == "required"


def test_what_a_passkey_said_opens_once(office: Office, passkey: Authenticator) -> None:
    ana, thief = office.browser(), office.browser()
    page = ana.get(SIGN_IN).text
    said = posted(page, passkey=passkey.sign(question_on(page)))
    assert ana.client.post(SIGN_IN, data=said).status_code == 303
    ana.post("/sign-out", at="/profile")
    again = posted(ana.get(SIGN_IN).text, passkey=said["passkey"])
    assert ana.client.post(SIGN_IN, data=again).status_code == 401
    stolen = posted(thief.get(SIGN_IN).text, passkey=said["passkey"])
    assert thief.client.post(SIGN_IN, data=stolen).status_code == 401, "nor in another browser"
    assert not is_in(ana) and not is_in(thief)


def test_what_was_said_in_another_browser_opens_nothing(office: Office, passkey: Authenticator) -> None:
    ana, thief = office.browser(), office.browser()
    said = passkey.sign(question_on(ana.get(SIGN_IN).text))
    assert thief.client.post(SIGN_IN, data=posted(thief.get(SIGN_IN).text, passkey=said)).status_code == 401


@pytest.mark.parametrize(
    "forged",
    [
        {"origin": "https://dosar.example"},
        {"origin": "http://localhost:9999"},
        {"origin": "https://localhost"},
        {"name": "evil.example"},
        {"name": "127.0.0.1"},
        {"handle": ""},
        {"handle": b64(b"another account")},
        {"credential": b"x" * 32},
    ],
    ids=str,
)
def test_a_passkey_of_another_place_or_account_opens_nothing(
    office: Office, passkey: Authenticator, forged: dict[str, object]
) -> None:
    browser = office.browser()
    assert sign_in(browser, replace(passkey, **forged)) == 401 and not is_in(browser)  # type: ignore[arg-type]
    assert sign_in(browser, passkey) == 303, "hers goes on opening"


def test_another_key_signs_nothing_for_her(office: Office, passkey: Authenticator) -> None:
    assert (
        sign_in(office.browser(), replace(Authenticator(), credential=passkey.credential, handle=passkey.handle)) == 401
    )


def test_a_challenge_is_good_for_five_minutes(office: Office, passkey: Authenticator) -> None:
    ana = office.browser()
    page = ana.get(SIGN_IN).text
    said = posted(page, passkey=passkey.sign(question_on(page)))
    office.clock.pass_(minutes=5)
    assert ana.client.post(SIGN_IN, data=said).status_code == 401
    assert sign_in(ana, passkey) == 303


def test_a_challenge_that_nobody_gave_is_none(office: Office, passkey: Authenticator) -> None:
    browser = office.browser()
    for challenge in ("", b64(b"x"), b64(bytes(56)), "é"):
        page = browser.get(SIGN_IN).text
        answer = passkey.sign({**question_on(page), "challenge": challenge})
        assert browser.client.post(SIGN_IN, data=posted(page, passkey=answer)).status_code == 401


def test_a_copy_of_a_passkey_is_found_out_by_its_counter(office: Office, passkey: Authenticator) -> None:
    copy = replace(passkey)
    assert sign_in(office.browser(), passkey) == 303
    assert sign_in(office.browser(), copy) == 401


def test_those_that_do_not_count_open_too(office: Office) -> None:
    synchronised = Authenticator(counts=False)
    add(office.signed_in("ana"), synchronised)
    assert [sign_in(office.browser(), synchronised) for _ in range(2)] == [303, 303]


def test_a_passkey_that_checks_nobody_stands_in_for_the_code_only(office: Office) -> None:
    usb, other = Authenticator(verifies=False), Authenticator(verifies=False)
    add(office.signed_in("ana"), usb)
    add(office.signed_in("vera"), other)
    ana = office.browser()
    assert sign_in(ana, usb) == 401 and not is_in(ana)
    ana.give_password("ana")
    for key, status in ((other, 401), (usb, 303)):
        page = ana.get("/sign-in/code").text
        said = posted(page, passkey=key.sign(question_on(page)))
        assert ana.client.post("/sign-in/code", data=said).status_code == status
    assert is_in(ana)


def test_what_was_said_to_sign_in_does_for_nothing_else(office: Office, passkey: Authenticator) -> None:
    ana = office.browser()
    said = passkey.sign(question_on(ana.get(SIGN_IN).text))
    ana.give_password("ana")
    page = ana.get("/sign-in/code").text
    assert ana.client.post("/sign-in/code", data=posted(page, passkey=said)).status_code == 401


def test_a_passkey_proves_who_she_is_before_accounts_change(office: Office) -> None:
    administrator, hers = office.signed_in("administrator"), Authenticator()
    add(administrator, hers)
    office.clock.pass_(minutes=6)
    ana = f"/users/{id_of(office, 'ana')}/sign-out"
    asked = administrator.post(ana, at="/profile")
    assert asked.status_code == 403
    said = posted(asked.text, _passkey=hers.sign(question_on(asked.text)))
    assert administrator.client.post(ana, data=said).status_code == 303
    office.clock.pass_(minutes=6)
    asked = administrator.post(ana, at="/profile")
    strange = posted(asked.text, _passkey=Authenticator(handle=hers.handle).sign(question_on(asked.text)))
    assert administrator.client.post(ana, data=strange).status_code == 403


def test_anothers_passkey_gives_no_more_guesses_at_a_code(office: Office, passkey: Authenticator) -> None:
    """Who knows Vera's password and has a passkey of his own guesses as often as anybody else."""
    add(office.signed_in("vera"), Authenticator())
    thief = office.browser()
    thief.give_password("vera")
    page = thief.get("/sign-in/code").text
    for _ in range(3):
        assert thief.give_code("000000").status_code == 401
    said = posted(page, passkey=passkey.sign(question_on(page)))
    assert thief.client.post("/sign-in/code", data=said).status_code == 401
    assert [thief.give_code("000000").status_code for _ in range(2)] == [401, 429]
    assert failed_passkeys(office) == [[id_of(office, "ana"), id_of(office, "vera")]]
    assert sign_in(office.browser(), passkey) == 303, "his own account stays open to him"


def test_anothers_passkey_gives_no_more_guesses_at_an_open_computer(office: Office, passkey: Authenticator) -> None:
    vera = office.signed_in("vera")
    add(vera, Authenticator())
    office.clock.pass_(minutes=6)
    address, box = "/profile/passkeys/remove", {"at": "/profile", "passkey": "none"}
    page = vera.post(address, **box).text
    for _ in range(3):
        assert vera.post(address, **box, _proof="000000").status_code == 403
    said = posted(page, _passkey=passkey.sign(question_on(page)))
    assert vera.client.post(address, data=said).status_code == 403
    texts = [vera.post(address, **box, _proof="000000").text for _ in range(5)]
    assert ["Too many did not fit" in text for text in texts] == [False, False, False, False, True]
    assert failed_passkeys(office) == [[id_of(office, "ana"), id_of(office, "vera")]]


def failed_passkeys(office: Office) -> list[list[int]]:
    """Whose accounts the audit log names for each passkey that was refused."""
    with office.services.store.writing() as session:
        event = audit_event_table.c
        kept = session.scalars(select(event.objects).where(event.action == "passkey_failed"))
        return [json.loads(objects)[ACCOUNT_OBJECT] for objects in kept]


def test_adding_one_asks_who_she_is_and_ends_her_other_sessions(office: Office) -> None:
    here, elsewhere = office.signed_in("ana"), office.signed_in("ana")
    office.clock.pass_(minutes=6)
    page = here.get(NEW).text
    body = posted(page, passkey=Authenticator().make(question_on(page)), name="a")
    assert here.client.post(NEW, data=body).status_code == 403
    assert "Is it you?" in here.client.post(NEW, data=body).text
    again = office.signed_in("ana")
    add(again, Authenticator())
    assert is_in(again) and not is_in(here) and not is_in(elsewhere)


def test_a_removed_passkey_opens_nothing_and_nobody_removes_anothers(office: Office, passkey: Authenticator) -> None:
    vera, ana = office.signed_in("vera"), office.signed_in("ana")
    with office.services.store.writing() as session:
        number = session.scalar(select(passkey_table.c.id))
    for browser, status in ((vera, 303), (ana, 401)):
        browser.post("/profile/passkeys/remove", at="/profile", passkey=number)
        assert sign_in(office.browser(), passkey) == status
    assert [action for action, _ in told(office, "ana")][-2:] == ["passkey_added", "passkey_removed"]


@pytest.mark.parametrize("act", ["close", "invitation"])
def test_what_an_administrator_takes_away_takes_passkeys_along(
    office: Office, passkey: Authenticator, act: str
) -> None:
    office.signed_in("administrator").post(f"/users/{id_of(office, 'ana')}/{act}", at="/profile")
    assert sign_in(office.browser(), passkey) == 401


def test_what_two_administrators_take_away_takes_passkeys_along(office: Office, passkey: Authenticator) -> None:
    office.user("second", "administrator")
    for user, button in (("administrator", "telephone"), ("second", "telephone/confirm")):
        assert sign_in(office.browser(), passkey) == 303
        office.signed_in(user).post(f"/users/{id_of(office, 'ana')}/{button}", at="/profile")
    assert sign_in(office.browser(), passkey) == 401


def test_the_command_of_rescue_takes_them_away_too(office: Office) -> None:
    hers = Authenticator()
    add(office.signed_in("administrator"), hers)
    reset_administrator(office.services, "administrator")
    assert sign_in(office.browser(), hers) == 401


def is_told(browser: Browser) -> bool:
    return "was added to your account" in browser.get("/profile").text


def test_she_is_told_at_her_next_sign_in_that_one_was_added(office: Office) -> None:
    first = office.signed_in("ana")
    add(first, Authenticator(), "a hoțului")
    told_once = [office.signed_in("ana").get("/profile").text for _ in range(2)]
    assert ["was added to your account" in page for page in told_once] == [True, False]
    assert "a hoțului" in told_once[0]


def test_who_planted_one_and_uses_it_hides_it_from_nobody(office: Office) -> None:
    """Nor does one that he planted beside it."""
    planted, second = Authenticator(), Authenticator()
    add(office.signed_in("ana"), planted)
    thief = office.browser()
    assert sign_in(thief, planted) == 303 and is_told(thief)
    add(thief, second)
    for key in (second, planted):
        office.clock.pass_(minutes=1)
        assert sign_in(office.browser(), key) == 303
    assert is_told(office.signed_in("ana"))
    known = office.browser()
    assert sign_in(known, planted) == 303 and not is_told(known), "she has been told, and kept it"


def test_by_a_passkey_that_she_knows_she_is_told_of_others(office: Office, passkey: Authenticator) -> None:
    ana = office.signed_in("ana")
    add(ana, Authenticator(), "a hoțului")
    came = [office.browser() for _ in range(2)]
    for browser, told_now in zip(came, (True, False), strict=True):
        assert sign_in(browser, passkey) == 303
        assert is_told(browser) == told_now


def test_a_new_password_removes_the_passkeys_and_says_so(office: Office, passkey: Authenticator) -> None:
    ana, new = office.signed_in("ana"), "alte patru cuvinte lungi"
    assert "A new password removes your passkeys" in ana.get("/profile").text
    changed = ana.post("/profile/password", at="/profile", current=PASSWORD, password=new, again=new)
    assert changed.status_code == 303
    assert "Your passkeys were removed" in ana.get("/profile").text
    assert sign_in(office.browser(), passkey) == 401
    assert told(office, "ana")[-2:] == [("password", {}), ("passkey_removed", {"passkey": ["cheie albastră", ""]})]


def test_a_password_alone_adds_none(office: Office) -> None:
    """At a computer that was left open; the code or another passkey does."""
    ana, hers = office.signed_in("ana"), Authenticator()
    office.clock.pass_(minutes=6)
    page = ana.get(NEW).text
    body = posted(page, passkey=hers.make(question_on(page)), name="a")
    for proof in ("", PASSWORD):
        refused = ana.client.post(NEW, data={**body, "_proof": proof})
        assert refused.status_code == 403 and "your password alone is not enough" in refused.text
    assert ana.post("/profile/passkeys/remove", at="/profile", _proof=PASSWORD).status_code == 303
    assert ana.client.post(NEW, data=body).status_code == 403, "a password given elsewhere does not do either"
    added = ana.client.post(NEW, data={**body, "_proof": unused_code(office.app, "ana")})
    assert added.location == "/profile" and sign_in(office.browser(), hers) == 303


def test_another_passkey_adds_one(office: Office, passkey: Authenticator) -> None:
    ana, second = office.signed_in("ana"), Authenticator()
    office.clock.pass_(minutes=4)
    page = ana.get(NEW).text
    office.clock.pass_(minutes=2)
    body = posted(page, passkey=second.make(question_on(page)), name="a")
    asked = ana.client.post(NEW, data=body).text
    added = ana.client.post(NEW, data={**body, "_passkey": passkey.sign(question_on(asked))})
    assert added.location == "/profile" and sign_in(office.browser(), second) == 303


def test_who_writes_into_the_database_gives_nobody_a_passkey(office: Office, passkey: Authenticator) -> None:
    """Moved to another account, it opens neither."""
    for name in ("administrator", "vera", "ana"):
        owner = id_of(office, name)
        with office.services.store.writing() as session:
            session.execute(update(passkey_table).values(user_id=owner))
        assert (sign_in(office.browser(), passkey) == 303) == (name == "ana")


@pytest.mark.parametrize(
    "said",
    [
        "x",
        "{}",
        "[" * 15_000,
        "null",
        "9" * 20_000,
        json.dumps({"id": 1, "rawId": [], "response": {"clientDataJSON": {}}}),
    ],
    ids=["x", "nothing", "deep", "null", "long", "other kinds"],
)
def test_whatever_is_sent_is_answered_in_words(office: Office, said: str) -> None:
    browser = office.browser()
    answer = browser.client.post(SIGN_IN, data=posted(browser.get(SIGN_IN).text, passkey=said))
    assert answer.status_code == 401 and "Error:" in answer.text
    ana = office.signed_in("ana")
    answer = ana.client.post(NEW, data=posted(ana.get(NEW).text, passkey=said, name="x"))
    assert answer.status_code == 422 and "Error:" in answer.text


def test_whoever_wears_it_out_waits(office: Office) -> None:
    browser = office.browser()
    statuses = {sign_in(browser, Authenticator()) for _ in range(21)}
    assert statuses == {401, 429}


def test_who_sends_what_is_no_passkey_keeps_no_other_waiting(office: Office, passkey: Authenticator) -> None:
    """They share an address: a computer, or an office."""
    visitor = office.browser()
    for _ in range(21):
        visitor.client.post(SIGN_IN, data=posted(visitor.get(SIGN_IN).text, passkey="{}"))
    assert sign_in(visitor, Authenticator()) == 429
    assert sign_in(office.browser(), passkey) == 303


def test_asking_writes_nothing(office: Office) -> None:
    for _ in range(5):
        office.browser().get(SIGN_IN)
    with office.services.store.writing() as session:
        assert session.scalars(select(session_table.c.id)).all() == []


@pytest.mark.parametrize(
    ("host", "said"),
    [("127.0.0.1:5000", "http://localhost:5000/"), ("192.168.1.9", None), ("dosar.exemplu.ro", "")],
)
def test_where_there_is_no_name_the_page_says_so(office: Office, host: str, said: str | None) -> None:
    """The telephone stays the way in."""
    office.app.config["HOSTS"] = ["dosar.exemplu.ro", "192.168.1.9"]
    office.app.config["TRUSTED_HOSTS"] += office.app.config["HOSTS"]
    client, site = office.app.test_client(), f"http://{host}"
    page = client.get("/sign-in", base_url=site).text
    assert ("/sign-in/passkey" in page) == (said == "")
    assert (client.get(SIGN_IN, base_url=site).status_code == 404) == (said != "")
    client.post("/sign-in", base_url=site, data=posted(page, user_name="ana", password=PASSWORD))
    page = client.get("/sign-in/code", base_url=site).text
    client.post("/sign-in/code", base_url=site, data=posted(page, code=unused_code(office.app, "ana")))
    profile = client.get("/profile", base_url=site).text
    assert ("Add a passkey" in profile) == (said == "")
    assert (said or "under a name and with HTTPS") in profile or said == ""


def test_without_the_library_the_page_says_so(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    is_webauthn_installed.cache_clear()
    monkeypatch.setattr("dosar.access.login.passkey_site.find_spec", lambda name: None)
    try:
        assert "dosar[passkeys]" in office.signed_in("ana").get("/profile").text
        assert office.browser().get(SIGN_IN).status_code == 404
    finally:
        is_webauthn_installed.cache_clear()
