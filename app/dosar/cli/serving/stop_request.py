"""The running program asked to stop by another one: by a file in its data folder, on every system alike.

Windows lets no program without a window of its own be told anything by a signal. Who can write into the folder could
do worse.
"""

from collections.abc import Callable
from contextlib import suppress
from hmac import compare_digest
from pathlib import Path
from threading import Thread
from time import sleep

from dosar.database.installation.lock_file import RunningInstance

STOP_REQUEST_FILE = "stop-asked"
LOOK_SECONDS = 0.5


def ask_to_stop(data: Path, instance: RunningInstance) -> None:
    """Have this very program stop; one that was started meanwhile does not feel meant. Raises :class:`OSError`."""
    (data / STOP_REQUEST_FILE).write_text(instance.token, "utf-8")


def watch_stop_request(data: Path, token: str, stop: Callable[[], None]) -> None:
    """Call ``stop``, once, when somebody asks the program with this token to stop."""
    Thread(target=_look_for_request, args=(data / STOP_REQUEST_FILE, token, stop), daemon=True).start()


def _look_for_request(file: Path, token: str, stop: Callable[[], None]) -> None:
    while not _is_asked(file, token):
        sleep(LOOK_SECONDS)
    with suppress(OSError):
        file.unlink()
    stop()


def _is_asked(file: Path, token: str) -> bool:
    with suppress(OSError):
        return compare_digest(file.read_bytes(), token.encode())
    return False
