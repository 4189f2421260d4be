"""Nobody opens cases to anybody alone: a second person confirms roles and teams."""

from collections.abc import Iterator

import pytest
from sqlalchemy import insert, select

from dosar.access.accounts.access_requests import REQUEST_LIFETIME, waiting_requests
from dosar.access.accounts.administrators import able_administrators
from dosar.access.framework import Group, Role, User
from dosar.access.organisation.settings import Organisation
from dosar.access.recovery.rescue import confirm_at_computer
from dosar.access.tables import access_request_table, group_role_table, role_table
from dosar.database.store import Store
from tests.access.conftest import Browser, Office, Opening
from tests.access.test_people import CHOSEN, NEW, id_of, invitation_in


@pytest.fixture
def office(store: Store, opening: Opening) -> Iterator[Office]:
    """On both databases: an administrator, a coordinator, and a case manager with a social worker in one team."""
    opened = opening(store)
    with opened.app.app_context(), opened.services.store.writing():
        opened.services.update_organisation(Organisation("Asociația Drumul Lin", "en"))
    opened.user("administrator", "administrator")
    opened.user("carmen", "coordinator")
    opened.user("ana", "case_manager", team="Cluj")
    opened.user("vera", "volunteer")
    yield opened


@pytest.fixture
def administrator(office: Office) -> Browser:
    return office.signed_in("administrator")


@pytest.fixture
def carmen(office: Office) -> Browser:
    return office.signed_in("carmen")


def give(browser: Browser, office: Office, user: str, **answers: object) -> int:
    here = f"/users/{id_of(office, user)}"
    return browser.post(here, at=here, **{"last_name": "Probă", "first_name": user.title(), **answers}).status_code


def waiting(office: Office) -> list[tuple[str, str]]:
    with office.app.app_context():
        found = [(request.kind, request.name) for request in waiting_requests(office.services)]
        office.services.session.remove()
    return found


def decide(browser: Browser, office: Office, what: str = "confirm", at: int = 0) -> str:
    """Press a button of what waits; what is said then."""
    with office.app.app_context():
        number = waiting_requests(office.services)[at].id
        office.services.session.remove()
    answer = browser.post(f"/access-requests/{number}/{what}", at="/profile")
    return browser.get(answer.location).text if answer.location else answer.text


def test_a_role_waits_for_the_coordinator(office: Office, administrator: Browser, carmen: Browser) -> None:
    vera = office.signed_in("vera")
    assert give(administrator, office, "vera", roles=["volunteer", "case_manager"]) == 303
    assert vera.get("/").text == "vera ['volunteer'] own"
    shown = administrator.get(f"/users/{id_of(office, 'vera')}").text
    assert (
        "Case manager · Administrator Probă asked on" in shown
        and "a second person is asked" in administrator.get("/users").text
    )
    assert "Case manager <span" in shown and "waits for a second person" in shown
    assert "May confirm it, under “Waiting access”: Carmen Probă." in shown
    assert "Vera Probă" in carmen.get("/access-requests").text
    assert "It counts from the person" in decide(carmen, office)
    assert vera.get("/").text == "vera ['case_manager', 'volunteer'] own"
    assert waiting(office) == []
    told = carmen.get(f"/account-history?user={id_of(office, 'vera')}").text
    assert "Asked a second person to confirm" in told and "Confirmed as the second person" in told


def test_neither_who_asked_nor_who_is_given_it_confirms(
    office: Office, administrator: Browser, carmen: Browser
) -> None:
    give(administrator, office, "carmen", roles=["coordinator", "administrator"])
    for herself in (administrator, carmen):
        assert "A second person confirms it" in decide(herself, office)
    assert waiting(office) == [("role", "administrator")]
    assert office.signed_in("ana").get("/access-requests").status_code == 403
    with office.app.app_context():
        assert able_administrators(office.services) == {id_of(office, "administrator")}


def test_a_team_opens_cases_too(office: Office, administrator: Browser, carmen: Browser) -> None:
    """To be in one with others, that is; a team of one's own opens nothing."""
    cluj = next(group.id for group in office.services.session.scalars(select(Group)))
    office.services.session.remove()
    assert give(administrator, office, "vera", roles=["volunteer"], teams=[str(cluj)], new_team="Zalău") == 303
    assert waiting(office) == [("team", "Cluj")]
    decide(carmen, office)
    with office.app.app_context():
        vera = office.services.session.get_one(User, id_of(office, "vera"))
        assert {group.name for group in vera.groups} == {"Cluj", "Zalău"}
        office.services.session.remove()


def test_a_new_user_sees_nothing_before_it_is_confirmed(
    office: Office, administrator: Browser, carmen: Browser
) -> None:
    address = invitation_in(administrator.post("/users/new", at="/users/new", **NEW).text)
    maria = office.browser()
    maria.post(address, at=address, **CHOSEN)
    maria.connect_telephone()
    assert maria.get("/").text == "maria [] none"
    decide(carmen, office)
    assert maria.get("/").text == "maria ['social_worker'] team"


