"""What was typed on a page that is no sheet, and sent after the session was over, waits until she sends it."""

import re
from datetime import timedelta
from decimal import Decimal
from html import unescape
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from dosar.access.authorization import route_accesses
from dosar.cli.demo import demo_password
from dosar.database.system_tables import deadline_table
from dosar.fields.money import Money
from dosar.pages.recovery.expired_session import SHEET_ENDPOINTS
from dosar.pages.recovery.text_forms import TEXT_PAGES
from tests.pages.conftest import Demo, token_on
from tests.pages.test_accepting import typed as entered_to_check
from tests.pages.test_case_page import TODAY, filed
from tests.pages.test_team import user_id
from tests.pages.test_unsent import after_lunch

NOTHING_TYPED = {
    "words that are searched for": {
        "RecordPages.search",
        "FindCasePage.search",
        "MergePages.choose",
        "HelpPages.search",
        "SalvagePage.find",
    },
    "passwords": {
        "SignInPage.sign_in",
        "SetUpPage.set_up",
        "InvitationPage.invitation",
        "ProfilePage.password",
        "KeysPage.passphrase",
        "BackupPlacesPage.add",
        "BackupPlacesPage.change",
        "RestorePage.begin",
        "RestoreOverPage.begin",
        "BackupCopyPage.begin",
        "MailPage.save",
    },
    "codes": {
        "PasskeySignInPage.passkey",
        "ProfilePasskeysPage.new",
        "SecondFactorPage.code",
        "SecondFactorPage.first_code",
        "SecondFactorPage.enrol",
        "ProfileTelephonePage.telephone",
        "KeyCardsPage.groups",
        "ConfirmingPage.confirm",
        "MyMailPage.confirm",
    },
    "choices only": {
        "ListPages.choose",
        "AccountClosingPage.close",
        "SignInPage.language",
        "ErasurePage.wish",
        "RetentionPage.ask",
        "OrganisationPage.audit_years",
        "BackupsPage.plan",
        "UpdatePage.ask_daily",
    },
    "buttons": {
        "SignInPage.sign_out",
        "SignInPage.lock",
        "UsersPage.invitation",
        "UsersPage.open",
        "RecordPages.delete",
        "RecordPages.withdraw",
        "ProfilePage.sign_out_elsewhere",
        "ProfilePage.end_session",
        "ProfilePage.seen",
        "ProfilePasskeysPage.remove",
        "ProfileTelephonePage.recovery_codes",
        "UserAccessPage.sign_out",
        "UserAccessPage.disconnect",
        "UserAccessPage.code",
        "UserAccessPage.confirm",
        "UserAccessPage.keep",
        "UserAccessPage.end_calendar",
        "MyMailPage.send_code",
        "MyMailPage.make_calendar",
        "MyMailPage.end_calendar",
        "WorkTeamsPage.dissolve",
        "ListPages.forget",
        "HelpPages.cards_read",
        "TeamPage.leave",
        "DeadlineSettlingPages.done",
        "AcceptingPages.accept",
        "WaitingPages.discard",
        "WaitingPages.take",
        "KeyCardsPage.card",
        "KeyCardsPage.pdf",
        "KeysPage.remove",
        "KeysPage.one_laptop",
        "KeysPage.leave_after_restore",
        "KeysPage.ask_at_start",
        "SealPage.seal",
        "AccessRequestsPage.confirm",
        "AccessRequestsPage.refuse",
        "BackupsPage.back_up",
        "BackupPlacesPage.remove",
        "BackupPlacesPage.take",
        "MailPage.remove",
        "BackupCopyPage.close",
        "RestoreOverPage.restore",
        "RestoreOverPage.leave",
        "RestorePage.work_with",
        "RestorePage.leave",
        "UpdatePage.ask_now",
        "UpdatingPage.fetch",
        "UpdatingPage.begin",
        "UpdatingPage.leave",
        "UpdatingPage.go_back",
        "AuditLogPage.anchor",
        "AuditTermPage.confirm",
        "AuditTermPage.refuse",
        "EmergencyPages.seen",
        "EmergencyPages.close",
        "NamesPages.hide",
        "ErasurePage.refuse",
    },
    "an address on trial": {"MailPage.test"},
    "a file in pieces": {"RestorePage.piece", "UpdatingPage.piece", "UpdatingPage.bring"},
    "what the browser sends while somebody types": {"DraftPages.keep", "DerivedAnswerPages.derive"},
}
"""Routes that take a post and keep nothing of it, and why."""


