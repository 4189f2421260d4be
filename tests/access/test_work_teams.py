"""Teams of workers: one name each, however it is spelled; renamed and dissolved."""

import pytest
from sqlalchemy import select

from dosar.access.accounts.work_teams import all_work_teams, dissolve_work_team, rename_work_team, team_name_key
from dosar.access.framework import Group, Role
from dosar.access.worker import worker_for
from dosar.language.organisation.roles import ADMINISTRATOR
from dosar.language.text.message import Mistake
from tests.access.conftest import Browser, Office
from tests.access.test_account_history import change, told
from tests.access.test_account_history import office as office
from tests.access.test_people import id_of
from tests.access.test_people import office_with_personnel as office_with_personnel


@pytest.fixture
def administrator(office: Office) -> Browser:
    return office.signed_in("administrator")


def teams(office: Office) -> dict[str, int]:
    with office.app.app_context():
        found = {team.name: team.id for team in all_work_teams(office.services.session)}
        office.services.session.remove()
    return found


@pytest.mark.parametrize(
    "other",
    [
        "Iaşi  Nord",
        "IASI NORD",
        " iași nord",
        "Ias\u0326i Nord",
        "Iași\u00a0Nord",
        "Iași-Nord",
    ],
)
def test_spellings_of_one_name_are_one(other: str) -> None:
    assert team_name_key(other) == team_name_key("Iași Nord")


def test_other_names_stay_apart() -> None:
    assert len({team_name_key(name) for name in ("Iași", "Iași 2", "!", "!!")}) == 4


def test_a_russian_name_with_and_without_its_dots_is_one() -> None:
    assert team_name_key("Ёлка") == team_name_key("елка") != team_name_key("Йолка")


def test_a_team_is_found_however_it_is_spelled(office: Office, administrator: Browser) -> None:
    assert change(office, administrator, "ana", roles=["lawyer"], new_team=" Iași   Nord ") == 303
    assert change(office, administrator, "carmen", roles=["lawyer"], new_team="iasi nord") == 303
    assert list(teams(office)) == ["Iași Nord"]
    assert told(office, "carmen")[-1][1]["teams"] == [[], ["Iași Nord"]], "others are in it: a second person confirms"


def test_a_team_gets_another_name(office: Office, administrator: Browser) -> None:
    for user, team in (("ana", "Cluj"), ("carmen", "Zalău"), ("second", "Alba")):
        change(office, administrator, user, roles=["coordinator"], new_team=team)
    here = f"/teams/{teams(office)['Cluj']}"
    assert administrator.post(here, at="/teams", was="Cluj", name="Cluj-Napoca").status_code == 303
    for was, name, said in (
        ("Cluj", "Dej", "Somebody else renamed this team"),
        ("Cluj-Napoca", "zalau", "There is already a team"),
        ("Cluj-Napoca", " ", "Write a name"),
        ("Cluj-Napoca", "x" * 101, "Write a name"),
    ):
        answer = administrator.post(here, at="/teams", was=was, name=name)
        assert answer.status_code == 422 and said in answer.text
    assert administrator.post(here, at="/teams", was="Cluj-Napoca", name="CLUJ NAPOCA").status_code == 303
    assert list(teams(office)) == ["Alba", "CLUJ NAPOCA", "Zalău"]
    assert "Team renamed" in office.signed_in("administrator").get("/account-history").text


def test_a_dissolved_team_opens_no_case_any_more(office: Office, administrator: Browser) -> None:
    for user in ("ana", "carmen"):
        change(office, administrator, user, roles=["social_worker"], new_team="Cluj")
    here = f"/teams/{teams(office)['Cluj']}/dissolve"
    assert administrator.post(here, at="/teams").status_code == 303
    assert teams(office) == {}
    assert told(office, "ana")[-1] == ("changed", {"teams": [["Cluj"], []]})
    assert administrator.post(here, at="/profile").status_code == 404
    assert f"/users/{id_of(office, 'ana')}" in administrator.get("/users").text


def team_of_administrators(office: Office) -> int:
    """A team whose people are administrators by being in it."""
    with office.app.app_context(), office.services.store.writing() as session:
        role = session.scalars(select(Role).where(Role.name == ADMINISTRATOR)).one()
        team = Group(name="Șefi", label="Șefi", description="", roles=[role])
        session.add(team)
        session.flush()
        return int(team.id)


def test_a_team_of_administrators_is_changed_by_administrators_alone(office_with_personnel: Office) -> None:
    """Dora looks after accounts without being an administrator: neither a page nor what is behind it obeys her."""
    office, number = office_with_personnel, team_of_administrators(office_with_personnel)
    dora, refusal = office.signed_in("dora"), "Only an administrator renames or dissolves a team that makes"
    page = dora.get("/teams").text
    assert refusal in page and f"/teams/{number}" not in page, "she is told, and offered nothing"
    renamed = {"was": "Șefi", "name": "Oaspeți"}
    for address, answers in ((f"/teams/{number}", renamed), (f"/teams/{number}/dissolve", {})):
        answer = dora.post(address, at="/teams", **answers)
        assert answer.status_code == 422 and refusal in answer.text
    with office.app.app_context():
        worker = worker_for(office.services, id_of(office, "dora"))
        assert worker is not None
        with pytest.raises(Mistake, match=refusal):
            rename_work_team(office.services, worker, number, "Șefi", "Oaspeți")
        with pytest.raises(Mistake, match=refusal):
            dissolve_work_team(office.services, worker, number)
    assert teams(office) == {"Șefi": number}
    administrator = office.signed_in("administrator")
    assert administrator.post(f"/teams/{number}", at="/teams", was="Șefi", name="Conducere").status_code == 303
    assert administrator.post(f"/teams/{number}/dissolve", at="/teams").status_code == 303
    assert teams(office) == {}