def test_what_waits_is_withdrawn_refused_or_too_old(office: Office, administrator: Browser, carmen: Browser) -> None:
    for end in ("administrator", "carmen", "time"):
        give(administrator, office, "vera", roles=["volunteer", "lawyer"])
        assert waiting(office) == [("role", "lawyer")]
        if end == "time":
            office.clock.pass_(days=REQUEST_LIFETIME.days)
        else:
            decide(administrator if end == "administrator" else carmen, office, "refuse")
        assert waiting(office) == []
    again = office.signed_in("administrator")
    give(again, office, "vera", roles=["volunteer", "lawyer"])
    assert waiting(office) == [("role", "lawyer")], "she may ask anew"
    with office.services.session() as session:
        assert len(session.scalars(select(access_request_table.c.id)).all()) == 1, "what is too old is gone"


def test_nobody_is_given_another_team_under_the_name_that_was_asked_for(office: Office, administrator: Browser) -> None:
    office.user("dan", "social_worker", team="Echipa")
    with office.services.session() as session:
        cluj, echipa = (
            session.scalars(select(Group.id).where(Group.name == name)).one() for name in ("Cluj", "Echipa")
        )
    give(administrator, office, "vera", roles=["volunteer"], teams=[str(cluj)])
    assert waiting(office) == [("team", "Cluj")]
    for team, was, name in ((cluj, "Cluj", "Cluj vechi"), (echipa, "Echipa", "Cluj")):
        renamed = administrator.post(f"/teams/{team}", at="/teams", was=was, name=name)
        assert renamed.status_code == 303
        assert waiting(office) == []
    told = administrator.get(f"/account-history?user={id_of(office, 'vera')}").text
    assert "Let nothing come of what was asked" in told


def test_what_was_asked_for_while_the_clock_was_ahead_waits_no_more(office: Office, administrator: Browser) -> None:
    office.clock.pass_(days=365)
    give(office.signed_in("administrator"), office, "vera", roles=["volunteer", "lawyer"])
    office.clock.pass_(days=-365)
    assert waiting(office) == []
    give(office.signed_in("administrator"), office, "vera", roles=["volunteer", "lawyer"])
    assert waiting(office) == [("role", "lawyer")], "she may ask anew"


def test_an_account_is_opened_again_without_what_it_held(
    office: Office, administrator: Browser, carmen: Browser
) -> None:
    ana = id_of(office, "ana")
    for act in ("close", "open"):
        administrator.post(f"/users/{ana}/{act}", at="/profile")
    assert office.signed_in("ana").get("/").text == "ana [] none"
    decide(carmen, office)
    assert office.signed_in("ana").get("/").text == "ana ['case_manager'] own"


def test_to_take_something_away_needs_one_person(office: Office, administrator: Browser) -> None:
    give(administrator, office, "ana", roles=[])
    assert office.signed_in("ana").get("/").text == "ana [] none" and waiting(office) == []


def test_closing_whoever_could_confirm_helps_nobody(office: Office, administrator: Browser) -> None:
    for act in ("invitation", "close"):
        administrator.post(f"/users/{id_of(office, 'carmen')}/{act}", at="/profile")
    give(administrator, office, "vera", roles=["volunteer", "coordinator"])
    assert office.signed_in("vera").get("/").text == "vera ['volunteer'] own"
    assert waiting(office) == [("role", "coordinator")]
    with office.app.app_context():
        confirm_at_computer(office.services, "vera")
    assert office.signed_in("vera").get("/").text == "vera ['coordinator', 'volunteer'] all", "who has the key may"


def test_at_the_set_up_one_person_is_enough_and_it_is_said(new_office: Office) -> None:
    new_office.user("administrator", "administrator")
    new_office.user("vera", "volunteer")
    administrator = new_office.signed_in("administrator")
    give(administrator, new_office, "vera", roles=["coordinator"])
    assert new_office.signed_in("vera").get("/").text == "vera ['coordinator'] all"
    told = administrator.get(f"/account-history?user={id_of(new_office, 'vera')}").text
    assert "Access given by one person" in told
    new_office.user("ion", "volunteer")
    give(administrator, new_office, "ion", roles=["lawyer"])
    assert waiting(new_office) == [("role", "lawyer")], "now there is a second one"


def test_a_team_that_makes_administrators_is_dissolved_by_one_and_not_the_last(office: Office) -> None:
    """Whoever looks after accounts without being one does not dismiss them by its back door."""
    administrator_id, vera_id = id_of(office, "administrator"), id_of(office, "vera")
    with office.services.store.writing() as session:
        role = session.scalar(select(role_table.c.id).where(role_table.c.name == "administrator"))
        team = Group(name="Șefi", label="Șefi", description="")
        session.add(team)
        session.flush()
        session.execute(insert(group_role_table).values(group_id=team.id, role_id=role))
        chief = session.get_one(User, administrator_id)
        chief.roles, chief.groups, number = [], [team], team.id
        vera = session.get_one(User, vera_id)
        vera.roles = [session.scalars(select(Role).where(Role.name == "accountant")).one()]
    administrator = office.signed_in("administrator")
    answer = administrator.post(f"/teams/{number}/dissolve", at="/teams")
    assert answer.status_code == 422 and "This is the last administrator who can sign in" in answer.text
    assert administrator.get("/users").status_code == 200