def test_it_is_decided_of_every_post_what_becomes_of_it(demo: Demo) -> None:
    posts = {rule.endpoint for rule in demo.app.url_map.iter_rules() if "POST" in (rule.methods or ())}
    kept = {*SHEET_ENDPOINTS, *TEXT_PAGES}
    assert posts & set(route_accesses(demo.app)) == kept.union(*NOTHING_TYPED.values())


STORIES = [
    ("coordinator", "/records/humanitarian_aid/{aid}/reverse", "", {"reason": "De două ori"}),
    ("coordinator", "/records/visit_report/{waiting}/return", "", {"reason": "Lipsește ora"}),
    ("coordinator", "/records/visit_report/export", "", {"reason": "Raportul anual"}),
    ("coordinator", "/records/visit_report?sort=visit_date", "/records/visit_report/saved", {"name": "Ale mele"}),
    ("coordinator", "/cases/6/team", "", {"since": "1.9.2026", "role": "lawyer", "user": "{lawyer}"}),
    ("coordinator", "/cases/6/merge/5", "", {"reason": "Același buletin"}),
    ("coordinator", "/cases/6/copy", "", {"reason": "A cerut ea, azi"}),
    ("coordinator", "/due/{due}/move", "", {"day": f"{TODAY + timedelta(45):%d.%m.%Y}", "reason": "E bolnavă"}),
    ("administrator", "/users/new", "", {"last_name": "Nou", "first_name": "Ana", "user_name": "ana.nou"}),
    ("administrator", "/users/{volunteer}", "", {"last_name": "Schimbat"}),
    ("administrator", "/organisation", "", {"organisation": "Alt nume"}),
]
"""(who, page, where it is sent to, what is typed on it)"""


def begin(demo: Demo, user: str) -> FlaskClient:
    browser = demo.app.test_client()
    come_in(browser, user)
    return browser


def come_in(browser: FlaskClient, user: str) -> str:
    """Sign in; where it leads."""
    token = token_on(browser.get("/sign-in").text)
    who = {"user_name": user, "password": demo_password(user), "csrf_token": token, "next": "/help"}
    return browser.post("/sign-in", data=who).location


def boxes_to(page: str, address: str) -> tuple[str, dict[str, str]]:
    """Where the form posts that is sent to this address, and what stands in it."""
    for head, inside in re.findall(r"<form([^>]*)>(.*?)</form>", page, re.DOTALL):
        told = re.search(r'action="([^"]*)"', head)
        action = unescape(told[1]) if told else address
        if "data-waits" in head and action.startswith(address):
            tags = re.findall(r"<input[^>]*>", inside)
            chosen = [tag for tag in tags if " checked" in tag or not re.search('type="(radio|checkbox)"', tag)]
            boxes = re.findall(r'<input[^>]*?name="([\w.]+)"(?:[^>]*?value="([^"]*)")?', "".join(chosen))
            areas = re.findall(r'<textarea[^>]*name="(\w+)"[^>]*>\n?(.*?)</textarea>', inside, re.DOTALL)
            return action, {name: unescape(text) for name, text in [*boxes, *areas]}
    return "", {}


def due_in_a_case(demo: Demo) -> int:
    """Something that is due in some case."""
    of_case = deadline_table.c.case_id.is_not(None)
    with demo.app.app_context():
        number: int = demo.repository.session.scalar(select(func.min(deadline_table.c.id)).where(of_case))
        demo.repository.session.remove()
    return number


@pytest.fixture
def numbers(demo: Demo) -> dict[str, int]:
    """An entry of the aid ledger, a visit that waits for acceptance, and a user."""
    return {
        "aid": filed(demo, "humanitarian_aid", 6, given_on=TODAY, kind="food", value=Money(Decimal(120), "MDL")),
        "waiting": entered_to_check(demo, "visit_report", 6, visit_date=TODAY),
        "volunteer": user_id(demo, "volunteer"),
        "lawyer": user_id(demo, "lawyer"),
        "due": due_in_a_case(demo),
    }


