"""``python -m tests.rigs.walk [role …]``: every cell of the walk, by every role; two walk on PostgreSQL too.

The ordinary tests ask a share of it (``tests/attack/turns.py``). Takes a quarter of an hour and more.
"""

import os
import sys
import time
from collections.abc import Sequence

from tests.attack.cells import Part
from tests.attack.test_walk_postgresql import ROLES as ON_POSTGRESQL
from tests.attack.turns import EVERY_CELL
from tests.attack.walk import Walk
from tests.rigs.worlds import planted_walk


def main(roles: Sequence[str]) -> int:
    """Fails where any answer is wrong."""
    os.environ[EVERY_CELL] = "1"
    cells = wrong = 0
    for database in ("sqlite", "postgresql"):
        with planted_walk(database) as walk:
            for role in walk.turns.roles:
                if role in (roles or walk.turns.roles) and (database == "sqlite" or role in ON_POSTGRESQL):
                    wrong += _walked(walk, role, database)
            cells += walk.asked
    print(f"{cells:,} cells, {wrong} wrong answers")
    return 1 if wrong else 0


def _walked(walk: Walk, role: str, database: str) -> int:
    before, began = walk.asked, time.process_time()
    violations = walk.go(Part(role)).violations
    walk.turns.forget(role)
    for violation in violations[:30]:
        print(violation)
    took = time.process_time() - began
    print(f"{database}, {role}: {walk.asked - before:,} cells, {len(violations)} wrong, {took:.0f} s", flush=True)
    return len(violations)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
