"""Every route × method × role × target × body × query: nothing leaks, nothing foreign is touched.

``DOSAR_LONG=1 pytest -s`` walks and prints the figures. On two cores: 44,000 cells, 230 s of computing,
so about two minutes.
"""

import os
import time
from collections.abc import Iterator
from multiprocessing import get_context
from os import cpu_count
from pathlib import Path

import pytest

from app import shipped
from app.access.gate import doors
from app.running import opened_app
from tests.attack.policy import Policy
from tests.attack.routes import EVERYONE, known_routes
from tests.attack.shares import Walked, roles_of, walk_as
from tests.databases import KEY

FEWEST_CELLS = 25_000


@pytest.fixture(scope="module")
def policy() -> Policy:
    return Policy(shipped("forms"))


@pytest.fixture(scope="module")
def walked(policy: Policy) -> Iterator[dict[str, Walked]]:
    """The whole walk, on every core: minutes, so only when asked for."""
    if not os.environ.get("DOSAR_LONG"):
        pytest.skip("every route as every role takes minutes; DOSAR_LONG=1 walks them")
    began = time.monotonic()
    with get_context("spawn").Pool(min(cpu_count() or 1, 4)) as pool:
        found = {one.role: one for one in pool.imap_unordered(walk_as, roles_of(policy))}
    cells, seconds = sum(one.cells for one in found.values()), time.monotonic() - began
    print(f"\nthe walk: {cells} cells in {seconds:.0f} s ({min(cpu_count() or 1, 4)} processes)")
    for one in found.values():
        print(f"  {one.role}: {one.cells} cells, {one.seconds:.0f} s, {one.seen:.0%} of its canaries seen")
    yield found


def test_no_answer_is_wrong(walked: dict[str, Walked]) -> None:
    wrong = [line for one in walked.values() for line in one.violations]
    assert wrong == [], f"{len(wrong)} violations\n" + "\n".join(wrong[:30])


def test_nobody_was_left_out(walked: dict[str, Walked], policy: Policy) -> None:
    assert set(walked) == set(roles_of(policy))
    assert sum(one.cells for one in walked.values()) >= FEWEST_CELLS


def test_what_roles_may_do_they_did(walked: dict[str, Walked], policy: Policy) -> None:
    """Otherwise the walk would prove nothing: its sheets must get through wherever they may."""
    not_done = {
        (role, form, action)
        for role, one in walked.items() for form, contents in policy.forms.items()
        for action in ("enter", "correct") if action in policy.actions(role, form)
        if not (action == "correct" and contents.get("append_only"))
        if (form, action) not in one.saved and policy.reaches(role, form, "own" if policy.in_case(form) else "shared")
    }
    assert not_done == set()


@pytest.mark.parametrize("role", ["coordinator", "case_manager", "social_worker", "psychologist", "volunteer"])
def test_what_roles_may_see_they_saw(walked: dict[str, Walked], role: str) -> None:
    """Otherwise the oracle would be blind: it recognises the canaries that are shown rightly."""
    assert walked[role].seen > 0.9


def test_every_route_is_known_and_has_a_door(tmp_path: Path) -> None:
    app, _ = opened_app(tmp_path, shipped("forms"), KEY, TESTING=True)
    declared = doors(app)
    assert {rule.endpoint for rule in app.url_map.iter_rules()} == known_routes()
    assert [endpoint for endpoint, door in declared.items() if door is None] == []
    assert {endpoint for endpoint, door in declared.items() if door and door.is_open} == EVERYONE
    app.extensions["dosar_cabinet"].store.close()
