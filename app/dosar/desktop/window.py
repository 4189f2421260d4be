"""The window: what Dosar does just now, in words, and a button for each thing that is to be done with it.

Only this module knows Tk. It is as narrow as a telephone, every button is reached by the keyboard, and what takes a
moment is looked at in another thread.
"""

import subprocess
import sys
import time
import tkinter as tk
import webbrowser
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from threading import Event, Thread
from tkinter import ttk

from dosar.backups.making.last_backup import days_since_backup
from dosar.cli.console.locale import translate_message
from dosar.desktop.autostart import Autostart
from dosar.desktop.server_process import Server
from dosar.desktop.states import (
    STARTABLE,
    WITH_PAGES,
    Seen,
    State,
    backup_words,
    judge_state,
    shown_output,
    update_words,
)
from dosar.language.text.message import Message
from dosar.updates.check.newest_version_file import read_newer_version
from dosar.updates.restarting import other_program

WIDTH, PADDING, MOST_LINES = 390, 16, 10
GAP = (8, 0)
LOOK_SECONDS, LOOK_SECONDS_ON_THE_WAY = 3.0, 0.5
DRAW_MILLISECONDS = 200
SHOW_REQUEST_FILE = "window-asked"
"""Made in the data folder by a second start."""
ICON = Path(__file__).with_name("dosar.png")
OPEN, START, STOP = Message("Open"), Message("Start"), Message("Stop")
BACK_UP, BACKUPS_PATH = Message("Back up now"), "backups"
UPDATE_PATH = "update"
WHERE, SHOW_FOLDER, CLOSE = Message("Where is my data?"), Message("Open the folder"), Message("Close")
WITH_COMPUTER = Message("Start with the computer")
LEAVE_RUNNING, STOP_TOO = Message("Leave it running"), Message("Stop Dosar")
LEAVING = Message(
    "Shall Dosar be stopped too? If it is left running, the pages stay open for work; its icon brings this window back."
)
DATA_WORDS = Message(
    "Everything that was typed in is in this folder, encrypted. Do not copy it while Dosar is running. Keep the "
    "recovery card in another place: without it and without the passphrase nobody can read the data."
)


