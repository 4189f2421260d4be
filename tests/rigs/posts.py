"""``python -m tests.rigs.fuzz posts [seconds] [seed]``: every post of every role with what nobody types.

Each answer is judged as in the walk: no error of the server, no canary, no record changed that should stay.
"""

import time
from collections import Counter
from collections.abc import Iterator
from random import Random

from tests.attack.hostile import Hostile
from tests.rigs.worlds import planted_walk


def attack_posts(seconds: int, seed: int, only: str = "") -> int:
    """Fails where any answer is wrong; tells each kind of wrong answer once, with the seed that leads to it again."""
    with planted_walk() as walk:
        roles = [role for role in walk.turns.roles if only in ("", role)]
        hostile, wrong = Hostile(walk), Counter[str]()
        for number, role in enumerate(roles):
            until = time.monotonic() + seconds / len(roles)
            oracle = hostile.go(role, _chances(until, seed + number * 1_000_000))
            for violation in oracle.violations:
                kind = f"{violation.cell.endpoint} {violation.cell.attack}: {violation.what[:160]}"
                if not wrong[kind]:
                    print(f"{str(violation)[:700]}", flush=True)
                wrong[kind] += 1
            print(f"{role}: {hostile.asked:,} so far, {wrong.total()} wrong", flush=True)
    print(
        f"posts: {hostile.asked:,} tries, {wrong.total()} wrong answers of {len(wrong)} kinds, {seconds} s, seed {seed}"
    )
    return 1 if wrong else 0


def _chances(until: float, seed: int) -> Iterator[Random]:
    while time.monotonic() < until:
        yield Random(seed)
        seed += 1
