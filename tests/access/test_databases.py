"""The gate stands on both databases alike."""

from dosar.access.appbuilder.install import create_access_tables
from dosar.access.organisation.settings import Organisation
from dosar.access.roles.permissions import sync_permissions
from dosar.database.store import Store
from tests.access.conftest import PASSWORD, Opening, counted


def test_a_day_at_the_gate(store: Store, opening: Opening) -> None:
    office = opening(store)
    with office.app.app_context(), store.writing():
        office.services.update_organisation(Organisation("Asociația Drumul Lin", "ro"))
    office.user("administrator", "administrator")
    office.user("ana", "social_worker", "volunteer", team="Cluj")
    office.user("ion", "social_worker", team="Cluj")
    browser = office.browser()
    assert browser.sign_in("ana", "wrong").status_code == 401
    assert browser.sign_in("ana").status_code == 303
    with counted(office) as statements:
        assert browser.get("/").text == "ana ['social_worker', 'volunteer'] team"
    assert sum("dosar_session" in statement for statement in statements) == 1
    new = "alte patru vorbe nelegate"
    browser.post("/profile/password", at="/profile", current=PASSWORD, password=new, again=new)
    browser.post("/language", at="/profile", language="en", next="/")
    assert office.browser().sign_in("ana").status_code == 401
    browser.post("/sign-out", at="/profile")
    assert browser.get("/").status_code == 303
    assert office.signed_in("administrator").get("/users").status_code == 200


def test_what_reads_outside_of_a_request_ends_with_its_context(store: Store, opening: Opening) -> None:
    """A start that read on held up the files of an erasure, and on PostgreSQL every sign-in behind it."""
    office = opening(store)
    with office.app.app_context():
        assert not office.services.is_set_up()
    assert store.engine.pool.checkedout() == 0


def test_installing_and_syncing_again_changes_nothing(store: Store, opening: Opening) -> None:
    office = opening(store)
    definition = office.services.definition
    with counted(office) as statements, store.writing() as session:
        create_access_tables(session.connection())
        sync_permissions(session, definition.roles, definition.forms)
    changing = ("CREATE", "INSERT", "UPDATE", "DELETE", "ALTER")
    assert [statement for statement in statements if statement.startswith(changing)] == []
