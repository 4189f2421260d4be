"""From the command to the first answer, and to the page on which people sign in.

``python -m tests.bench.starting`` measures first and later starts of the demo and of a new organisation.
"""

import os
import socket
import sys
from pathlib import Path
from subprocess import DEVNULL, Popen
from tempfile import TemporaryDirectory
from time import perf_counter, sleep
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

from dosar import shipped_folder
from tests.bench.filling import KEY

PATIENCE, STARTS = 60, 3
COMMAND = "import sys; from dosar.cli.main import main; sys.exit(main())"


def seconds_to_first_answer(data: Path) -> tuple[float, float]:
    """How long it took on the clock, and of the processor's time: the quickest of some starts."""
    with TemporaryDirectory() as folder:
        key = Path(folder) / "key"
        key.write_text(KEY.hex() + "\n")
        key.chmod(0o600)
        return min(_start(data, key)[1:] for _ in range(STARTS))


def _start(data: Path, key: Path, *more: str) -> tuple[float, float, float]:
    """Start ``dosar start`` in a process of its own and ask for the sign-in page until it comes: when something came,
    when that page came, and the processor's time."""
    port, worked, began = _free_port(), _work_of_others(), perf_counter()
    process = Popen(
        [
            sys.executable,
            "-c",
            COMMAND,
            "start",
            "--data",
            str(data),
            "--forms",
            str(shipped_folder("forms")),
            "--key-file",
            str(key),
            "--port",
            str(port),
            "--no-browser",
            *more,
        ],
        stdout=DEVNULL,
        stderr=DEVNULL,
    )
    try:
        first = _wait_for(f"http://127.0.0.1:{port}/sign-in", process, began)
        took = perf_counter() - began
    finally:
        process.terminate()
        process.wait()
    return first, took, _work_of_others() - worked


def _work_of_others() -> float:
    """The processor's time that the processes begun here and ended have needed."""
    told = os.times()
    return told.children_user + told.children_system


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


def _wait_for(address: str, process: Popen[bytes], began: float) -> float:
    """When something came; until it is the page itself, that is looked for as a browser does."""
    first = 0.0
    while process.poll() is None and perf_counter() - began < PATIENCE:
        try:
            with urlopen(address):
                return first or perf_counter() - began
        except HTTPError:
            first = first or perf_counter() - began
            sleep(0.1)
        except URLError:
            sleep(0.02)
    raise RuntimeError("the application did not answer")


def _tell_starts(name: str, *more: str) -> None:
    """A line of the table for the first start and one for the later ones: the quickest of some."""
    first, later = [], []
    for _ in range(STARTS):
        with TemporaryDirectory() as folder:
            data, key = Path(folder) / "data", Path(folder) / "key"
            first.append(_start(data, key, *more))
            later += [_start(data, key, *more) for _ in range(2)]
    for when, measured in (("first", first), ("later", later)):
        answer, page, work = (min(column) for column in zip(*measured, strict=True))
        print(f"| {name}, {when} | {answer:.1f} | {page:.1f} | {work:.1f} |", flush=True)


if __name__ == "__main__":
    _tell_starts("demo", "--demo")
    _tell_starts("new organisation")
