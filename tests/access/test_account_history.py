"""Accounts leave a trace: who did what to whose account, for coordinators to read and for nobody to change."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import MetaData, Table, delete, insert, select, update
from sqlalchemy.exc import DatabaseError

from dosar.access.accounts.access_requests import confirm_access, waiting_requests
from dosar.access.appbuilder.install import create_access_tables
from dosar.access.audit.account_log import account_entries
from dosar.access.migrations import VERSION_TABLE, migrate
from dosar.access.organisation.settings import Organisation
from dosar.access.tables import account_history_table as history
from dosar.access.worker import worker_for
from dosar.database.store import Store
from tests.access.conftest import Browser, Office, Opening
from tests.access.test_people import CHOSEN, NEW, id_of, invitation_in


@pytest.fixture
def office(store: Store, opening: Opening) -> Iterator[Office]:
    """On both databases: an administrator with a colleague, a coordinator and a case manager."""
    yield with_colleagues(opening(store))


def with_colleagues(opened: Office) -> Office:
    with opened.app.app_context(), opened.services.store.writing():
        opened.services.update_organisation(Organisation("Asociația Drumul Lin", "en"))
    for user, role in (
        ("administrator", "administrator"),
        ("second", "administrator"),
        ("carmen", "coordinator"),
        ("ana", "case_manager"),
    ):
        opened.user(user, role)
    return opened


def told(office: Office, user: str) -> list[tuple[str, dict[str, list[object]]]]:
    with office.app.app_context():
        found = account_entries(office.services, 50, user_id=id_of(office, user))
        office.services.session.remove()
    return [(entry.action, dict(entry.changes)) for entry in reversed(found)]


def confirm_waiting(office: Office, by: str = "carmen") -> None:
    """A second person confirms whatever waits for one."""
    with office.app.app_context():
        worker = worker_for(office.services, id_of(office, by))
        for waiting in waiting_requests(office.services):
            confirm_access(office.services, worker, waiting.id, lambda leaver, to: None)
        office.services.session.remove()


def change(office: Office, browser: Browser, user: str, **answers: object) -> int:
    here = f"/users/{id_of(office, user)}"
    return browser.post(here, at=here, **{"last_name": "Pop", "first_name": "Ana", **answers}).status_code


def test_what_happens_to_an_account_is_told_to_coordinators(office: Office) -> None:
    administrator = office.signed_in("administrator")
    address = invitation_in(administrator.post("/users/new", at="/users/new", **NEW, new_team="Cluj").text)
    office.browser().post(address, at=address, **CHOSEN)
    confirm_waiting(office)
    change(office, administrator, "maria", first_name="Maria", roles=["volunteer", "lawyer"])
    confirm_waiting(office)
    for act in ("close", "open", "invitation"):
        administrator.post(f"/users/{id_of(office, 'maria')}/{act}", at="/profile")
    assert told(office, "maria") == [
        (
            "added",
            {
                "user_name": ["", "maria"],
                "last_name": ["", "Pop"],
                "first_name": ["", "Maria"],
                "teams": [[], ["Cluj"]],
            },
        ),
        ("access_asked", {"roles": [[], ["social_worker"]]}),
        ("invited", {}),
        ("joined", {}),
        ("access_confirmed", {"roles": [[], ["social_worker"]]}),
        ("changed", {"roles": [["social_worker"], []], "teams": [["Cluj"], []]}),
        ("access_asked", {"roles": [[], ["lawyer", "volunteer"]]}),
        ("access_confirmed", {"roles": [[], ["lawyer"]]}),
        ("access_confirmed", {"roles": [["lawyer"], ["lawyer", "volunteer"]]}),
        ("closed", {}),
        ("opened", {}),
        ("changed", {"roles": [["lawyer", "volunteer"], []]}),
        ("access_asked", {"roles": [[], ["lawyer", "volunteer"]]}),
        ("invited", {}),
    ]
    shown = office.signed_in("carmen").get("/account-history").text
    assert "Administrator Probă (administrator)" in shown and "Maria Pop (maria): Account closed" in shown
    assert "What was changed</th>" in shown and "Question</th>" not in shown
    assert "Lawyer, Volunteer" in shown or "Volunteer, Lawyer" in shown
    assert CHOSEN["password"] not in shown and "/invitation/" not in shown


def test_only_some_read_it(office: Office) -> None:
    assert office.signed_in("ana").get("/account-history").status_code == 403
    only_ana = office.signed_in("carmen").get(f"/account-history?user={id_of(office, 'ana')}").text
    assert "(ana): " in only_ana and "(second)" not in only_ana
    assert office.signed_in("carmen").get(f"/account-history?user={10**30}").status_code == 200


def test_what_changes_nothing_leaves_no_entry(office: Office) -> None:
    administrator, before = office.signed_in("administrator"), told(office, "ana")
    answers = {"last_name": "Probă", "first_name": "Ana", "roles": ["case_manager"]}
    assert change(office, administrator, "ana", **answers) == 303
    administrator.post(f"/users/{id_of(office, 'ana')}/open", at="/profile")
    assert change(office, administrator, "second", roles=["no_such_role"]) == 422
    assert told(office, "ana") == before


@pytest.mark.parametrize(
    "statement",
    [
        update(history).values(action="joined"),
        update(history).values(by_id=None),
        delete(history),
        insert(history)
        .prefix_with("OR REPLACE", dialect="sqlite")
        .values(
            id=1,
            at=select(history.c.at).limit(1).scalar_subquery(),
            action="joined",
            changes={},
        ),
    ],
)
def test_the_database_itself_refuses_to_change_it(office: Office, statement: object) -> None:
    with pytest.raises(DatabaseError), office.services.store.writing() as session:
        session.execute(statement)


def test_a_database_of_before_gets_its_history(store: Store, first_step: Path, opening: Opening) -> None:
    with store.writing() as session:
        migrate(session.connection(), first_step)
        history.drop(session.connection())
        Table(VERSION_TABLE, MetaData()).drop(session.connection())
    office = with_colleagues(opening(store))
    for _ in range(2):
        with store.writing() as session:
            create_access_tables(session.connection())
    assert change(office, office.signed_in("administrator"), "ana", roles=["lawyer"]) == 303
    assert [action for action, _ in told(office, "ana")] == ["added", "changed", "access_asked"]
    with pytest.raises(DatabaseError), store.writing() as session:
        session.execute(delete(history))


def test_nobody_gives_herself_a_role_or_a_team(office: Office) -> None:
    administrator, second = office.signed_in("administrator"), office.signed_in("second")
    here = f"/users/{id_of(office, 'administrator')}"
    for more in ({"roles": ["administrator", "coordinator"]}, {"roles": ["administrator"], "new_team": "Cluj"}):
        answer = administrator.post(here, at=here, last_name="P", first_name="A", **more)
        assert answer.status_code == 422 and "Ask another administrator." in answer.text
    both = ["administrator", "coordinator"]
    assert change(office, second, "administrator", roles=both, new_team="Cluj") == 303
    assert change(office, administrator, "administrator", roles=["administrator"]) == 303, "she may give one up"


def opened_page(browser: Browser, here: str) -> dict[str, object]:
    """What the page of a user has in its hidden boxes when it is opened."""
    page = browser.get(here).text
    return {"seen": page.split('name="seen" value="')[1].split('"')[0], "last_name": "Probă", "first_name": "Ana"}


def test_two_administrators_on_one_page_clash(office: Office) -> None:
    one, other = office.signed_in("administrator"), office.signed_in("second")
    here = f"/users/{id_of(office, 'ana')}"
    boxes = opened_page(one, here)
    assert change(office, other, "ana", last_name="Probă", roles=["case_manager", "lawyer"]) == 303
    confirm_waiting(office)
    answer = one.post(here, at=here, **{**boxes, "last_name": "Popa", "roles": ["case_manager"]})
    assert answer.status_code == 409
    assert "Carmen Probă (carmen)" in answer.text and "Case manager → Case manager, Lawyer" in answer.text
    assert 'value="Popa"' in answer.text, "what she typed"
    assert 'value="lawyer" checked' in answer.text, "where she changed nothing, what was saved meanwhile stays"
    assert told(office, "ana")[-1][1] == {"roles": [["case_manager"], ["case_manager", "lawyer"]]}

    now = answer.text.split('name="seen" value="')[1].split('"')[0]
    typed = {"seen": now, "last_name": "Popa", "first_name": "Ana", "roles": ["case_manager", "lawyer"]}
    assert one.post(here, at=here, **typed).status_code == 303
    assert told(office, "ana")[-1] == ("changed", {"last_name": ["Probă", "Popa"]})


def test_what_she_typed_herself_stands_against_the_saved(office: Office) -> None:
    one, other = office.signed_in("administrator"), office.signed_in("second")
    here = f"/users/{id_of(office, 'ana')}"
    boxes = opened_page(one, here)
    change(office, other, "ana", last_name="Probă", roles=["lawyer"])
    confirm_waiting(office)
    shown = one.post(here, at=here, **{**boxes, "roles": ["volunteer"]}).text
    assert 'value="volunteer" checked' in shown and 'value="lawyer" checked' not in shown


def test_an_account_closed_meanwhile_is_told_too(office: Office) -> None:
    one, here = office.signed_in("administrator"), f"/users/{id_of(office, 'ana')}"
    boxes = opened_page(one, here)
    office.signed_in("second").post(f"{here}/close", at="/profile")
    answer = one.post(here, at=here, **{**boxes, "roles": ["lawyer"]})
    assert answer.status_code == 409 and "Account closed" in answer.text
