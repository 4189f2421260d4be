"""Flask-AppBuilder's roles are the roles: what its tables permit is what a request may do."""

import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask_appbuilder.api import BaseApi, expose, safe
from flask_appbuilder.security.decorators import protect
from sqlalchemy import delete, insert, select, text

from dosar.access.accounts.users import UserDetails, change_user, set_user_active
from dosar.access.authorization import PUBLIC_ACCESS, current_worker, with_access
from dosar.access.roles.permission_cache import Permitted
from dosar.access.roles.permissions import sync_permissions
from dosar.access.tables import menu_table, pair_table, permission_table, role_permissions, role_table
from dosar.access.worker import worker_for
from dosar.database.store import Store
from dosar.language.text.message import Mistake
from dosar.records.scope.row_scope import current_scope
from tests.access.conftest import Browser, Office, Opening, counted

NEW, LIST = "/records/visit_report/new", "/records/visit_report"
ENTERING = "can_enter", "form:visit_report"


@pytest.fixture
def office(store: Store, opening: Opening) -> Office:
    opened = opening(store)
    opened.user("administrator", "administrator")
    opened.user("ana", "case_manager")
    return opened


def links(permission: str, menu: str, role: str) -> Any:
    """The rows that give the permission to the role."""
    pairs = (
        select(pair_table.c.id)
        .join(permission_table, permission_table.c.id == pair_table.c.permission_id)
        .join(menu_table, menu_table.c.id == pair_table.c.view_menu_id)
        .where(permission_table.c.name == permission, menu_table.c.name == menu)
    )
    return role_permissions.c.permission_view_id.in_(pairs) & role_permissions.c.role_id.in_(
        select(role_table.c.id).where(role_table.c.name == role)
    )


def sync(office: Office) -> None:
    definition = office.services.definition
    with office.services.store.writing() as session:
        sync_permissions(session, definition.roles, definition.forms)
    office.services.session.remove()


def pages(browser: Browser) -> tuple[int, int]:
    return browser.get(LIST).status_code, browser.get(NEW).status_code


def by_its_own_manager(office: Office) -> None:
    manager = office.app.extensions["appbuilder"].sm
    with office.app.app_context(), office.services.store.writing():
        pair = manager.find_permission_view_menu(*ENTERING)
        manager.del_permission_role(manager.find_role("case_manager"), pair)
    office.services.session.remove()


def by_a_statement(office: Office) -> None:
    with office.services.store.writing() as session:
        session.execute(delete(role_permissions).where(links(*ENTERING, "case_manager")))
    office.services.session.remove()


def by_a_text(office: Office) -> None:
    with office.services.store.writing() as session:
        session.execute(
            text(
                "DELETE FROM AB_PERMISSION_VIEW_ROLE WHERE role_id IN (SELECT id FROM ab_role WHERE name = :role) AND "
                "permission_view_id IN (SELECT v.id FROM ab_permission_view v JOIN ab_permission p ON"
                " p.id = v.permission_id JOIN ab_view_menu m ON m.id = v.view_menu_id"
                " WHERE p.name = :permission AND m.name = :menu)"
            ),
            {"role": "case_manager", "permission": ENTERING[0], "menu": ENTERING[1]},
        )
    office.services.session.remove()


def by_another_object(office: Office) -> None:
    """The pair of permission and form now speaks of another form."""
    with office.app.app_context(), office.services.store.writing() as session:
        pair = office.app.extensions["appbuilder"].sm.find_permission_view_menu(*ENTERING)
        pair.view_menu_id = session.scalar(select(menu_table.c.id).where(menu_table.c.name == "page:users"))
    office.services.session.remove()


def behind_the_session(office: Office) -> None:
    with office.services.store.engine.begin() as connection:
        connection.execute(delete(role_permissions).where(links(*ENTERING, "case_manager")))
    office.services.permissions.forget()


@pytest.mark.parametrize("take", [by_its_own_manager, by_a_statement, by_a_text, by_another_object, behind_the_session])
def test_a_permission_taken_from_the_role_is_gone_at_once(office: Office, take: Callable[[Office], None]) -> None:
    ana = office.signed_in("ana")
    assert pages(ana) == (200, 200)
    take(office)
    assert pages(ana) == (200, 403)
    sync(office)
    assert pages(ana) == (200, 200), "the next start writes the file into the tables"


def test_a_page_of_the_administration_goes_with_its_permission(office: Office) -> None:
    administrator = office.signed_in("administrator")
    assert "/roles" in administrator.get("/users").text
    with office.services.store.writing() as session:
        session.execute(delete(role_permissions).where(links("can_see", "page:roles", "administrator")))
    assert administrator.get("/roles").status_code == 403
    assert "/roles" not in administrator.get("/users").text


def test_a_request_asks_the_tables_once_and_never_again(office: Office) -> None:
    ana, administrator = office.signed_in("ana"), office.signed_in("administrator")
    ana.get("/")
    with counted(office) as statements:
        assert pages(ana) == (200, 200) and administrator.get("/roles").status_code == 200
    assert [statement for statement in statements if "ab_permission" in statement] == []


