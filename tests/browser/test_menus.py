"""Every role signs in and finds a menu that holds what it may do, and nothing else."""

from typing import Any

import pytest

from dosar import shipped_folder
from dosar.cli.demo import demo_accounts
from dosar.language.load.yaml_reader import read_yaml
from tests.browser.conftest import SignIn
from tests.browser.visitors import Visitor

ROLES: dict[str, Any] = {
    role["role"]: role for role in read_yaml(shipped_folder("forms") / "roles.yaml").contents["roles"]
}
MENU = read_yaml(shipped_folder("forms") / "menu.yaml").contents["menu"]
PAGES = {
    "users": "/users",
    "account_history": "/account-history",
    "audit": "/audit",
    "roles": "/roles",
    "forms": "/forms",
    "recycle": "/deleted",
    "organisation": "/organisation",
    "rights": "/rights",
}

LOCKING = {
    "/keys": {"organisation"},
    "/backups": {"organisation"},
    "/mail": {"organisation"},
    "/update": {"organisation"},
    "/lock-everything": {"organisation", "recycle"},
}
"""Pages in the menu of whoever has one of several others."""

DUE = {
    "case",
    *(
        rule.get("due", contents["form"])
        for path in shipped_folder("forms").glob("*.yaml")
        if "form" in (contents := read_yaml(path).contents)
        for rule in contents.get("deadlines", ())
    ),
}
"""Forms on which something is ever due; whoever sees one has the page of what is due."""


def expected(role: str) -> set[str]:
    """The addresses that the files promise to the role."""
    may, pages = ROLES[role].get("may", {}), ROLES[role].get("pages", [])
    forms = {key for group in MENU for key in group["entries"] if "see" in may.get(key, may.get("*", []))}
    overview = {"/programme"} if "stay" in forms else set()
    locking = {address for address, opened_by in LOCKING.items() if opened_by & set(pages)}
    due = {"/due"} if forms & DUE else set()
    return {f"/records/{key}" for key in forms} | overview | due | {PAGES[page] for page in pages} | locking


def menu_of(worker: Visitor) -> set[str]:
    """The addresses of the menu, the worker's own page left out."""
    links = worker.page.locator("nav.menu a").evaluate_all("links => links.map(link => link.getAttribute('href'))")
    return set(links) - {"/profile", "/help"}


@pytest.mark.parametrize("role", [account["role"] for account in demo_accounts(shipped_folder("forms"))])
def test_a_role_finds_its_own_menu(sign_in: SignIn, role: str) -> None:
    assert menu_of(sign_in(role)) == expected(role)


def test_what_is_not_in_the_menu_is_not_there(sign_in: SignIn) -> None:
    volunteer = sign_in("volunteer", "ro")
    for address in ("/records/intake", "/records/intake/1", "/users", "/records/risk_assessment/new?case=1"):
        volunteer.open(address)
        assert volunteer.heading in (
            "Pagina nu există sau nu aveți acces la ea",
            "Pagina nu este pentru rolul dumneavoastră",
        )


def test_a_volunteer_knows_her_cases_by_their_codes(sign_in: SignIn) -> None:
    volunteer = sign_in("volunteer", "ro")
    volunteer.open("/records/case")
    assert {row[0] for row in volunteer.rows} == {"DEMO-001", "DEMO-003", "DEMO-005"}
    assert volunteer.misses("Prundeanu")


def test_the_menu_opens_on_a_phone(sign_in: SignIn) -> None:
    manager = sign_in("case_manager", "ro", width=390)
    manager.press("Meniu")
    manager.follow("Cazuri")
    assert manager.heading == "Cazuri"


def test_a_wrong_password_is_refused_in_words(visit: Any, site: Any) -> None:
    visitor = visit(site)
    visitor.open("/sign-in")
    visitor.page.fill("[name=user_name]", "coordinator")
    visitor.page.fill("[name=password]", "altă parolă")
    visitor.page.keyboard.press("Enter")
    assert visitor.sees("Numele de utilizator sau parola nu sunt corecte.")
    assert visitor.page.title().startswith("Eroare:")
    assert visitor.typed("user_name") == "coordinator"
