"""Passkeys in a real browser: Chromium's own authenticator, driven by its debugging protocol."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.serving import Site
from tests.browser.visitors import Visitor

AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


def with_authenticator(visitor: Visitor, **options: Any) -> Any:
    """Give the browser an authenticator that a person would touch."""
    protocol = visitor.page.context.new_cdp_session(visitor.page)
    protocol.send("WebAuthn.enable")
    protocol.send("WebAuthn.addVirtualAuthenticator", {"options": {**AUTHENTICATOR, **options}})
    return protocol


@pytest.fixture
def named_site(site: Site) -> Iterator[Site]:
    """The demo under the name that passkeys need."""
    yield replace(site, url=site.url.replace("127.0.0.1", "localhost"))


def test_a_passkey_is_added_used_and_removed(visit: Any, named_site: Site) -> None:
    visitor: Visitor = visit(named_site)
    with_authenticator(visitor)
    visitor.sign_in("case_manager")
    visitor.speak("ro")
    visitor.open("/profile")
    visitor.follow("Adaugă o cheie de acces")
    visitor.page.fill("[name=name]", "telefonul meu")
    visitor.page.get_by_role("button", name="Creează cheia de acces").click()
    visitor.page.wait_for_url("**/profile")
    assert visitor.sees("telefonul meu") and visitor.sees("încă niciodată")
    visitor.page.context.clear_cookies()
    visitor.open("/sign-in")
    visitor.speak("ro")
    visitor.follow("Autentificare cu o cheie de acces")
    visitor.page.get_by_role("button", name="Folosește cheia de acces").click()
    visitor.page.wait_for_url(lambda url: "sign-in" not in url)
    visitor.open("/profile")
    assert visitor.sees("telefonul meu") and visitor.misses("încă niciodată")
    visitor.page.get_by_role("button", name="Șterge cheia de acces telefonul meu").click()
    visitor.page.wait_for_load_state()
    expect(visitor.page.get_by_text("telefonul meu")).to_have_count(0)
    visitor.page.context.clear_cookies()
    visitor.open("/sign-in/passkey")
    visitor.page.locator("[data-passkey-ask]").click()
    expect(visitor.page.locator(".problem, .notice").first).to_be_visible()
    assert "/sign-in/passkey" in visitor.page.url, "it opens nothing any more"
    assert visitor.complaints == []


def test_where_no_passkey_answers_the_page_says_what_to_do(visit: Any, named_site: Site) -> None:
    visitor: Visitor = visit(named_site)
    with_authenticator(visitor)
    visitor.open("/sign-in/passkey")
    visitor.speak("ro")
    visitor.page.get_by_role("button", name="Folosește cheia de acces").click()
    expect(visitor.page.get_by_text("Browserul nu a dat nicio cheie de acces")).to_be_visible()
    visitor.follow("Autentificare cu parolă și cod")
    assert visitor.page.url.split("?")[0].endswith("/sign-in")


def test_without_scripts_the_sign_in_is_the_one_by_password(visit: Any, named_site: Site) -> None:
    visitor: Visitor = visit(named_site, javascript=False)
    visitor.open("/sign-in/passkey")
    assert visitor.page.locator("[data-passkey-off]").is_visible()
    assert not visitor.page.locator("[data-passkey-ask]").is_visible()
