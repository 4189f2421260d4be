"""The program that shows the pages, started by the window and yet independent of it: a window that crashes or is
closed takes nobody's work along."""

import os
import socket
import subprocess
import sys
from collections import deque
from collections.abc import Sequence
from pathlib import Path
from threading import Thread

from dosar.cli.serving.single_instance import ask_instance, is_answering
from dosar.cli.serving.stop_request import ask_to_stop
from dosar.database.installation.lock_file import RunningInstance, published_instance
from dosar.desktop.states import Seen

RUN_COMMAND = "from dosar.cli.entry import run; raise SystemExit(run())"
USUAL_PORT, LAST_PORT = 8080, 8099
ANSWER_SECONDS = 5.0
KEPT_LINES = 50


def is_frozen() -> bool:
    """Whether this is a folder without Python."""
    return bool(getattr(sys, "frozen", False))


def program_command() -> list[str]:
    """What runs ``dosar``: the program beside this one, or this Python."""
    if is_frozen():
        this = Path(sys.executable)
        return [str(this.with_name(f"dosar{this.suffix}"))]
    return [sys.executable, "-c", RUN_COMMAND]


def free_port(first: int = USUAL_PORT, last: int = LAST_PORT) -> int:
    """The usual port, or the next one that no other program has."""
    for port in range(first, last):
        try:
            socket.create_server(("127.0.0.1", port)).close()
        except OSError:
            continue
        return port
    return last


class Server:
    """The program on one data folder, whoever started it."""

    def __init__(self, data: Path, options: Sequence[str]) -> None:
        self.lines: deque[str] = deque(maxlen=KEPT_LINES)
        """What the program that was started here has said last."""
        self._data, self._options = data, options
        self._process: subprocess.Popen[str] | None = None
        self._asked: RunningInstance | None = None

    @property
    def instance(self) -> RunningInstance | None:
        """The program that runs, as it says itself; it may have ended since."""
        return published_instance(self._data)

    @property
    def address(self) -> str | None:
        """Where its pages are."""
        instance = self.instance
        return instance.address if instance else None

    def start(self, open_browser: bool = True) -> None:
        """Start it; where one runs already, the new one opens the browser there and ends. Raises :class:`OSError`."""
        self.lines.clear()
        self._asked = None
        said = [] if "--port" in self._options else ["--port", str(free_port())]
        quiet = [] if open_browser else ["--no-browser"]
        self._process = subprocess.Popen(  # noqa: S603 - a program of ours, with the arguments that this one was given
            [*program_command(), "start", *self._options, *said, *quiet],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=os.environ | {"PYTHONIOENCODING": "utf-8", "PYTHONUNBUFFERED": "1"},
            encoding="utf-8",
            errors="replace",
            start_new_session=True,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
        Thread(target=self._read, args=(self._process,), daemon=True).start()

    def _read(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        for line in process.stdout:
            self.lines.append(line.rstrip())

    def look(self) -> Seen:
        """How it stands now; takes a moment, so that no window waits for it."""
        instance = published_instance(self._data)
        word = None
        if instance and is_answering(instance, ANSWER_SECONDS):
            word = (ask_instance(instance.address, "/ready", ANSWER_SECONDS, any_status=True) or "").strip()
        code = self._process.poll() if self._process else None
        alive = self._process is not None and code is None
        return Seen(word, code, alive, self._asked is not None and self._asked == instance)

    def stop(self) -> None:
        """Ask it to finish what is being saved, close the data and end. Raises :class:`OSError`."""
        instance = published_instance(self._data)
        if instance is not None:
            ask_to_stop(self._data, instance)
            self._asked = instance
