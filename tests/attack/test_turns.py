"""Taking turns leaves nothing out: what :mod:`tests.attack.turns` promises, counted over all cells of all roles."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable

import pytest

from tests.attack.cells import Cell
from tests.attack.stories import ONE_FORM_IN
from tests.attack.turns import Turns, question_of
from tests.attack.walk import Walk


@pytest.fixture(scope="module")
def every(walk: Walk) -> list[Cell]:
    return [cell for role in walk.turns.roles for cell in walk.turns.ways.cells(role)]


@pytest.fixture(scope="module")
def asked(walk: Walk) -> list[Cell]:
    return [cell for role in walk.turns.roles for cell in walk.turns.asked_of(role)]


@pytest.mark.parametrize(
    "pair",
    [
        lambda cell: (cell.role, cell.endpoint, cell.method, cell.target),
        lambda cell: (cell.role, cell.endpoint, cell.method, cell.kind),
        lambda cell: (cell.endpoint, cell.method, cell.form, cell.target, cell.attack),
        lambda cell: (cell.role, cell.form, cell.target) if cell.endpoint == "RecordPages.list" else None,
        lambda cell: (cell.role, cell.form) if (cell.endpoint, cell.method) == ("RecordPages.new", "GET") else None,
    ],
    ids=["role × place", "role × body", "form × place × body", "role × list", "role × new sheet"],
)
def test_every_pair_is_asked(every: list[Cell], asked: list[Cell], pair: Callable[[Cell], Hashable]) -> None:
    assert {pair(cell) for cell in every} == {pair(cell) for cell in asked}


def test_somebody_of_every_standing_asks_every_question(walk: Walk, every: list[Cell], asked: list[Cell]) -> None:
    def questions(cells: Iterable[Cell]) -> set[Hashable]:
        return {(question_of(cell), walk.turns.standing(cell)) for cell in cells}

    assert questions(every) - questions(asked) == set()


def test_what_is_compared_goes_together(asked: list[Cell]) -> None:
    aims = defaultdict(set)
    for cell in asked:
        if cell.attack == "plain" and cell.target in ("foreign", "missing"):
            aims[cell.role, cell.method, cell.endpoint, cell.form].add(cell.target)
    assert {question: aim for question, aim in aims.items() if aim == {"foreign"}} == {}


def test_much_is_left_to_others(every: list[Cell], asked: list[Cell]) -> None:
    assert set(map(_named, asked)) < set(map(_named, every))
    assert len(asked) < len(every) / 1.8


def test_in_the_share_of_the_ordinary_tests_every_role_meets_every_place_and_kind_of_body(
    walk: Walk, every: list[Cell]
) -> None:
    """And reads what is open to it of every form; the other forms' bodies are left to the whole walk."""
    share = Turns(walk.planted, walk.turns.ways, share=ONE_FORM_IN)
    met = [cell for role in share.roles for cell in share.asked_of(role)]

    def pairs(cells: Iterable[Cell]) -> set[Hashable]:
        return {
            pair
            for cell in cells
            for pair in (
                (cell.role, cell.endpoint, cell.method, cell.target),
                (cell.role, cell.endpoint, cell.method, cell.kind),
                (cell.role, cell.form, cell.target) if cell.endpoint == "RecordPages.list" else None,
            )
        }

    assert pairs(every) == pairs(met)
    assert len(met) < len(every) / 2.5


def test_the_question_says_whose_turn_it_is(walk: Walk) -> None:
    """So that every process comes to the same cells by itself."""
    again = Turns(walk.planted, walk.turns.ways)
    assert [*map(_named, again.asked_of("lawyer"))] == [*map(_named, walk.turns.asked_of("lawyer"))]


def _named(cell: Cell) -> tuple[str, ...]:
    """The cell without the tokens in its body, which are others each time."""
    return cell.role, cell.method, cell.address, cell.attack
