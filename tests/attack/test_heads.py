"""Who asks for the head of a page alone gets the head of the page, and changes nothing.

Browsers and link checkers ask so, without a token. Found beside ``python -m tests.rigs.forge``: the head of a page that
corrects or deletes a sheet was taken for a post.
"""

from collections.abc import Iterator

import pytest

from tests.attack.walk import Walk, sign_in
from tests.photograph import photographed, written_tables

FORMS = ("", "case", "visit_report", "humanitarian_aid")
OF_HER_SESSION = {"dosar_session"}
"""What the page itself writes: the key of a telephone that is about to be connected."""


@pytest.mark.parametrize("role", ["coordinator", "case_manager"])
def test_the_head_of_a_page_changes_nothing(walk: Walk, role: str) -> None:
    headers = {"Cookie": sign_in(walk.planted.app, role).cookie}
    before, wrong, asked = photographed(walk.engine), [], 0
    with written_tables(walk.engine) as written:
        for address in pages_that_take_posts(walk, role):
            with walk.client.head(address, headers=headers) as answer:
                is_without_page = not answer.get_data()
            asked += 1
            if written - OF_HER_SESSION or not is_without_page:
                wrong.append(f"{address}: {answer.status_code}, {before.changes(written)}")
            before.put_back(sorted(written))
            written.clear()
    before.close()
    assert wrong == []
    assert asked > 30


def pages_that_take_posts(walk: Walk, role: str) -> Iterator[str]:
    """Every page that is shown and posted at one address: of each form and place one."""
    for rule in walk.planted.app.url_map.iter_rules():
        if {"GET", "POST"} <= (rule.methods or set()):
            for form, target, address in walk.turns.ways.addresses(role, rule):
                if form in FORMS and target != "missing":
                    yield address