def test_new_users_change_no_permission(office: Office) -> None:
    ana = office.signed_in("ana")
    assert pages(ana) == (200, 200)
    with counted(office) as statements:
        office.user("maria", "case_manager", password=None)
        assert pages(ana) == (200, 200)
    assert [statement for statement in statements if "ab_permission" in statement] == []


def test_what_a_transaction_read_before_the_change_is_not_remembered(office: Office) -> None:
    services, roles = office.services, frozenset({"case_manager"})
    services.permissions.forget()
    services.session.scalar(select(role_table.c.id).limit(1))
    with services.store.engine.begin() as connection:
        connection.execute(delete(role_permissions).where(links(*ENTERING, "case_manager")))
    services.permissions.forget()
    services.permissions.permitted_to(roles)
    services.session.remove()
    assert ENTERING not in services.permissions.permitted_to(roles)


def test_what_is_taken_back_is_not_remembered(office: Office) -> None:
    services, roles = office.services, frozenset({"case_manager"})
    services.permissions.forget()
    with pytest.raises(ZeroDivisionError), services.store.writing() as session:
        session.execute(delete(role_permissions))
        assert services.permissions.permitted_to(roles) == frozenset()
        raise ZeroDivisionError
    assert ENTERING in services.permissions.permitted_to(roles)


@pytest.mark.parametrize("ends_well", [True, False])
def test_what_others_read_before_the_end_is_not_remembered(office: Office, ends_well: bool) -> None:
    """A savepoint that is over, well or not, shows nobody what the transaction around it has changed."""
    services, roles = office.services, frozenset({"case_manager"})
    with services.store.writing() as session:
        if not ends_well:
            session.execute(delete(role_permissions).where(links(*ENTERING, "case_manager")))
        savepoint = session.begin_nested()
        if ends_well:
            session.execute(delete(role_permissions).where(links(*ENTERING, "case_manager")))
        (savepoint.commit if ends_well else savepoint.rollback)()
        with ThreadPoolExecutor(1) as another:
            assert ENTERING in another.submit(read_and_leave, office, roles).result()
    services.session.remove()
    assert ENTERING not in services.permissions.permitted_to(roles)


def read_and_leave(office: Office, roles: frozenset[str]) -> frozenset[Permitted]:
    permitted = office.services.permissions.permitted_to(roles)
    office.services.session.remove()
    return permitted


def in_the_tables(session: Any) -> dict[str, set[tuple[str, str]]]:
    """Role → its permissions."""
    found: dict[str, set[tuple[str, str]]] = {}
    for role, permission, menu in session.execute(
        select(role_table.c.name, permission_table.c.name, menu_table.c.name)
        .join_from(role_permissions, pair_table, pair_table.c.id == role_permissions.c.permission_view_id)
        .join(permission_table, permission_table.c.id == pair_table.c.permission_id)
        .join(menu_table, menu_table.c.id == pair_table.c.view_menu_id)
        .join(role_table, role_table.c.id == role_permissions.c.role_id)
    ):
        found.setdefault(role, set()).add((permission, menu))
    return found


def test_a_start_brings_the_tables_of_another_version_along(office: Office) -> None:
    """Earlier ones named permissions otherwise; and roles and forms come and go with the file."""
    with office.services.store.writing() as session:
        wanted = in_the_tables(session)
        session.execute(insert(role_table), [{"name": "intern"}])
        session.execute(insert(permission_table), [{"name": "see"}])
        session.execute(insert(menu_table), [{"name": "form:gone"}])
        role, permission, menu = (
            session.scalar(select(table.c.id).where(table.c.name == name))
            for table, name in (
                (role_table, "intern"),
                (permission_table, "see"),
                (menu_table, "form:gone"),
            )
        )
        session.execute(insert(pair_table), [{"permission_id": permission, "view_menu_id": menu}])
        pair = session.scalar(select(pair_table.c.id).where(pair_table.c.permission_id == permission))
        session.execute(insert(role_permissions), [{"permission_view_id": pair, "role_id": role}])
        session.execute(delete(role_permissions).where(links(*ENTERING, "case_manager")))
    sync(office)
    session = office.services.session
    assert in_the_tables(session) == wanted
    assert "intern" in session.scalars(select(role_table.c.name)).all(), "its users still hold it; it gives nothing"
    assert "see" not in session.scalars(select(permission_table.c.name)).all()
    assert "form:gone" not in session.scalars(select(menu_table.c.name)).all()
    session.remove()


def test_a_role_may_be_called_anything(office: Office) -> None:
    """One whose name lists others gives what it is permitted itself, and nothing of theirs."""
    manager, name = office.app.extensions["appbuilder"].sm, "case_manager,admin%2Cistrator"
    with office.app.app_context(), office.services.store.writing():
        manager.find_user("ana").roles = [manager.add_role(name)]
    assert office.signed_in("ana").get("/").text == f"ana {[name]} none"


