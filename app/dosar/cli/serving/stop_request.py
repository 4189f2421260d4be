"""The running program asked to stop by another one: by a file in its data folder, on every system alike.

Windows lets no program without a window of its own be told anything by a signal. Who can write into the folder could
do worse.
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from hmac import compare_digest
from pathlib import Path
from threading import Thread
from time import sleep

from dosar.database.installation.lock_file import RunningInstance

STOP_REQUEST_FILE, RESTART_REQUEST_FILE = "stop-asked", "restart-asked"
"""The second one, where it shall go on as the version that is chosen by now."""
LOOK_SECONDS = 0.5


def ask_to_stop(data: Path, instance: RunningInstance) -> None:
    """Have this very program stop; one that was started meanwhile does not feel meant. Raises :class:`OSError`."""
    (data / STOP_REQUEST_FILE).write_text(instance.token, "utf-8")


def ask_to_restart(data: Path, instance: RunningInstance) -> None:
    """Have this very program end and go on as the chosen version. Raises :class:`OSError`."""
    (data / RESTART_REQUEST_FILE).write_text(instance.token, "utf-8")


def watch_stop_request(data: Path, token: str, stop: Callable[[], None], restart: Callable[[], None]) -> None:
    """Call ``stop`` or ``restart``, once, when somebody asks the program with this token to do so."""
    files = {data / STOP_REQUEST_FILE: stop, data / RESTART_REQUEST_FILE: restart}
    Thread(target=_look_for_request, args=(files, token), daemon=True).start()


def _look_for_request(files: Mapping[Path, Callable[[], None]], token: str) -> None:
    while not (asked := [file for file in files if _is_asked(file, token)]):
        sleep(LOOK_SECONDS)
    for file in asked:
        with suppress(OSError):
            file.unlink()
    files[asked[0]]()


def _is_asked(file: Path, token: str) -> bool:
    with suppress(OSError):
        return compare_digest(file.read_bytes(), token.encode())
    return False
