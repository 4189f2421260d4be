"""``python -m tests.rigs.walk [plain|attacks|erased …] [role …]``: every cell of the walk, by every role.

``plain`` is every route × record × body × query, by two roles on PostgreSQL too; ``attacks`` asks every route for more
than a page offers (:mod:`tests.attack.attacks`); ``erased`` asks for what was erased (:mod:`tests.attack.states`). The
ordinary tests ask a share of each. All of it takes an hour and more of the processor.
"""

import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence

from tests.attack.attacks import Attacks
from tests.attack.cells import Part
from tests.attack.oracle import Violation
from tests.attack.states import Erased
from tests.attack.test_walk_postgresql import ROLES as ON_POSTGRESQL
from tests.attack.turns import EVERY_CELL
from tests.attack.walk import Walk
from tests.rigs.worlds import planted_walk

Round = Iterator[tuple[str, int, list[Violation]]]
"""Who asked, how many cells, and what was wrong."""
TOLD = 30


def main(words: Sequence[str]) -> int:
    """Fails where any answer is wrong."""
    os.environ[EVERY_CELL] = "1"
    rounds = [word for word in words if word in ROUNDS] or list(ROUNDS)
    roles = [word for word in words if word not in ROUNDS]
    cells = wrong = 0
    for name in rounds:
        began = time.process_time()
        for who, asked, violations in ROUNDS[name](roles):
            cells, wrong = cells + asked, wrong + len(violations)
            for violation in violations[:TOLD]:
                print(violation)
            took, began = time.process_time() - began, time.process_time()
            print(f"{name}, {who}: {asked:,} cells, {len(violations)} wrong, {took:.0f} s", flush=True)
    print(f"{cells:,} cells, {wrong} wrong answers")
    return 1 if wrong else 0


def _plain(roles: Sequence[str]) -> Round:
    for database in ("sqlite", "postgresql"):
        with planted_walk(database) as walk:
            for role in _chosen(walk, roles):
                if database == "sqlite" or role in ON_POSTGRESQL:
                    before = walk.asked
                    violations = walk.go(Part(role)).violations
                    walk.turns.forget(role)
                    yield f"{database}, {role}", walk.asked - before, violations


def _attacks(roles: Sequence[str]) -> Round:
    with planted_walk() as walk:
        yield from _each(Attacks(walk), _chosen(walk, roles))


def _erased(roles: Sequence[str]) -> Round:
    with planted_walk() as walk:
        yield from _each(Erased(walk), _chosen(walk, roles))


def _each(asking: Attacks | Erased, roles: Sequence[str]) -> Round:
    for role in roles:
        before = asking.asked
        violations = asking.go(role).violations
        yield role, asking.asked - before, violations


def _chosen(walk: Walk, roles: Sequence[str]) -> list[str]:
    return [role for role in walk.turns.roles if role in (roles or walk.turns.roles)]


ROUNDS: dict[str, Callable[[Sequence[str]], Round]] = {"plain": _plain, "attacks": _attacks, "erased": _erased}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