def test_a_role_that_is_in_its_tables_alone_is_shown_and_stays(office: Office) -> None:
    """Until the next start, which writes the file into the tables."""
    manager, administrator = office.app.extensions["appbuilder"].sm, office.signed_in("administrator")
    with office.app.app_context(), office.services.store.writing():
        intern = manager.add_role("intern", [manager.find_permission_view_menu(*ENTERING)])
        manager.find_user("ana").roles = [intern]
        here = f"/users/{manager.find_user('ana').id}"
    assert "<h2>intern</h2>" in administrator.get("/roles").text
    assert re.search(r'value="intern"\s+checked', administrator.get(here).text)
    assert "intern" in administrator.get("/users").text
    administrator.post(here, at=here, last_name="Pop", first_name="Ana", roles=["intern", "volunteer"])
    assert office.signed_in("ana").get("/").text == "ana ['intern', 'volunteer'] own"


def test_whoever_is_in_a_group_holds_its_roles(office: Office) -> None:
    """In her session, for a command, and to its own decorators."""
    manager, vera = office.app.extensions["appbuilder"].sm, office.user("vera", "volunteer", team="Cluj")
    with office.app.app_context(), office.services.store.writing():
        manager.find_group("Cluj").roles = [manager.find_role("administrator")]
    with office.app.app_context():
        assert manager._has_view_access(manager.load_user(vera), "can_see", "page:roles")
        assert worker_for(office.services, vera).roles == {"volunteer", "administrator"}
        office.services.session.remove()
    assert office.signed_in("vera").get("/roles").status_code == 200


def test_only_an_administrator_puts_anybody_into_a_group_of_administrators(office: Office) -> None:
    manager = office.app.extensions["appbuilder"].sm
    dora, ion = office.user("dora", "accountant"), office.user("ion", "volunteer")
    with office.app.app_context(), office.services.store.writing():
        manager.add_group("Cluj", "Cluj", "", [manager.find_role("administrator")])
        by = worker_for(office.services, dora)
        details = UserDetails("ion", "Ion", "Pop", frozenset({"volunteer"}), frozenset({"Cluj"}))
        with pytest.raises(Mistake, match="Only an administrator appoints"):
            change_user(office.services, by, ion, details)


class VisitsApi(BaseApi):
    """What a later programme would ask Dosar for."""

    resource_name = "visits"
    class_permission_name = "form:visit_report"
    method_permission_name = {"listed": "see", "add": "enter", "drop": "delete"}
    base_permissions = ["can_see", "can_enter", "can_delete"]

    @expose("/", methods=["GET"])
    @with_access(PUBLIC_ACCESS)
    @protect(allow_browser_login=True)
    @safe
    def listed(self) -> Any:
        return self.response(200, by=current_worker().user_name, cases=current_scope.get().cases)

    @expose("/new", methods=["GET"])
    @with_access(PUBLIC_ACCESS)
    @protect(allow_browser_login=True)
    @safe
    def add(self) -> Any:
        return self.response(200)

    @expose("/drop", methods=["GET"])
    @with_access(PUBLIC_ACCESS)
    @protect()
    @safe
    def drop(self) -> Any:
        return self.response(200)


@pytest.fixture
def api(office: Office) -> Iterator[Callable[[str, str], Any]]:
    """Asks the interface with the key of a user; with that of nobody for ''."""
    office.app.config["FAB_API_KEY_ENABLED"] = True
    office.user("ion", "social_worker")
    manager = office.app.extensions["appbuilder"].sm
    with office.app.app_context(), office.services.store.writing():
        office.app.extensions["appbuilder"].add_api(VisitsApi)
        keys = {user: manager.create_api_key(manager.find_user(user), "of the test")["key"] for user in ("ana", "ion")}
    office.services.session.remove()

    def ask(user: str, address: str) -> Any:
        headers = {"Authorization": f"Bearer {keys[user]}"} if user in keys else {}
        return office.app.test_client().get(f"/api/v1/visits{address}", headers=headers)

    yield ask


def test_its_api_decides_by_the_same_tables(office: Office, api: Callable[[str, str], Any]) -> None:
    assert api("ana", "/").json == {"by": "ana", "cases": "own"}
    assert api("ion", "/").json == {"by": "ion", "cases": "team"}, "under her own scope, as in a session"
    assert [api(user, "/drop").status_code for user in ("ana", "ion")] == [200, 403]
    by_a_statement(office)
    assert [api(user, "/new").status_code for user in ("ana", "ion")] == [403, 200]
    browser = office.signed_in("ana")
    assert [browser.get(f"/api/v1/visits{address}").status_code for address in ("/", "/new")] == [200, 403]


def test_its_api_lets_nobody_in_without_an_open_account(office: Office, api: Callable[[str, str], Any]) -> None:
    assert api("", "/").status_code == 401
    administrator = office.signed_in("administrator")
    with administrator.client:
        administrator.get("/users")
        by = current_worker()
    with office.app.app_context():
        ana = office.app.extensions["appbuilder"].sm.find_user("ana").id
        set_user_active(office.services, by, ana, False)
    office.services.session.remove()
    assert api("ana", "/").status_code == 401