def sent_from_old_page(browser: FlaskClient, numbers: dict[str, int], then: str, reason: str) -> Any:
    """A page is opened, its worker leaves, ``then`` somebody signs in, and the old page is sent."""
    page = f"/records/visit_report/{numbers['waiting']}/return"
    action, boxes = boxes_to(browser.get(page).text, page)
    browser.post("/sign-out", data={"csrf_token": boxes["csrf_token"]})
    come_in(browser, then)
    return browser.post(action, data={**boxes, "reason": reason})


@pytest.mark.parametrize(("who", "page", "sent_to", "typed"), STORIES)
def test_what_was_typed_waits_until_she_sends_it(
    demo: Demo, numbers: dict[str, int], who: str, page: str, sent_to: str, typed: dict[str, str]
) -> None:
    browser, page = begin(demo, who), page.format(**numbers)
    typed = {name: text.format(**numbers) for name, text in typed.items()}
    sent_to = sent_to or page
    action, boxes = boxes_to(browser.get(page).text, sent_to)
    with after_lunch(demo):
        demo.app.test_client().get("/sign-in")
        sent = browser.post(action, data={**boxes, **typed})
    assert sent.status_code == 303 and "over=1" in sent.location
    assert come_in(browser, who) == "/unsent"
    waiting = browser.get("/unsent").text
    again, kept = boxes_to(waiting, sent_to)
    assert again == action and kept.items() >= typed.items()
    assert come_in(demo.app.test_client(), "case_manager") == "/help", "nobody else hears of it"
    done = browser.post(again, data=kept)
    assert done.status_code in (200, 303)
    assert boxes_to(browser.get("/unsent").text, sent_to) == ("", {}), "sent once"


def test_nobody_else_sends_or_discards_it(demo: Demo, numbers: dict[str, int]) -> None:
    browser = begin(demo, "coordinator")
    sent = sent_from_old_page(browser, numbers, "case_manager", "Nota coordonatoarei")
    assert sent.status_code == 400 and "de altcineva" in sent.text and "Nota coord" not in sent.text
    assert "Nota coord" not in browser.get("/unsent").text
    token = token_on(browser.get("/help").text)
    for number in range(1, 30):
        browser.post(f"/unsent/{number}/discard", data={"csrf_token": token})
    hers = begin(demo, "coordinator")
    shown = hers.get("/unsent").text
    assert "Nota coordonatoarei" in shown
    found = re.search(r"/unsent/(\d+)/discard", shown)
    assert found
    hers.post(found[0], data={"csrf_token": token_on(shown)})
    assert "Nota coordonatoarei" not in hers.get("/unsent").text


def test_a_page_that_is_left_sends_nothing_and_keeps_what_was_typed(demo: Demo, numbers: dict[str, int]) -> None:
    """What the browser does when the page is hidden, or when its worker was away for too long."""
    browser, page = begin(demo, "coordinator"), f"/records/visit_report/{numbers['waiting']}/return"
    action, boxes = boxes_to(browser.get(page).text, page)
    del boxes["csrf_token"]
    left = browser.post(action, data={**boxes, "reason": "Plecată o clipă", "_wait": "1"})
    assert left.status_code == 204
    forged = browser.post(action, data={**boxes, "_owner": "forged", "reason": "De altundeva", "_wait": "1"})
    assert forged.status_code == 204
    shown = browser.get("/unsent").text
    assert "Plecată o clipă" in shown and "De altundeva" not in shown
    demo.app.test_client().post(action, data={**boxes, "reason": "Pus în locul ei"})
    shown = browser.get("/unsent").text
    assert shown.index("Plecată o clipă") < shown.index("Sosite fără autentificarea") < shown.index("Pus în locul ei")


def test_signed_in_again_she_sends_the_old_page(demo: Demo, numbers: dict[str, int]) -> None:
    browser = begin(demo, "coordinator")
    sent = sent_from_old_page(browser, numbers, "coordinator", "Din fila veche")
    assert sent.location == "/unsent" and "Din fila veche" in browser.get("/unsent").text
