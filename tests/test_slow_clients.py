"""Who is slow holds no place for long: connections half open and bodies that dribble."""

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest

from dosar.cli.serving.slow_clients import CROWDED_AT, RequestClock, close_slow_connections
from tests.rigs.slow import (
    HALF_A_HEAD,
    VISITOR_SECONDS,
    SlowClient,
    limited_server,
    page_of_one_line,
    seconds_of_a_visit,
)

HEAD_ONLY = SimpleNamespace(headers_finished=False)
WITH_BODY = SimpleNamespace(headers_finished=True)


@dataclass
class Channel:
    """A connection as the limits see it."""

    clock: RequestClock
    requests: list[Any] = field(default_factory=list)
    will_close: bool = False


def test_half_a_head_has_a_quarter_of_a_minute() -> None:
    clock = RequestClock(1000)
    clock.note(1010, 40, HEAD_ONLY)
    assert (clock.is_over(1014), clock.is_over(1016)) == (False, True)


def test_a_dribbling_body_has_a_minute_and_a_real_one_as_long_as_it_takes() -> None:
    dribbling, real = RequestClock(1000), RequestClock(1000)
    for second in range(1, 200):
        dribbling.note(1000 + second, 1, WITH_BODY)
        real.note(1000 + second, 16 * 1024, WITH_BODY)
    assert (dribbling.is_over(1059), dribbling.is_over(1061)) == (False, True)
    assert not real.is_over(1199)


def test_a_connection_at_rest_and_a_page_being_made_are_let_be() -> None:
    clock = RequestClock(1000)
    clock.note(1001, 400, None)
    assert not clock.is_over(1050)
    clock.note(1050, 40, HEAD_ONLY)
    assert (clock.is_over(1064), clock.is_over(1066)) == (False, True), "the next request has its own time"


def test_in_a_crowd_those_go_first_that_have_said_least() -> None:
    working = Channel(RequestClock(1), requests=["a page is being made"])
    working.clock.note(1, 400, None)
    sending = Channel(RequestClock(990))
    sending.clock.note(990, 5000, WITH_BODY)
    silent = [Channel(RequestClock(990 + number / 1000)) for number in range(CROWDED_AT)]
    close_slow_connections([working, sending, *silent], 1000)
    assert [channel.will_close for channel in (working, sending, *silent)] == [False, False, True, True] + [False] * (
        CROWDED_AT - 2
    )


def test_a_visitor_comes_in_beside_hundreds_of_half_open_connections(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dosar.cli.serving.slow_clients.HEADER_SECONDS", 600)
    with limited_server(page_of_one_line) as address:
        slow = [SlowClient(address, HALF_A_HEAD) for _ in range(150)]
        assert seconds_of_a_visit(address) < VISITOR_SECONDS, "waitress alone takes no more than a hundred"
        for client in slow:
            client.leave()