class Window(tk.Tk):
    """The window of one data folder."""

    def __init__(self, server: Server, data: Path, autostart: Autostart, version: str = "") -> None:
        super().__init__(className="Dosar")
        self._server, self._data, self._autostart = server, data, autostart
        self._seen, self._closing, self._hurry = Seen("" if server.address else None), Event(), Event()
        self._state: State | None = None
        self._version = version
        self._served = server.instance
        """The program as it ran before another version was chosen."""
        self.is_replaced = False
        """Whether another version runs now, whose window is to come up in the place of this one."""
        self._with_computer = tk.BooleanVar(self, autostart.is_on())
        self.title("Dosar")
        self.resizable(False, False)
        if sys.platform == "linux":
            ttk.Style(self).theme_use("clam")
        self.iconphoto(True, tk.PhotoImage(master=self, file=ICON))
        self.protocol("WM_DELETE_WINDOW", self._leave)
        self._build()
        Thread(target=self._watch, daemon=True).start()
        self._draw()

    def report_callback_exception(self, *trouble: object) -> None:
        """A button that failed says why, instead of a trace that nobody sees."""
        self._output_text(str(trouble[1]))

    def start(self, open_browser: bool = True) -> None:
        """Start the program, or have the one that runs shown."""
        self._server.start(open_browser)
        self._seen = Seen(None, is_ours_alive=True)
        self._hurry.set()

    def _build(self) -> None:
        body = ttk.Frame(self, padding=PADDING)
        body.grid(sticky="nsew")
        body.columnconfigure((0, 1), weight=1, uniform="buttons", minsize=WIDTH // 2 - PADDING)
        self._state_label = ttk.Label(body, wraplength=WIDTH - 2 * PADDING, font=("TkDefaultFont", 12, "bold"))
        self._state_label.grid(columnspan=2, sticky="w")
        self._backup_label = ttk.Label(body, wraplength=WIDTH - 2 * PADDING)
        self._backup_label.grid(columnspan=2, sticky="w", pady=(4, 0))
        self._output = tk.Text(
            body,
            width=1,
            height=1,
            wrap="word",
            relief="flat",
            takefocus=0,
            highlightthickness=0,
            font="TkDefaultFont",
            background=ttk.Style(self).lookup("TFrame", "background"),
        )
        self._output.grid(columnspan=2, sticky="ew", pady=(8, 0))
        self._open = _button(body, OPEN, self._open_pages, 3, 0)
        self._stop = _button(body, STOP, self._start_or_stop, 3, 1)
        self._backup = _button(body, BACK_UP, self._open_backups, 4, 0)
        _button(body, WHERE, self._show_data, 4, 1)
        self._update = _button(body, update_words(""), self._open_update, 5, 0)
        self._update.grid(columnspan=2)
        ttk.Checkbutton(
            body, text=translate_message(WITH_COMPUTER), variable=self._with_computer, command=self._switch_autostart
        ).grid(columnspan=2, sticky="w", pady=(12, 0))
        self.bind("<Return>", lambda _: self._pressed())
        self.bind("<Escape>", lambda _: self._leave())
        self._open.focus_set()

    def _watch(self) -> None:
        while not self._closing.is_set():
            self._seen = self._server.look()
            on_the_way = judge_state(self._seen) in (State.STARTING, State.STOPPING)
            self._hurry.wait(LOOK_SECONDS_ON_THE_WAY if on_the_way else LOOK_SECONDS)
            self._hurry.clear()

    def _show_state(self, state: State) -> None:
        if state is not self._state:
            self._state = state
            self._state_label["text"] = translate_message(state.value)
            with_pages = "normal" if state in WITH_PAGES else "disabled"
            self._open["state"] = self._backup["state"] = self._update["state"] = with_pages
            self._stop["text"] = translate_message(START if state in STARTABLE else STOP)
            self._stop["state"] = "disabled" if state is State.STOPPING else "normal"

    def _draw(self) -> None:
        state = judge_state(self._seen)
        self._show_state(state)
        told = backup_words(days_since_backup(self._data, time.time()))
        self._backup_label["text"] = translate_message(told) if told else ""
        self._update["text"] = translate_message(update_words(read_newer_version(self._data, self._version)))
        self._output_text(shown_output(list(self._server.lines), state, self._seen))
        self._come_if_asked()
        if state in WITH_PAGES and self._is_other_version():
            self.is_replaced = True
            self._close()
            return
        self.after(DRAW_MILLISECONDS, self._draw)

    def _is_other_version(self) -> bool:
        """Whether the program has started anew since another version was chosen; until then it is the one before."""
        instance = self._server.instance
        if other_program() is None:
            self._served = instance
        return self._served is not None and instance is not None and instance != self._served

    def _come_if_asked(self) -> None:
        with suppress(OSError):
            (self._data / SHOW_REQUEST_FILE).unlink()
            self.deiconify()
            self.lift()
            self.focus_force()

    def _output_text(self, text: str) -> None:
        if text == self._output.get("1.0", "end-1c"):
            return
        self._output["state"] = "normal"
        self._output.replace("1.0", "end", text)
        self._output["state"] = "disabled"  # still to be marked and copied: a code, the address
        self._output["height"] = 1
        if text:
            self.update_idletasks()
            (lines,) = self._output.count("1.0", "end", "displaylines") or (1,)
            self._output["height"] = min(lines, MOST_LINES)

    def _pressed(self) -> None:
        focused = self.focus_get()
        (focused if isinstance(focused, ttk.Button) else self._open).invoke()

    def _open_pages(self) -> None:
        open_pages(self._server.address)

    def _open_backups(self) -> None:
        """The page with the button and with what became of the last one; whoever is not signed in does so first."""
        open_pages(self._server.address, BACKUPS_PATH)

    def _open_update(self) -> None:
        open_pages(self._server.address, UPDATE_PATH)

    def _start_or_stop(self) -> None:
        if self._state in STARTABLE:
            self.start()
        else:
            self._server.stop()
            self._seen = seen = replace(self._seen, is_stop_asked=True)
            self._show_state(judge_state(seen))
            self._hurry.set()

    def _switch_autostart(self) -> None:
        try:
            self._autostart.switch(self._with_computer.get())
        finally:
            self._with_computer.set(self._autostart.is_on())

    def _show_data(self) -> None:
        shown = _Dialog(self, WHERE, DATA_WORDS)
        place = ttk.Entry(shown.body)
        place.insert(0, str(self._data))
        place["state"] = "readonly"
        place.grid(sticky="ew", pady=(0, 12))
        shown.offer([(SHOW_FOLDER, lambda: open_folder(self._data)), (CLOSE, shown.destroy)])

    def _leave(self) -> None:
        if judge_state(self._seen) in STARTABLE:
            self._close()
            return
        asked = _Dialog(self, CLOSE, LEAVING)
        asked.offer([(LEAVE_RUNNING, self._close), (STOP_TOO, self._stop_and_close)])

    def _stop_and_close(self) -> None:
        self._server.stop()
        self._close()

    def _close(self) -> None:
        self._closing.set()
        self._hurry.set()
        self.destroy()


class _Dialog(tk.Toplevel):
    """A small window over the other one, with a sentence and buttons; Escape closes it and does nothing."""

    def __init__(self, parent: tk.Tk, title: Message, words: Message) -> None:
        super().__init__(parent)
        self.title(f"Dosar – {translate_message(title)}")
        self.transient(parent)
        self.resizable(False, False)
        self.body = ttk.Frame(self, padding=PADDING)
        self.body.grid(sticky="nsew")
        self.body.columnconfigure(0, weight=1, minsize=WIDTH - 2 * PADDING)
        ttk.Label(self.body, text=translate_message(words), wraplength=WIDTH - 2 * PADDING).grid(
            pady=(0, 12), sticky="w"
        )
        self.bind("<Escape>", lambda _: self.destroy())

    def offer(self, choices: list[tuple[Message, Callable[[], object]]]) -> None:
        """The buttons, from left to right; the first one has the keyboard."""
        row = ttk.Frame(self.body)
        row.grid(sticky="ew")
        for column, (words, do) in enumerate(choices):
            row.columnconfigure(column, weight=1, uniform="buttons")
            button = _button(row, words, do, 0, column)
            button.bind("<Return>", lambda event: event.widget.invoke())
            if column == 0:
                button.focus_set()
        self.grab_set()


def _button(parent: ttk.Frame, words: Message, do: Callable[[], object], row: int, column: int) -> ttk.Button:
    button = ttk.Button(parent, text=translate_message(words), command=do)
    button.grid(row=row, column=column, sticky="ew", padx=GAP if column else 0, pady=(12, 0))
    return button


def open_pages(address: str | None, path: str = "") -> None:
    """Show the pages in the browser, if they are anywhere."""
    if address:
        webbrowser.open(f"{address}{path}")


def open_folder(folder: Path) -> None:
    """Show a folder in the program that the system has for that. Raises :class:`OSError`."""
    if sys.platform == "win32":
        import os

        os.startfile(folder)  # noqa: S606
    else:
        shows = "open" if sys.platform == "darwin" else "xdg-open"
        subprocess.Popen([shows, str(folder)], start_new_session=True)  # noqa: S603
