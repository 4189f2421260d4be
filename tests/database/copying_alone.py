"""Takes one copy of a data folder; run by itself, to be killed or to find the disk full on the way."""

import sys
from datetime import datetime, timedelta
from pathlib import Path

from dosar.database.copies.backup import keep_copy
from dosar.database.sqlite_store import SqliteStore
from tests.databases import KEY

if __name__ == "__main__":
    data, number, *largest = sys.argv[1:]
    if largest:
        import resource
        import signal

        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (int(largest[0]),) * 2)
    store = SqliteStore(Path(data), KEY)
    print("begins", flush=True)
    keep_copy(store, Path(data), KEY, (), datetime(2026, 11, 28, 9) + timedelta(minutes=int(number)))
    store.close()
