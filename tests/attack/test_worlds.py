"""Who may not see something cannot tell two worlds apart that differ in it; ``tests/rigs/worlds.py`` asks of all."""

from collections.abc import Callable, Iterator
from weakref import WeakKeyDictionary

import pytest

from dosar.overview import stages, worklist
from tests.attack.secrets import Secrets
from tests.attack.walk import Walk
from tests.attack.wishes import compared_cells
from tests.attack.worlds import Worlds


@pytest.fixture(scope="module")
def worlds(walk: Walk) -> Iterator[Worlds]:
    with Worlds(walk) as asked:
        yield asked


PAIRS = [
    ("lawyer", "all hidden answers", {"detailed_evaluation"}),
    ("volunteer", "all hidden answers, or none", {"visit_report"}),
    ("social_worker", "a stranger's case", {"visit_report"}),
    ("social_worker", "what stands in a stranger's case", {"activity"}),
    ("volunteer", "what stands in a deleted visit_report", {"visit_report"}),
]
"""Who asks, what is hidden from her, and the form whose pages she asks for."""
NEAR = ("HomePage.", "CasePages.", "RecordPages.", "FindCasePage.", "ProgrammePage.", "BedPlanPage.")


@pytest.mark.parametrize(("role", "says", "forms"), PAIRS, ids=[f"{role}: {says}" for role, says, _ in PAIRS])
def test_nobody_tells_two_worlds_apart(worlds: Worlds, role: str, says: str, forms: set[str]) -> None:
    [secret] = [one for one in Secrets(worlds.planted).every() if one.says == says and role in one.hidden_from]
    asked = (
        cell
        for cell in compared_cells(worlds.walk, role, frozenset(forms))
        if (cell.method == "GET" or cell.then) and cell.endpoint.startswith(NEAR) and cell.target != "missing"
    )
    told = worlds.compare(secret, role, asked)
    assert [str(one) for one in told] == []


def test_who_may_see_it_is_told(worlds: Worlds, tell: Callable[[str], None]) -> None:
    """Otherwise nothing would have been hidden."""
    [secret] = [one for one in Secrets(worlds.planted).answers("lawyer") if one.says == "all hidden answers"]
    cells = [
        cell
        for cell in worlds.walk.turns.asked_of("coordinator")
        if (cell.endpoint, cell.method, cell.form) == ("RecordPages.show", "GET", "case") and cell.target == "own"
    ]
    assert worlds.compare(secret, "coordinator", cells)
    tell(f"answers compared between two worlds: {worlds.compared:,}")


def test_a_count_of_hidden_answers_is_noticed(worlds: Worlds, monkeypatch: pytest.MonkeyPatch) -> None:
    """The test of the test: a number that counts what she does not see tells the two worlds apart."""
    for module in (stages, worklist):
        monkeypatch.setattr(module, "knows_what_is_missing", lambda whole, known: True)
    repository = worlds.planted.repository
    monkeypatch.setattr(repository, "_made_for_scopes", WeakKeyDictionary())  # statements made before count rightly
    [secret] = [one for one in Secrets(worlds.planted).answers("volunteer") if one.says.endswith("or none")]
    cells = [
        cell for cell in worlds.walk.turns.asked_of("volunteer") if cell.endpoint in ("HomePage.home", "CasePages.case")
    ]
    assert worlds.compare(secret, "volunteer", [cell for cell in cells if cell.method == "GET"])
