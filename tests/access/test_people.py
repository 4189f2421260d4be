"""Who lets whom in."""

import re
from dataclasses import replace

import pytest
from sqlalchemy import select, update

from dosar.access.accounts.users import all_users
from dosar.access.accounts.work_teams import all_work_teams
from dosar.access.framework import User
from dosar.access.roles.permissions import sync_permissions
from tests.access.conftest import PASSWORD, Browser, Office, counted

NEW = {"user_name": "maria", "last_name": "Pop", "first_name": "Maria", "roles": ["social_worker"]}
CHOSEN = {"password": "alte patru vorbe nelegate", "again": "alte patru vorbe nelegate"}


def invitation_in(shown: str) -> str:
    found = re.search(r'value="http://localhost(/invitation/[^"]+)"', shown)
    assert found, shown
    return found[1]


def invite(office: Office, browser: Browser) -> str:
    return invitation_in(browser.post("/users/new", at="/users/new", **NEW, new_team="Cluj").text)


def id_of(office: Office, user_name: str) -> int:
    found: int = office.services.session.scalar(select(User.id).where(User.username == user_name))
    office.services.session.remove()
    return found


def test_an_invited_person_chooses_her_password_once(office: Office) -> None:
    address = invite(office, office.signed_in("administrator"))
    maria = office.browser()
    assert maria.sign_in("maria", "").status_code == 200, "no password yet"
    assert "maria" in maria.get(address).text
    assert maria.post(address, at=address, **CHOSEN).location == "/sign-in/telephone"
    assert maria.get("/").location == "/sign-in", "the password alone opens nothing"
    assert maria.connect_telephone().status_code == 200
    assert maria.get("/").text == "maria ['social_worker'] team"
    assert office.browser().get(address).status_code == 404
    assert office.browser().sign_in("maria", CHOSEN["password"]).status_code == 303


def test_an_invitation_is_too_old_after_a_day(office: Office) -> None:
    address = invite(office, office.signed_in("administrator"))
    office.clock.pass_(hours=24)
    assert office.browser().get(address).status_code == 404


def test_an_invitation_is_shown_once(office: Office) -> None:
    browser = office.signed_in("administrator")
    invite(office, browser)
    assert "/invitation/" not in browser.get(f"/users/{id_of(office, 'maria')}").text


def test_a_reset_ends_sessions_and_the_old_password(office: Office) -> None:
    ana, administrator = office.signed_in("ana"), office.signed_in("administrator")
    shown = administrator.post(f"/users/{id_of(office, 'ana')}/invitation", at="/profile").text
    assert ana.get("/").status_code == 303
    assert office.browser().sign_in("ana").status_code == 401
    again = administrator.post(f"/users/{id_of(office, 'ana')}/invitation", at="/profile").text
    assert office.browser().get(invitation_in(shown)).status_code == 404, "a newer one takes its place"
    assert office.browser().post(invitation_in(again), at=invitation_in(again), **CHOSEN).status_code == 303


def test_closing_an_account_ends_its_sessions(office: Office) -> None:
    ana, administrator = office.signed_in("ana"), office.signed_in("administrator")
    administrator.post(f"/users/{id_of(office, 'ana')}/close", at="/profile")
    assert ana.get("/").status_code == 303
    assert office.browser().sign_in("ana").status_code == 401
    administrator.post(f"/users/{id_of(office, 'ana')}/open", at="/profile")
    assert office.browser().sign_in("ana").status_code == 303


def test_a_changed_role_counts_from_the_next_page(office: Office) -> None:
    ana, administrator = office.signed_in("ana"), office.signed_in("administrator")
    here = f"/users/{id_of(office, 'ana')}"
    roles = ["volunteer", "accountant"]
    answer = administrator.post(here, at=here, last_name="P", first_name="A", roles=roles)
    assert answer.status_code == 303
    assert ana.get("/").text == "ana ['accountant', 'volunteer'] all"


def test_an_invented_role_is_refused(office: Office) -> None:
    administrator = office.signed_in("administrator")
    here = f"/users/{id_of(office, 'ana')}"
    answer = administrator.post(here, at=here, last_name="Pop", first_name="Ana", roles=["Admin"])
    assert answer.status_code == 422


@pytest.mark.parametrize(
    ("act", "answers"),
    [
        ("", {"last_name": "A", "first_name": "B", "roles": []}),
        ("/close", {}),
        ("/invitation", {}),
    ],
)
def test_the_last_administrator_stays(office: Office, act: str, answers: dict[str, object]) -> None:
    administrator = office.signed_in("administrator")
    here = f"/users/{id_of(office, 'administrator')}"
    answer = administrator.post(f"{here}{act}", at=here, **answers)
    assert answer.status_code == 422
    assert "This is the last administrator who can sign in" in answer.text
    assert administrator.get("/").text == "administrator ['administrator'] none"
    office.user("second", "administrator")
    assert administrator.post(f"{here}{act}", at=here, **answers, sure="1").status_code in (200, 303)


