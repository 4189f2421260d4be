"""An account, and a place in a team, from a day until a day: by the organisation's clock, whatever is open."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select

from dosar.access.accounts.access_periods import AccessPeriod
from dosar.access.accounts.users import change_user_days
from dosar.access.framework import Group
from dosar.access.organisation.settings import Organisation
from dosar.access.worker import worker_for
from dosar.database.store import Store
from dosar.database.users import ACCOUNT_ITSELF
from tests.access.conftest import PASSWORD, Browser, Office, Opening
from tests.access.test_people import id_of

TODAY = date(2026, 11, 22)
TOMORROW = TODAY + timedelta(days=1)


@pytest.fixture
def office(store: Store, opening: Opening) -> Iterator[Office]:
    """On both databases: an administrator, and a social worker with a case manager in the team of Cluj."""
    opened = opening(store)
    with opened.app.app_context(), opened.services.store.writing():
        opened.services.update_organisation(Organisation("Asociația Drumul Lin", "en", "RO"))
    opened.user("administrator", "administrator")
    opened.user("ana", "case_manager", team="Cluj")
    opened.user("sanda", "social_worker", team="Cluj")
    yield opened


def team_of(office: Office) -> int:
    with office.services.session() as session:
        return int(session.scalars(select(Group.id)).one())


def give_days(office: Office, user: str, days: AccessPeriod, team: int = ACCOUNT_ITSELF) -> None:
    with office.app.app_context():
        administrator = worker_for(office.services, id_of(office, "administrator"))
        change_user_days(office.services, administrator, id_of(office, user), {team: days})
        office.services.session.remove()


def colleagues(office: Office, user: str) -> set[int]:
    with office.app.app_context():
        found = {*worker_for(office.services, id_of(office, user)).scope.colleagues}
        office.services.session.remove()
    return found


def is_in(browser: Browser) -> bool:
    return browser.get("/").status_code == 200


def at_midnight(office: Office) -> None:
    """One minute before midnight in Bucharest: two hours before that of Greenwich."""
    office.clock.moment = datetime(2026, 11, 22, 21, 59)


def test_an_account_is_over_at_midnight_also_in_an_open_session(office: Office) -> None:
    give_days(office, "ana", AccessPeriod(until=TODAY))
    at_midnight(office)
    ana = office.signed_in("ana")
    assert is_in(ana)
    office.clock.pass_(minutes=1)
    assert not is_in(ana)
    assert office.browser().give_password("ana", PASSWORD).status_code == 401
    office.clock.pass_(days=300)
    assert not is_in(ana)


def test_an_account_opens_on_its_first_day(office: Office) -> None:
    give_days(office, "ana", AccessPeriod(since=TOMORROW))
    at_midnight(office)
    assert office.browser().give_password("ana", PASSWORD).status_code == 401
    office.clock.pass_(minutes=1)
    assert is_in(office.signed_in("ana"))


def test_a_place_in_a_team_ends_for_both_sides(office: Office) -> None:
    """Sanda reaches Ana's cases while they are in one team; whose place of the two ends makes no difference."""
    both = {id_of(office, "ana"), id_of(office, "sanda")}
    assert colleagues(office, "sanda") == both
    give_days(office, "ana", AccessPeriod(until=TODAY), team_of(office))
    at_midnight(office)
    assert colleagues(office, "sanda") == both
    office.clock.pass_(minutes=1)
    assert colleagues(office, "sanda") == {id_of(office, "sanda")}


def test_days_are_made_fewer_by_one_person_and_never_more(office: Office) -> None:
    administrator, here = office.signed_in("administrator"), f"/users/{id_of(office, 'ana')}"
    boxes = {"last_name": "Probă", "first_name": "Ana", "roles": ["case_manager"], "teams": [str(team_of(office))]}
    for until, status in (("30.11.2026", 303), ("25.11.2026", 303), ("26.11.2026", 422), ("", 422), ("31.2.", 422)):
        answer = administrator.post(here, at=here, **boxes, until=until)
        assert answer.status_code == status, until
    assert 'value="31.2."' in answer.text, "what was typed stays"
    assert "open until 25" in administrator.get("/users").text
    assert "Days of the account" in administrator.get(f"/account-history?user={id_of(office, 'ana')}").text
    team = f"{here}/teams/{team_of(office)}"
    assert administrator.post(team, at=here, since="", until="24.11.2026").status_code == 303
    assert 'value="24 Nov 2026"' in administrator.get(here).text
    assert "These days are more than before" in administrator.post(team, at=here, since="", until="").text
    assert administrator.post(f"{here}/teams/999", at=here, until="24.11.2026").status_code == 404
    assert (
        "The last day lies before the first one."
        in administrator.post(team, at=here, since="24.11.2026", until="23.11.2026").text
    )


def test_the_last_administrator_has_no_last_day(office: Office) -> None:
    administrator, here = office.signed_in("administrator"), f"/users/{id_of(office, 'administrator')}"
    boxes = {"last_name": "Probă", "first_name": "A", "roles": ["administrator"], "until": "30.11.2026"}
    answer = administrator.post(here, at=here, **boxes)
    assert answer.status_code == 422 and "This is the last administrator who can sign in" in answer.text


def test_who_comes_again_begins_anew(office: Office) -> None:
    """Closed and opened again: no days any more, and her devices are strange ones."""
    ana = office.signed_in("ana")
    known = next(cookie for cookie in ana.client._cookies.values() if cookie.key.startswith("known-"))
    assert known
    give_days(office, "ana", AccessPeriod(until=TODAY))
    administrator, number = office.signed_in("administrator"), id_of(office, "ana")
    office.clock.pass_(minutes=1)
    for act in ("close", "open"):
        administrator.post(f"/users/{number}/{act}", at="/profile")
    assert not is_in(ana)
    with ana.client.application.test_request_context(headers={"Cookie": f"{known.key}={known.value}"}):
        from dosar.access.login.known_devices import known_device

        assert known_device("ana") is None
    office.clock.pass_(days=2)
    assert is_in(office.signed_in("ana"))
