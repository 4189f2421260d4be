"""Taking turns leaves nothing out: what :mod:`tests.attack.turns` promises, counted over all cells of all roles."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable

import pytest

from tests.attack.cells import FOREIGN_LINKS, MISSING_LINKS, Cell
from tests.attack.stories import ONE_FORM_IN
from tests.attack.turns import OTHER_METHOD, READ_OF_EVERY_SHEET, Turns, question_of
from tests.attack.walk import Walk

AIMS = {"own": "hers", "shared": "hers", "foreign": "strange", "missing": "strange"}


@pytest.fixture(scope="module")
def every(walk: Walk) -> list[Cell]:
    """What there is to ask."""
    return [cell for role in walk.turns.roles for cell in walk.turns.ways.cells(role)]


@pytest.fixture(scope="module")
def asked(walk: Walk) -> list[Cell]:
    """What is asked where nobody's share is told."""
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


def test_a_body_that_names_a_strangers_is_asked_with_one_that_names_nobodys(asked: list[Cell]) -> None:
    named = defaultdict(list)
    for cell in asked:
        if cell.attack in (FOREIGN_LINKS, MISSING_LINKS):
            named[cell.role, cell.endpoint, cell.address].append(cell)
    assert named and {len(both) for both in named.values()} == {2}
    assert sum(one.body != other.body for one, other in named.values()) > 50


def test_much_is_left_to_others(every: list[Cell], asked: list[Cell]) -> None:
    assert set(map(_named, asked)) < set(map(_named, every))
    assert len(asked) < len(every) / 1.7


@pytest.fixture(scope="module")
def shared(walk: Walk) -> list[Cell]:
    """What the ordinary tests ask."""
    share = Turns(walk.planted, walk.turns.ways, share=ONE_FORM_IN)
    return [cell for role in share.roles for cell in share.asked_of(role)]


def _of_a_route(cell: Cell) -> bool:
    return cell.kind != OTHER_METHOD


@pytest.mark.parametrize(
    "pair",
    [
        lambda cell: (cell.role, cell.endpoint, cell.method, AIMS[cell.target]) if cell.target in AIMS else None,
        lambda cell: (cell.role, cell.endpoint, cell.method, cell.kind),
        lambda cell: (cell.endpoint, cell.method, cell.target),
        lambda cell: (cell.role, cell.form),
    ],
    ids=["role × own or a stranger's", "role × body", "place", "role × form"],
)
def test_in_the_share_every_pair_is_asked(
    every: list[Cell], shared: list[Cell], pair: Callable[[Cell], Hashable]
) -> None:
    assert {pair(cell) for cell in every if _of_a_route(cell)} == {pair(cell) for cell in shared if _of_a_route(cell)}


def test_in_the_share_every_sheet_is_read_by_every_role_that_may_see_it(
    walk: Walk, every: list[Cell], shared: list[Cell]
) -> None:
    """And every list."""

    def read(cells: Iterable[Cell]) -> set[tuple[str, str]]:
        return {(cell.role, cell.address) for cell in cells if _is_read(walk, cell)}

    assert read(every) == read(shared)
    assert len(read(every)) > 400


def _is_read(walk: Walk, cell: Cell) -> bool:
    if cell.attack != "plain" or (cell.endpoint, cell.method) not in READ_OF_EVERY_SHEET:
        return False
    standing = walk.turns.standing(cell)
    return standing.let_in and standing.reached is not False


def test_in_the_share_somebody_of_every_standing_tries_every_other_method(
    walk: Walk, every: list[Cell], shared: list[Cell]
) -> None:
    def tried(cells: Iterable[Cell]) -> set[Hashable]:
        others = (cell for cell in cells if not _of_a_route(cell))
        return {(cell.method, cell.address, walk.turns.standing(cell)) for cell in others}

    assert tried(every) == tried(shared)


def test_the_share_is_small(every: list[Cell], shared: list[Cell]) -> None:
    assert len(shared) < len(every) / 5


def test_the_question_says_whose_turn_it_is(walk: Walk) -> None:
    """So that every process comes to the same cells by itself."""
    again = Turns(walk.planted, walk.turns.ways)
    assert [*map(_named, again.asked_of("lawyer"))] == [*map(_named, walk.turns.asked_of("lawyer"))]


def _named(cell: Cell) -> tuple[str, ...]:
    """The cell without the tokens in its body, which are others each time."""
    return cell.role, cell.method, cell.address, cell.attack
