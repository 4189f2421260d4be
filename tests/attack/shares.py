"""The walk in several processes: each builds the same organisation and takes role after role."""

import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from app import shipped
from tests.attack.canaries import Canary
from tests.attack.cells import Part
from tests.attack.organisation import plant
from tests.attack.policy import ANYBODY, NEWCOMER, Policy
from tests.attack.walk import Walk

BUSIEST_FIRST = ("coordinator", "case_manager", "social_worker", "psychologist", "lawyer")


@dataclass(frozen=True)
class Walked:
    """What came of one role's walk."""

    role: str
    cells: int
    seconds: float
    """Of computing: what it takes on a computer that does nothing else."""
    violations: list[str]
    saved: set[tuple[str, str]]
    """(form, what was done)"""
    seen: float
    """Which part of the canaries that are words, and that the role may see, it was shown."""


_walk: Walk | None = None


def _walk_here() -> Walk:
    global _walk
    if _walk is None:
        _walk = Walk(plant(Path(tempfile.mkdtemp(prefix="dosar-walk-")), shipped("forms")))
    return _walk


def walk_as(role: str) -> Walked:
    """Walk every route as this role."""
    walk, began = _walk_here(), time.process_time()
    asked = walk.asked
    oracle = walk.go(Part(role))
    aviary = walk.planted.aviary
    allowed = {
        number for number, bird in enumerate(aviary.kept) if isinstance(bird, Canary)
        and aviary.looks[number] == "word" and aviary.may_see(role, bird)
    }
    seen = len(allowed & oracle.seen.get(role, set())) / len(allowed) if allowed else 1.0
    return Walked(
        role, walk.asked - asked, time.process_time() - began, [str(one) for one in oracle.violations],
        {(form, done) for _, form, done in oracle.saved}, seen,
    )


def roles_of(policy: Policy) -> list[str]:
    """Everybody who walks, the busiest first."""
    every = [*policy.roles, NEWCOMER, ANYBODY]
    return sorted(every, key=lambda role: BUSIEST_FIRST.index(role) if role in BUSIEST_FIRST else len(every))

