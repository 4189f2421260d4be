"""``python -m tests.bench.backing_up``: how long a back-up and a restore take, and how long whoever saves waits.

``--cases 10000`` (may be given several times; 1,000 and 10,000 by default), ``--files MB`` of attached files besides.
"""

import argparse
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread

from sqlalchemy import insert

from dosar import shipped_folder
from dosar.backups.making.make import make_backup
from dosar.backups.places.folder import FolderPlace
from dosar.backups.restoring.restore import restore_backup
from dosar.database.keys.key_slots import KeySlots
from dosar.database.keys.key_slots_file import write_slots
from dosar.database.keys.recovery_card import RecoveryCard
from dosar.database.store import Store
from dosar.database.system_tables import attachment_table, utc_now
from dosar.long_work.progress import keep_silent
from tests.bench.filling import KEY, filled_folder, opened

PAUSE = 0.02
HEAD = (
    "| cases | database, MB | backed up and verified, s | processor, s | saved meanwhile | longest save, ms "
    "| restored, s |"
)
FILE = {"form": "visit_report", "rows_of": "", "question": "x", "name": "x", "media_type": "image/jpeg", "size": 2**20}


@contextmanager
def saving(store: Store) -> Iterator[list[float]]:
    """Somebody saves, again and again; how long each took."""
    took: list[float] = []
    done = Event()

    def save() -> None:
        while not done.wait(PAUSE):
            begun = time.perf_counter()
            store.tell("started")
            took.append(time.perf_counter() - begun)
        store.session.remove()

    worker = Thread(target=save)
    worker.start()
    try:
        yield took
    finally:
        done.set()
        worker.join()


def line(cases: int, megabytes: int, folder: Path) -> str:
    """What it takes with so many cases and so much attached."""
    data, stick, new = folder / "data", folder / "stick", folder / "new"
    shutil.copytree(filled_folder(cases), data)
    stick.mkdir()
    new.mkdir()
    card = RecoveryCard.new()
    write_slots(data, KeySlots().with_slot(KEY, "card", card.secret, "2026-11-30"))
    app = opened(data)
    store = app.extensions["dosar_repository"].store
    _attach(store, megabytes)
    size = (data / "dosar.db").stat().st_size
    begun, worked = time.perf_counter(), time.process_time()
    with saving(store) as took:
        made = make_backup(store, data, shipped_folder("forms"), FolderPlace(stick), utc_now(), keep_silent)
    backed_up, worked = time.perf_counter() - begun, time.process_time() - worked
    store.close()
    begun = time.perf_counter()
    restore_backup(stick / made.name, " ".join(card.groups), new, keep_silent)
    restored = time.perf_counter() - begun
    return (
        f"| {cases:,}{f' and {megabytes:,} MB of files' if megabytes else ''} | {size / 1e6:,.0f} | {backed_up:.1f} | "
        f"{worked:.1f} | {len(took):,} | {max(took) * 1000:.0f} | {restored:.1f} |"
    )


def _attach(store: Store, megabytes: int) -> None:
    for _ in range(megabytes):
        with store.writing() as session:
            values = {**FILE, "digest": "0" * 64, "content": os.urandom(2**20), "user_id": 1, "at": utc_now()}
            session.execute(insert(attachment_table).values(values))


def main() -> None:
    """Print the lines of a table."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--cases", type=int, action="append")
    asked.add_argument("--files", type=int, default=0, metavar="MB")
    told = asked.parse_args()
    print(HEAD + "\n|" + "--:|" * 7)
    for cases in told.cases or [1_000, 10_000]:
        with tempfile.TemporaryDirectory() as folder:
            print(line(cases, told.files, Path(folder)), flush=True)
    print(f"\n{os.getloadavg()[1]:.1f} programs wanted the {os.cpu_count()} processors.")


if __name__ == "__main__":
    main()
