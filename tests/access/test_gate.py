"""What stands before every route."""

import re
from itertools import product

import pytest
from flask import Flask

from dosar.access.appbuilder.view import PageView
from dosar.access.authorization import (
    PUBLIC_ACCESS,
    SIGNED_IN_ACCESS,
    current_worker,
    page_route,
    route_accesses,
    with_access,
)
from dosar.access.menu import ADMINISTRATION_PAGES
from dosar.access.roles.permissions import sync_permissions
from dosar.access.web.security_headers import SECURITY_HEADERS
from dosar.access.worker import Worker
from dosar.language.load.definition import Definition
from dosar.language.organisation.roles import PAGE_NAMES, ROLE_ACTIONS
from dosar.records.scope.row_scope import NOBODY_SCOPE, current_scope
from tests.access.conftest import PASSWORD, Browser, Office

OPEN = {
    "static",
    "SecondFactorPage.code",
    "PasskeySignInPage.passkey",
    "SecondFactorPage.enrol",
    "SecondFactorPage.first_code",
    "SignInPage.sign_in",
    "SignInPage.sign_out",
    "SignInPage.lock",
    "SignInPage.language",
    "InvitationPage.invitation",
    "SetUpPage.set_up",
}


def test_every_route_declares_who_may_use_it(office: Office) -> None:
    assert [endpoint for endpoint, access in route_accesses(office.app).items() if access is None] == []


def test_what_is_open_to_strangers_is_written_here(office: Office) -> None:
    assert {endpoint for endpoint, access in route_accesses(office.app).items() if access and access.is_open} == OPEN


def test_a_route_without_a_declaration_is_refused(office: Office) -> None:
    office.app.add_url_rule("/forgotten", "forgotten", lambda: "secret")
    for browser in (office.browser(), office.signed_in("administrator")):
        answer = browser.get("/forgotten")
        assert (answer.status_code, "secret" in answer.text) == (403, False)


def test_a_declared_flask_route_is_open(office: Office) -> None:
    office.app.add_url_rule("/health", "health", with_access(PUBLIC_ACCESS)(lambda: "well"))
    assert office.browser().get("/health").text == "well"


def test_a_route_cannot_have_two_doors() -> None:
    with pytest.raises(RuntimeError, match="declares its access twice"):
        with_access(PUBLIC_ACCESS)(page_route("/x", SIGNED_IN_ACCESS)(lambda: ""))


@pytest.mark.parametrize(
    "address",
    [
        "/api/v1/security/login",
        "/api/v1/security/refresh",
        "/api/v1/_openapi",
        "/api/v1/menu/",
        "/swagger/v1",
        "/login/",
        "/logout/",
        "/lang/en",
        "/back",
        "/users/list/",
        "/roles/list/",
        "/resetmypassword/form",
        "/userstatschartview/chart",
        "/static/appbuilder/css/ab.css",
    ],
)
def test_flask_appbuilders_own_pages_are_not_there(office: Office, address: str) -> None:
    browser = office.signed_in("administrator")
    assert browser.get(address).status_code == 404
    token = {"csrf_token": browser.token("/profile")}
    assert browser.client.post(address, data=token, json=None).status_code in (404, 405)


def test_a_password_alone_opens_no_api(office: Office) -> None:
    credentials = {"username": "ana", "password": "patru cuvinte fără rost", "provider": "db"}
    assert office.browser().client.post("/api/v1/security/login", json=credentials).status_code == 404


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example", ""])
def test_a_spoofed_host_is_refused(office: Office, host: str) -> None:
    answer = office.browser().get("/sign-in", headers={"Host": host})
    assert answer.status_code == 400
    assert "evil" not in answer.text


