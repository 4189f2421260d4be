"""Somebody before the window. Each sitting runs in a process of its own: Tk ends its process when the screen goes."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from tkinter import TclError
from typing import Any

from dosar.cli.console.locale import translate_message
from dosar.cli.serving.single_instance import running_address
from dosar.database.installation.lock_file import RunningInstance
from dosar.desktop.autostart import Autostart
from dosar.desktop.server_process import Server
from dosar.desktop.states import State
from dosar.desktop.window import SHOW_REQUEST_FILE, WIDTH, Window
from dosar.updates.check.newest_version_file import write_newest_version
from dosar.updates.programs.choice import choose
from dosar.updates.programs.program import WINDOW, Program
from tests.waiting import is_soon


class Shown:
    """The window, and whoever sits before it."""

    def __init__(self, data: Path, *options: str) -> None:
        self.window = Window(Server(data, options), data, Autostart(["dosar-desktop"], data.parent), "0.2.0")

    def comes(self, state: State) -> bool:
        return self.waits_for(lambda: self.window._state is state)

    def waits_for(self, happens: Callable[[], bool]) -> bool:
        def looks() -> bool:
            self.window.update()
            return happens()

        return is_soon(looks)

    def texts(self) -> str:
        label, output = self.window._state_label["text"], self.window._output.get("1.0", "end-1c")
        return f"{label}\n{output}"

    def press(self, words: str) -> None:
        (button,) = (
            each for each in _all_inside(self.window) if each.winfo_class() == "TButton" and each["text"] == words
        )
        button.invoke()

    def dialog_texts(self) -> list[str]:
        inside = [
            each for top in self.window.winfo_children() if top.winfo_class() == "Toplevel" for each in _all_inside(top)
        ]
        return [each["text"] for each in inside if each.winfo_class() in ("TLabel", "TButton")]


def _all_inside(widget: Any) -> Iterator[Any]:
    for child in widget.winfo_children():
        yield child
        yield from _all_inside(child)


def start_and_leave(data: Path, opened: Path, port: int) -> None:
    shown = Shown(data, "--data", str(data), "--port", str(port), "--no-browser")
    shown.window.start(open_browser=False)
    assert shown.comes(State.RUNNING), shown.texts()
    assert "Dosar funcționează." in shown.texts()
    assert shown.waits_for(lambda: "Codul" in shown.texts()), shown.texts()
    assert shown.window.winfo_width() == WIDTH, shown.window.winfo_width()
    shown.press("Deschide")
    assert shown.waits_for(lambda: opened.exists() and opened.read_text() == f"{running_address(data)}\n")
    shown.press("Fă o copie acum")
    assert shown.waits_for(lambda: opened.read_text().splitlines()[-1] == f"{running_address(data)}backups")
    write_newest_version(data, "99.0.0")
    assert shown.waits_for(lambda: "99.0.0" in shown.window._update["text"]), shown.window._update["text"]
    shown.press("Actualizare: a apărut versiunea 99.0.0")
    assert shown.waits_for(lambda: opened.read_text().splitlines()[-1] == f"{running_address(data)}update")
    shown.press("Unde sunt datele?")
    assert any("criptat" in words for words in shown.dialog_texts()), shown.dialog_texts()
    assert "Deschide folderul" in shown.dialog_texts(), shown.dialog_texts()
    shown.press("Închide")
    shown.window._leave()
    shown.press("Lasă-l pornit")


def give_way(data: Path, installed: Program, newer: Program) -> None:
    """The program goes on as another version: its window comes in the place of this one."""
    sys.frozen, sys.executable = True, str(installed.file(WINDOW))  # type: ignore[attr-defined]
    os.environ["DOSAR_PROGRAMS"] = str(data.parent / "store")
    shown = Shown(data)
    assert shown.comes(State.RUNNING) and not shown.window.is_replaced
    choose(newer, installed, "2026-11-30T08:00:00")
    shown.window.update()
    assert not shown.window.is_replaced, "it is the version before that runs still"
    shown.window._served = RunningInstance("http://127.0.0.1:8080/", "of the version before")
    with suppress(TclError):  # it is gone
        shown.waits_for(lambda: shown.window.is_replaced)
    assert shown.window.is_replaced


def find_and_stop(data: Path) -> None:
    """Later, from another window: the first one is gone with all that it read."""
    another = Shown(data)
    assert another.comes(State.RUNNING), "the program has outlived its window"
    another.window.withdraw()  # out of sight, where no window manager makes windows small
    (data / SHOW_REQUEST_FILE).touch()
    assert another.waits_for(lambda: another.window.state() == "normal"), "a second double click brings it"
    another.press("Oprește")
    assert another.window._state is State.STOPPING, "it says so at once"
    assert another.comes(State.STOPPED), another.texts()
    assert another.window._stop["text"] == "Pornește"
    another.window._leave()


def start_in_vain(data: Path) -> None:
    shown = Shown(data, "--data", str(data), "--forms", str(data / "nicăieri"))
    shown.window.start()
    assert shown.comes(State.FAILED)
    assert translate_message(State.FAILED.value) in shown.texts() and "nicăieri" in shown.texts(), shown.texts()
    shown.window._leave()
