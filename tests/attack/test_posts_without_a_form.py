"""A post that is no form is refused before any page looks at it; a form without a box is answered like any other."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.attack.cells import Cell
from tests.attack.routes import is_open
from tests.attack.walk import Session, Walk, sign_in

NO_FORMS = [
    ("application/json", "5"),
    ("application/json", '{"first_name": 5, "last_name": "\\ud800", "columns": [1], "reason": {}}'),
    ("application/json", "[" * 50_000),
    ("text/plain", "search=Ana"),
]
"""Media type and body of what no page of Dosar sends."""
ENDING = ("SignInPage.", "UserAccessPage.sign_out")
"""What ends her session comes last: first what is not open to everybody."""
FORMS = ("", "case", "visit_report", "humanitarian_aid")


@pytest.mark.parametrize("role", ["coordinator", "administrator"])
def test_no_page_stumbles_over_it(walk: Walk, role: str) -> None:
    session = sign_in(walk.planted.app, role)
    for cell in posts_open_to(walk, role):
        assert [post(walk, session, cell, *body) for body in NO_FORMS] == [415] * len(NO_FORMS), cell
        assert post(walk, session, cell) < 500, cell


def test_nor_the_page_that_says_that_there_is_no_such_form(walk: Walk) -> None:
    session = sign_in(walk.planted.app, "coordinator")
    cell = next(
        cell
        for cell in walk.turns.ways.cells("coordinator")
        if cell.endpoint == "RecordPages.new" and cell.method == "POST"
    )
    nowhere = replace(cell, address="/records/no_such_form/new")
    assert {post(walk, session, nowhere, *body) for body in NO_FORMS} <= {404, 415}


def posts_open_to(walk: Walk, role: str) -> Iterator[Cell]:
    """A post to every route that is open to the role; those that end her session come last."""
    met = set()
    for cell in sorted(walk.turns.ways.cells(role), key=lambda cell: [cell.endpoint.startswith(end) for end in ENDING]):
        is_asked = (cell.method, cell.attack) == ("POST", "plain") and cell.form in FORMS and cell.target != "deleted"
        is_new = (cell.endpoint, cell.form) not in met
        if is_asked and is_new and is_open(walk.planted.policy, role, cell.endpoint, cell.form):
            met.add((cell.endpoint, cell.form))
            yield cell


def post(walk: Walk, session: Session, cell: Cell, content_type: str | None = None, body: str = "") -> int:
    """The status of the answer; her token is where scripts put it."""
    headers = {"Cookie": session.cookie, "X-CSRFToken": session.token}
    with walk.client.post(cell.address, data=body, content_type=content_type, headers=headers) as answer:
        return answer.status_code