@pytest.fixture
def office_with_personnel(office: Office) -> Office:
    """An office whose accountant looks after the users without being administrator."""
    definition = office.services.definition
    accountant = definition.roles["accountant"].model_copy(update={"pages": frozenset({"users"})})
    roles = [accountant if role.role == "accountant" else role for role in definition.roles.roles]
    changed = definition.roles.model_copy(update={"roles": roles})
    office.services.definition = replace(definition, roles=changed)
    with office.services.store.writing() as session:
        sync_permissions(session, changed, definition.forms)
    office.user("dora", "accountant")
    return office


def test_only_an_administrator_appoints_one(office_with_personnel: Office) -> None:
    dora = office_with_personnel.signed_in("dora")
    answer = dora.post("/users/new", at="/users/new", **{**NEW, "roles": ["administrator"]})
    assert answer.status_code == 422
    assert "Only an administrator appoints or dismisses administrators." in answer.text
    here = f"/users/{id_of(office_with_personnel, 'dora')}"
    assert dora.post(here, at=here, last_name="P", first_name="D", roles=["administrator"]).status_code == 422
    assert dora.post("/users/new", at="/users/new", **NEW).status_code == 200


@pytest.mark.parametrize("act", ["/invitation", "/close", ""])
def test_only_an_administrator_changes_one(office_with_personnel: Office, act: str) -> None:
    dora = office_with_personnel.signed_in("dora")
    here = f"/users/{id_of(office_with_personnel, 'administrator')}"
    answer = dora.post(f"{here}{act}", at=here, last_name="P", first_name="D", roles=["administrator"])
    assert answer.status_code == 422
    assert "/invitation/" not in answer.text.replace(f"{here}/invitation", "")


def test_two_users_never_share_a_name(office: Office) -> None:
    administrator = office.signed_in("administrator")
    answer = administrator.post("/users/new", at="/users/new", **{**NEW, "user_name": "ana"})
    assert answer.status_code == 422
    assert "There is already a user" in answer.text


def test_a_user_name_is_kept_in_small_letters(office: Office) -> None:
    administrator = office.signed_in("administrator")
    made = administrator.post("/users/new", at="/users/new", **{**NEW, "user_name": " Ioana.M\u200b "})
    assert made.status_code == 200 and "ioana.m" in made.text
    again = administrator.post("/users/new", at="/users/new", **{**NEW, "user_name": "IOANA.M"})
    assert again.status_code == 422 and "There is already a user" in again.text


def test_a_missing_user_is_not_found(office: Office) -> None:
    administrator = office.signed_in("administrator")
    assert administrator.get("/users/999").status_code == 404
    for act in ("/invitation", "/close", "/open"):
        assert administrator.post(f"/users/999{act}", at="/profile").status_code == 404


def test_the_list_of_users_says_who_may_come_in(office: Office) -> None:
    administrator = office.signed_in("administrator")
    invite(office, administrator)
    shown = administrator.get("/users").text
    assert "Pop Maria" in shown and "Cluj" in shown and "invited" in shown and "Asistent social" in shown


def test_many_users_cost_no_more_statements(office: Office) -> None:
    administrator = office.signed_in("administrator")
    administrator.get("/users")
    with counted(office) as few:
        administrator.get("/users")
    for number in range(30):
        office.user(f"user{number}", "volunteer", password=None, team=f"team{number % 3}")
    with counted(office) as many:
        administrator.get("/users")
    assert len(few) == len(many) <= 7, "session, users, roles, teams, telephones and access that wait, days"


def test_the_roles_page_shows_every_role_and_form(office: Office) -> None:
    shown = office.signed_in("administrator").get("/roles").text
    for role in office.services.definition.roles.roles:
        assert role.title["ro"] in shown
    assert "Raport de vizită" in shown


def test_the_password_is_kept_as_a_slow_hash_only(office: Office) -> None:
    kept = office.services.session.scalar(select(User.password).where(User.username == "ana"))
    office.services.session.remove()
    assert kept.startswith("scrypt:") and PASSWORD not in kept


def test_users_and_teams_stand_in_the_order_of_the_romanian_alphabet(office: Office) -> None:
    browser = office.signed_in("administrator")
    for number, name in enumerate(("Țîrcă", "Tudor", "Ștefan", "Stan")):
        asked = {**NEW, "user_name": f"user{number}", "last_name": name}
        browser.post("/users/new", at="/users/new", **asked, new_team=f"Echipa {name}")
    with office.services.session() as session:
        told = [user.last_name for user in all_users(session) if user.username.startswith("user")]
        of_teams = [team.name for team in all_work_teams(session) if team.name.startswith("Echipa")]
    assert told == ["Stan", "Ștefan", "Tudor", "Țîrcă"]
    assert of_teams == [f"Echipa {name}" for name in told]


def test_whoever_reads_the_list_of_users_has_signed_in(office: Office) -> None:
    """By the invitation too; and where the past wrote nothing down, for herself at least."""
    administrator = office.signed_in("administrator")
    address = invite(office, administrator)
    assert "never" in administrator.get("/users").text
    maria = office.browser()
    maria.post(address, at=address, **CHOSEN)
    maria.connect_telephone()
    with office.services.store.writing() as session:
        session.execute(update(User).where(User.username == "administrator").values(last_login=None))
    lines = re.findall(r"<tr>.*?</tr>", administrator.get("/users").text, re.DOTALL)
    signed_in = [line for line in lines if "maria" in line or "administrator" in line]
    assert len(signed_in) == 2 and not [line for line in signed_in if "never" in line]
