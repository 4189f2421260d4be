"""The audit log of people: who came, went, was sent away or guessed; never a name or a typed word."""

import re
from collections.abc import Callable

import pytest
from sqlalchemy import select

from dosar.database.audit.chain import audit_event_table, read_head
from tests.access.conftest import Office

columns = audit_event_table.c
ANA = 2


@pytest.fixture
def news(office: Office) -> Callable[[], list[tuple[str, int | None, str, str]]]:
    """What the log tells since the last look: what, by whom, about which accounts, with what outcome."""
    seen = 0

    def look() -> list[tuple[str, int | None, str, str]]:
        nonlocal seen
        with office.services.store.snapshot() as connection:
            asked = select(columns.action, columns.actor, columns.objects, columns.outcome).where(columns.seq > seen)
            found = [tuple(row) for row in connection.execute(asked.order_by(columns.seq))]
            seen = read_head(connection).seq
        return found

    look()
    return look


def test_who_ends_a_session_of_her_own_is_told(office: Office, news: Callable[[], list[object]]) -> None:
    here = office.signed_in("ana")
    office.signed_in("ana")
    (reference,) = re.findall(r'name="session" value="(\w+)"', here.get("/profile").text)
    news()
    here.post("/profile/end-session", at="/profile", session=reference)
    assert ("session_ended", ANA, '{"~user":[2]}', "done") in news()


def test_an_administrator_who_signs_a_user_out_is_told(office: Office, news: Callable[[], list[object]]) -> None:
    office.signed_in("ana")
    administrator = office.signed_in("administrator")
    news()
    administrator.post("/users/2/sign-out", at="/profile")
    told = news()
    assert ("session_ended", 1, '{"~user":[2]}', "done") in told
    assert ("account_signed_out", 1, '{"~user":[2]}', "done") in told


def test_a_session_that_ran_out_is_told_when_it_is_cleared(office: Office, news: Callable[[], list[object]]) -> None:
    office.signed_in("ana")
    office.clock.pass_(hours=11)
    news()
    office.signed_in("administrator")
    assert ("session_ended", None, '{"~user":[2]}', "expired") in news()


def test_who_guesses_is_told_without_what_was_typed(office: Office, news: Callable[[], list[object]]) -> None:
    guesser = office.browser()
    guesser.give_password("ana", "parola ei de acasa")
    guesser.give_password("nobody at all", "parola ei de acasa")
    told = news()
    assert told == [
        ("sign_in_failed", None, '{"~user":[2]}', "denied"),
        ("sign_in_failed", None, '{"~user":[]}', "denied"),
    ]