@pytest.mark.parametrize("host", ["localhost", "localhost:8080", "127.0.0.1:8080"])
def test_this_machine_is_known(office: Office, host: str) -> None:
    assert office.browser().get("/sign-in", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize("address", ["/sign-out", "/lock", "/language", "/profile/password", "/users/new"])
def test_without_the_forms_token_nothing_changes(office: Office, address: str) -> None:
    browser = office.signed_in("administrator")
    for token in ({}, {"csrf_token": "forged"}, {"csrf_token": office.signed_in("ana").token("/profile")}):
        assert browser.client.post(address, data=token).status_code == 400
    assert browser.get("/").status_code == 200


def test_another_site_changes_nothing_even_with_a_token(office: Office) -> None:
    browser = office.signed_in("ana")
    answer = browser.client.post(
        "/profile/sign-out-elsewhere",
        data={"csrf_token": browser.token("/profile")},
        headers={"Sec-Fetch-Site": "cross-site"},
    )
    assert answer.status_code == 403


@pytest.mark.parametrize("address", ["/sign-in", "/", "/profile", "/nowhere", "/users", "/sign-out"])
def test_every_answer_carries_the_headers(office: Office, address: str) -> None:
    for browser in (office.browser(), office.signed_in("ana")):
        headers = browser.get(address).headers
        assert {name: headers.get(name) for name in SECURITY_HEADERS} == SECURITY_HEADERS
        assert headers["Cache-Control"] == "no-store"


def test_the_policy_allows_nothing_inline(office: Office) -> None:
    policy = SECURITY_HEADERS["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy and "*" not in policy
    page_shown = office.browser().get("/sign-in").text
    assert "<script>" not in page_shown and "style=" not in page_shown and "onclick" not in page_shown


def test_static_files_may_be_kept(office: Office) -> None:
    browser = office.browser()
    with browser.get("/static/js/hide.js?v=1") as versioned, browser.get("/static/js/hide.js") as plain:
        assert versioned.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert plain.headers["Cache-Control"] == "no-cache"
    assert browser.get("/static/nothing.js?v=1").headers["Cache-Control"] == "no-store"


def test_an_expired_form_is_refused_in_words(office: Office) -> None:
    answer = office.browser().client.post("/language", data={"language": "en"})
    assert answer.status_code == 400
    assert "This page was open for too long." in answer.text


def test_a_sign_in_page_left_open_overnight_is_opened_anew(office: Office) -> None:
    browser = office.browser()
    token = browser.token("/sign-in")
    office.clock.pass_(hours=12)
    answers = {"user_name": "ana", "password": PASSWORD, "next": "/profile", "csrf_token": token}
    answer = browser.client.post("/sign-in", data=answers)
    assert (answer.status_code, answer.location) == (303, "/sign-in?next=/profile")
    assert "The page was open for too long. Sign in now." in browser.get(answer.location).text
    assert browser.sign_in("ana").status_code == 303


@pytest.mark.parametrize(
    ("user_name", "form", "seen", "entered"),
    [
        ("vera", "visit_report", 200, 200),
        ("vera", "intake", 404, 404),
        ("administrator", "visit_report", 404, 404),
        ("ana", "visit_report", 200, 200),
        ("ana", "nonsense", 404, 404),
        ("psychologist", "visit_report", 200, 403),
    ],
)
def test_a_form_one_may_not_see_does_not_exist(
    office: Office, user_name: str, form: str, seen: int, entered: int
) -> None:
    office.user("psychologist", "psychologist")
    browser = office.signed_in(user_name)
    assert browser.get(f"/records/{form}").status_code == seen
    assert browser.get(f"/records/{form}/new").status_code == entered


@pytest.mark.parametrize("address", ["/users", "/users/new", "/users/1", "/roles"])
def test_administration_pages_need_their_role(office: Office, address: str) -> None:
    assert office.signed_in("vera").get(address).status_code == 403
    assert office.signed_in("administrator").get(address).status_code == 200


def test_the_menu_holds_what_the_role_may_do(office: Office) -> None:
    assert menu_of(office.signed_in("vera")) == ["Rapoarte de vizită"]
    lines = ["Users", "Account history", "Roles", "Organisation", "Key of the data", "Lock everything"]
    assert menu_of(office.signed_in("administrator")) == lines


def menu_of(browser: Browser) -> list[str]:
    shown = browser.get("/profile").text
    return re.findall(r"<li><a href=[^>]*>([^<]*)</a></li>", shown.split("<main")[0])


def test_the_scope_holds_for_the_request_only(office: Office) -> None:
    browser = office.signed_in("ana")
    browser.get("/")
    assert current_scope.get() is NOBODY_SCOPE
    office.app.testing = False
    assert browser.get("/breaks").status_code == 500
    assert current_scope.get() is NOBODY_SCOPE


def worker_named(office: Office, user_name: str) -> Worker:
    browser = office.signed_in(user_name)
    with browser.client:
        browser.get("/")
        return current_worker()


def test_several_roles_add_up(office: Office) -> None:
    office.user("both", "volunteer", "accountant")
    both = worker_named(office, "both")
    assert both.scope.cases == "all"
    assert both.scope.rights["visit_report"] == {"see", "enter", "correct"}
    assert (both.clearances, both.enters) == (frozenset(), {"identity"})


def test_a_team_reaches_its_members_cases_and_no_others(office: Office) -> None:
    one = office.user("one", "social_worker", team="Cluj")
    two = office.user("two", "social_worker", team="Cluj")
    office.user("three", "social_worker", team="Chișinău")
    alone = office.user("alone", "case_manager", team="Cluj")
    assert worker_named(office, "one").scope.colleagues == {one, two, alone}
    assert worker_named(office, "alone").scope.colleagues == {alone}


def test_whoever_has_no_role_may_do_nothing(office: Office) -> None:
    office.user("newcomer")
    scope = worker_named(office, "newcomer").scope
    assert (scope.cases, dict(scope.rights), scope.system) == ("none", {}, False)


def test_flask_appbuilder_permits_what_the_file_permits(office: Office, definition: Definition) -> None:
    security = office.app.extensions["appbuilder"].sm
    for role in definition.roles.roles:
        user_id = office.user(f"the-{role.role.replace('_', '-')}", role.role)
        with office.app.app_context():
            user = security.load_user(user_id)
            for form, action in product(definition.forms, ROLE_ACTIONS):
                permitted = security._has_view_access(user, f"can_{action}", f"form:{form}")
                assert permitted == (action in role.actions(form))
            for name in PAGE_NAMES:
                assert security._has_view_access(user, "can_see", f"page:{name}") == (name in role.pages)
            office.services.session.remove()


def test_every_administration_page_stands_in_the_menu() -> None:
    assert tuple(ADMINISTRATION_PAGES) == PAGE_NAMES


def test_permissions_follow_the_file(office: Office, definition: Definition) -> None:
    security = office.app.extensions["appbuilder"].sm
    user_id = office.user("late", "volunteer")
    fewer = definition.roles.model_copy(
        update={"roles": [role.model_copy(update={"may": {}}) for role in definition.roles.roles]}
    )

    def permitted() -> bool:
        with office.app.app_context():
            found = security.load_user(user_id)
            allowed: bool = security._has_view_access(found, "can_enter", "form:visit_report")
            office.services.session.remove()
            return allowed

    assert permitted()
    with office.app.app_context(), office.services.store.writing() as session:
        sync_permissions(session, fewer, definition.forms)
    assert not permitted()
    with office.app.app_context(), office.services.store.writing() as session:
        sync_permissions(session, definition.roles, definition.forms)
    assert permitted()


def test_a_stranger_has_no_permission_at_all(office: Office) -> None:
    security = office.app.extensions["appbuilder"].sm
    with office.app.test_request_context("/"):
        assert not security.has_access("can_see", "form:visit_report")
        assert not security.is_item_public("can_see", "form:visit_report")


def test_a_view_registered_late_is_behind_the_gate_too(office: Office) -> None:
    class LatePage(PageView):
        @page_route("/late", PUBLIC_ACCESS)
        def late(self) -> str:
            return "late"

    app: Flask = office.app
    with app.app_context():
        app.extensions["appbuilder"].add_view_no_menu(LatePage)
    assert office.browser().get("/late").text == "late"
