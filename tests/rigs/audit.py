"""``python -m tests.rigs.audit``: what the audit log costs a request, many readers at once, and who checks it."""

import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from dosar.database.audit.chain import AUDIT_PURPOSE, AuditEvent
from dosar.database.audit.verification import verify_chain
from dosar.database.store import Store
from dosar.database.system_tables import SYSTEM_METADATA
from tests.databases import DATABASES, fresh_store, stop_postgresql
from tests.whole_run import alone

READINGS, READERS, CHECKED, ROUNDS = 1000, 8, 20_000, 3
PAGE = [AuditEvent("list", 7, "coordinator", "0" * 16, "RecordPages.list", objects={"case": list(range(100, 125))})]
"""A page of a list, which names 25 cases."""


def measured(done: Callable[[], object], times: int) -> tuple[float, float]:
    """Milliseconds of the processor and of the clock for each time, in the quietest of three rounds."""
    rounds = []
    for _ in range(ROUNDS):
        processor, clock = time.process_time(), time.perf_counter()
        done()
        rounds.append((time.process_time() - processor, time.perf_counter() - clock))
    return tuple(min(spent) * 1000 / times for spent in zip(*rounds, strict=True))  # type: ignore[return-value]


def read_by_many(store: Store) -> None:
    """Many readers, one after the other for each and all at once."""
    with ThreadPoolExecutor(READERS) as readers:
        list(readers.map(lambda _: store.commit_events(PAGE), range(READINGS)))


def check(store: Store) -> int:
    """Walk along the log; how many events it has."""
    with store.snapshot() as connection:
        found = verify_chain(connection, store.purpose_key(AUDIT_PURPOSE))
    assert found.is_whole
    return found.head.seq


def figures(store: Store) -> str:
    """The line of a table: all that is measured, on this database."""
    with store.writing() as session:
        SYSTEM_METADATA.create_all(session.connection())
        store.open_data_key()
    read_by_many(store)
    one = measured(lambda: [store.commit_events(PAGE) for _ in range(READINGS)], READINGS)
    many = measured(lambda: read_by_many(store), READINGS)
    for _ in range(CHECKED // 1000):
        store.commit_events(PAGE * 1000)
    events = check(store)
    checked = measured(lambda: check(store), events)
    cells = (one[0], one[1], many[0], 1000 / many[1], 1000 / checked[0], 1000 / checked[1])
    return " | ".join(f"{cell:,.2f}" if cell < 100 else f"{cell:,.0f}" for cell in cells)


def main() -> None:
    """Print the table of RESULTS.md."""
    print("| database | one: processor, ms | clock, ms | 8 at once: processor, ms | a second ", end="")
    print("| checked a second of processor | of the clock |\n|---|--:|--:|--:|--:|--:|--:|")
    with alone(stop_postgresql), tempfile.TemporaryDirectory() as folder:
        for database in DATABASES:
            with fresh_store(database, Path(folder)) as store:
                print(f"| {database} | {figures(store)} |")


if __name__ == "__main__":
    main()
