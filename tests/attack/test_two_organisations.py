"""Two organisations, made apart and opened in one process: what one gave out opens nothing in the other.

The same program, the same numbers of users and records, and the same key of the folder even; what is made and sealed
hangs on the key that each database made for itself.
"""

import re
from collections.abc import Iterator
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import insert, select, update

from dosar.access.factors.second_factor import use_code
from dosar.access.recovery.first_telephone import new_telephone_code, use_telephone_code
from dosar.access.services import AccessServices
from dosar.access.tables import second_factor_table
from dosar.database.store_errors import StoreError
from dosar.database.system_tables import attachment_table, utc_now
from dosar.pages.input.signed_tokens import PageOwner, is_submission_of, page_owner, page_owner_token, submission_token
from dosar.records.attachments import file_content, sealed_file
from dosar.records.repository import Repository
from dosar.records.scope.row_scope import SYSTEM_SCOPE, acting_as
from tests.attack.walk import Walk, sign_in
from tests.databases import fresh_place
from tests.filled import filled_place, opened_at
from tests.pages.conftest import Demo, token_on
from tests.telephones import unused_code

PAGES = ("/", "/records/case", "/cases/1", "/profile", "/files/1")


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """One of them; the other is the walk's."""
    folder = tmp_path_factory.mktemp("other")
    with fresh_place("sqlite", folder, filled_place("sqlite")) as place, opened_at(place, folder) as app:
        yield Demo(app)


def services_of(app: Flask) -> AccessServices:
    found: AccessServices = app.extensions["dosar_access"]
    return found


def cookies_of(browser: FlaskClient) -> dict[str, str]:
    return {"Cookie": "; ".join(f"{cookie.key}={cookie.value}" for cookie in browser._cookies.values())}


def opened_with(app: Flask, headers: dict[str, str]) -> list[str]:
    """The pages that open with these cookies."""
    client = app.test_client(use_cookies=False)
    return [page for page in PAGES if client.get(page, headers=headers).status_code not in (302, 303, 401)]


def test_a_session_of_one_is_none_in_the_other(demo: Demo, walk: Walk) -> None:
    here, there = demo.app, walk.planted.app
    ours, theirs = cookies_of(demo.browser("coordinator")), {"Cookie": sign_in(there, "coordinator").cookie}
    assert opened_with(here, ours) and opened_with(there, theirs), "each opens its own"
    assert opened_with(there, ours) == opened_with(here, theirs) == []


def test_an_invitation_of_one_invites_nobody_to_the_other(demo: Demo, walk: Walk) -> None:
    administrator = demo.browser("administrator")
    number = re.findall(r"/users/(\d+)", administrator.get("/users").text)[-1]
    page = administrator.post(
        f"/users/{number}/invitation", data={"csrf_token": token_on(administrator.get("/profile").text)}
    )
    address = unescape(re.search(r'id="invitation" value="[^"]*(/invitation/[^"]+)"', page.text)[1])  # type: ignore[index]
    assert demo.app.test_client().get(address).status_code == 200
    assert walk.planted.app.test_client().get(address).status_code == 404


def test_a_code_for_a_telephone_connects_none_in_the_other(demo: Demo, walk: Walk) -> None:
    """The same user, by number and name, with the sealed secret of the one copied into the other."""
    here, there = services_of(demo.app), services_of(walk.planted.app)
    user_id = walk.planted.users["volunteer"]
    hers = select(second_factor_table).where(second_factor_table.c.user_id == user_id)
    with walk.planted.app.app_context(), there.store.writing() as session:
        code = new_telephone_code(there, None, user_id)
        row = dict(session.execute(hers).one()._mapping)
    of_her_telephone = unused_code(walk.planted.app, "volunteer")
    with demo.app.test_request_context():
        assert not use_telephone_code(here, user_id, "volunteer", code)
        with here.store.writing() as session:
            session.execute(insert(second_factor_table).values(row))
        assert not use_code(here, user_id, of_her_telephone)
        here.session.remove()
    with walk.planted.app.test_request_context(), there.store.writing():
        assert use_code(there, user_id, of_her_telephone)
        there.session.remove()


def test_what_pages_carry_is_known_to_its_own_organisation_alone(demo: Demo, walk: Walk) -> None:
    """Whose page it is, and that it is sent once: drafts and posts of one are nobody's in the other."""
    with demo.app.app_context():
        owner, once = page_owner_token(1, "case"), submission_token(1)
        assert page_owner(owner, "case") == PageOwner(1, True) and is_submission_of(once, 1)
    with walk.planted.app.app_context():
        assert page_owner(owner, "case") is None
        assert not is_submission_of(once, 1)


def test_a_file_of_one_is_not_read_in_the_other(demo: Demo, walk: Walk) -> None:
    """Not even where its sealed content is copied into the other's database, under a number that exists there."""
    repository: Repository = demo.repository
    other = walk.planted.repository
    number = next(iter(walk.planted.attached))
    with demo.app.app_context(), repository.writing() as session:
        sealed = sealed_file(repository.store, b"Semnat: Ana")
        named = {"form": "intake", "question": "consent_scan", "name": "a.txt", "media_type": "text/plain"}
        values = {**named, **sealed, "user_id": 1, "at": utc_now()}
        session.execute(insert(attachment_table).values(values))
    with walk.planted.app.app_context(), acting_as(SYSTEM_SCOPE):
        assert file_content(other, number), "its own is read"
        with other.writing() as session:
            session.execute(update(attachment_table).where(attachment_table.c.id == number).values(**sealed))
        with pytest.raises(StoreError):
            file_content(other, number)
        other.session.remove()
