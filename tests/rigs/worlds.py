"""``python -m tests.rigs.worlds [role]``: two worlds that differ in what is hidden, and everybody it is hidden from.

First everything that is hidden from a role differs at once, and it asks everything the walk asks; then each record
that is there or not; then each sensitive answer by itself, on the pages of its form and those of no form. At the end
the time of answers is compared: pages of both worlds, and a stranger's record beside a missing one.
"""

import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from tests.attack.cells import Cell
from tests.attack.organisation import opened_again, planted_place
from tests.attack.secrets import Secrets
from tests.attack.walk import Walk
from tests.attack.wishes import compared_cells
from tests.attack.worlds import Secret, Worlds
from tests.databases import fresh_place, stop_postgresql
from tests.photograph import photographed
from tests.whole_run import alone

ROUNDS = 21
TOLERANCE, LEAST_MS = 0.25, 0.5
"""Medians that differ by less than a quarter, or half a millisecond, are alike."""


@contextmanager
def planted_walk(database: str = "sqlite") -> Iterator[Walk]:
    """The organisation in a database of its own, and somebody to walk through it."""
    with alone(stop_postgresql), tempfile.TemporaryDirectory() as folder:
        like, kept = planted_place(database)
        with fresh_place(database, Path(folder), like) as place:
            walk = Walk(opened_again(place, place.data or Path(folder), kept))
            yield walk
            walk.close()
            walk.planted.repository.store.close()


def main(only: str = "") -> int:
    """Fails where anything is told."""
    with planted_walk() as walk, Worlds(walk) as worlds:
        secrets = Secrets(walk.planted)
        roles = [role for role in walk.turns.roles if only in ("", role)]
        for role in roles:
            _ask(worlds, role, (one for one in secrets.every() if role in one.hidden_from), _for_all)
            _ask(worlds, role, (one for one in secrets.each_answer() if role in one.hidden_from), _for_its_form)
        slower = [line for role in roles if role in walk.planted.policy.roles for line in _told_by_time(worlds, role)]
    for line in [*map(str, worlds.told), *slower]:
        print(line)
    print(f"{worlds.compared:,} answers compared, {len(worlds.told)} tell, {len(slower)} take another time")
    return 1 if worlds.told or slower else 0


def _for_all(walk: Walk, role: str, secret: Secret) -> Iterable[Cell]:
    return compared_cells(walk, role)


def _for_its_form(walk: Walk, role: str, secret: Secret) -> Iterable[Cell]:
    return (cell for cell in compared_cells(walk, role, secret.forms) if cell.method == "GET" or cell.then)


def _ask(
    worlds: Worlds, role: str, secrets: Iterable[Secret], cells: Callable[[Walk, str, Secret], Iterable[Cell]]
) -> None:
    began, before, told, count = time.monotonic(), worlds.compared, len(worlds.told), 0
    for secret in secrets:
        worlds.compare(secret, role, cells(worlds.walk, role, secret))
        count += 1
    took = time.monotonic() - began
    print(
        f"{role}: {count} pairs of worlds, {worlds.compared - before:,} answers,"
        f" {len(worlds.told) - told} told, {took:.0f} s",
        flush=True,
    )


def _told_by_time(worlds: Worlds, role: str) -> Iterator[str]:
    """What takes longer in one world than in the other, or for a stranger's record than for none."""
    walk = worlds.walk
    plain = [cell for cell in walk.turns.asked_of(role) if cell.method == "GET" and cell.attack == "plain"]
    pages = [cell for cell in plain if cell.endpoint in PAGES_TIMED and cell.target in ("", "own", "shared")][:25]
    for secret in Secrets(walk.planted).answers(role)[:1]:
        first, second = (_medians(worlds, pages, secret, reading) for reading in (False, True))
        for cell, one, other in zip(pages, first, second, strict=True):
            if _unlike(one, other):
                yield f"{cell} takes {one:.2f} or {other:.2f} ms, as is hidden ({secret.says})"
    kinds = {(cell.endpoint, cell.form): cell for cell in plain if cell.target == "foreign"}
    for cell in plain:
        stranger = kinds.get((cell.endpoint, cell.form))
        if cell.target == "missing" and stranger is not None and not _reached(walk, role, stranger):
            one, other = _medians(worlds, [stranger])[0], _medians(worlds, [cell])[0]
            if _unlike(one, other):
                yield f"{stranger} takes {one:.2f} ms, a missing one {other:.2f}"


PAGES_TIMED = {"RecordPages.list", "RecordPages.show", "CasePages.case", "CasePages.cases", "HomePage.home"}


def _reached(walk: Walk, role: str, cell: Cell) -> bool:
    policy = walk.planted.policy
    return policy.reaches(role, cell.form, "foreign") if cell.form else policy.reaches_case(role, "foreign")


def _unlike(one: float, other: float) -> bool:
    return abs(one - other) > max(TOLERANCE * min(one, other), LEAST_MS)


def _medians(worlds: Worlds, cells: list[Cell], secret: Secret | None = None, reading: bool = False) -> list[float]:
    """How many milliseconds of the processor each page takes."""
    if secret is not None:
        worlds.make(secret, reading)
    world = photographed(worlds.walk.engine)
    try:
        taken: list[list[float]] = [[] for _ in cells]
        for _ in range(ROUNDS):
            for cell, times in zip(cells, taken, strict=True):
                began = time.process_time()
                worlds.walk.answer(cell)
                times.append((time.process_time() - began) * 1000)
        return [median(times) for times in taken]
    finally:
        world.close()
        worlds.walk.photograph.put_back()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:2]))
