"""Where the command ``dosar-desktop`` begins: a window where there is a display, else what ``dosar start`` does."""

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from dosar.cli.commands.start import start
from dosar.cli.console.localized import LocalizedCommand, LocalizedOption, speaking_computer_language
from dosar.cli.places import Places
from dosar.database.installation.lock_file import published_instance
from dosar.desktop.server_process import Server, program_command
from dosar.language.text.message import msgid
from dosar.updates.programs.hand_over import LAUNCHER
from dosar.updates.programs.program import WINDOW, running_version
from dosar.updates.restarting import QUIET, run_chosen

IN_BACKGROUND, IN_TERMINAL = "--in-background", "--no-window"
WINDOW_LOCK = "window-open"
"""The window that has the folder, as ``in-use`` is of the program."""


def run(arguments: Sequence[str] | None = None) -> int:
    """Run the window until it is closed; returns the exit code."""
    _set_up_windows()
    asked = list(sys.argv[1:] if arguments is None else arguments)
    with speaking_computer_language():
        try:
            return int(_desktop_command(asked).main(asked, "dosar-desktop", standalone_mode=False))
        except click.Abort:
            return 1
        except click.ClickException as asked_wrongly:
            asked_wrongly.show()
            return asked_wrongly.exit_code


def _desktop_command(asked: list[str]) -> click.Command:
    """The options of ``dosar start``, which are handed on, and two of its own."""
    handed_on = [argument for argument in asked if argument not in (IN_BACKGROUND, IN_TERMINAL)]

    def desktop(in_background: bool, no_window: bool, **options: Any) -> int:
        places = Places(options["data"], options["forms"], options["key_file"], options["passphrase"])
        if no_window or places.passphrase or not _has_display():
            return _start_in_terminal(handed_on)
        return _show_window(places.new_data_folder(options["demo"]), handed_on, in_background)

    own = [
        LocalizedOption([IN_BACKGROUND], is_flag=True, help=msgid("open no browser, and keep the window small")),
        LocalizedOption([IN_TERMINAL], is_flag=True, help=msgid("do what dosar start does, without a window")),
    ]
    does = msgid("start the application with a window, from which it is opened and stopped")
    return LocalizedCommand(
        "dosar-desktop", params=[*start.params, *own], callback=desktop, help=does, options_metavar=msgid("[OPTIONS]")
    )


def _show_window(data: Path, options: list[str], in_background: bool) -> int:
    """The window of the data folder; where one is open already, it comes to the front, and the browser shows
    the pages."""
    from dosar.desktop.autostart import Autostart
    from dosar.desktop.window import SHOW_REQUEST_FILE, Window, open_pages
    from dosar.updates.programs.trial import note_start

    with _only_window(data) as is_only:
        if not is_only:
            instance = published_instance(data)
            (data / SHOW_REQUEST_FILE).touch()
            open_pages(instance.address if instance else None)
            return 0
        autostart = Autostart([*_this_command(), *options, IN_BACKGROUND])
        window = Window(Server(data, options), data, autostart, running_version())
        if in_background:
            window.iconify()
        note_start()
        window.start(not in_background)
        window.mainloop()
    if window.is_replaced:
        run_chosen(WINDOW, QUIET)
    return 0


def _this_command() -> list[str]:
    """What starts this window once more: the program that stays where it is, whichever version it hands over to."""
    if getattr(sys, "frozen", False):
        launcher = os.environ.get(LAUNCHER)
        return [str(Path(launcher) / Path(sys.executable).name) if launcher else sys.executable]
    return [str(Path(sys.argv[0]).absolute())]


@contextmanager
def _only_window(data: Path) -> Iterator[bool]:
    """Whether no other window of this folder is open."""
    from filelock import FileLock, Timeout

    lock = FileLock(data / WINDOW_LOCK, blocking=False, fallback_to_soft=False, preserve_lock_file=True)
    try:
        lock.acquire()
    except Timeout:
        yield False
        return
    try:
        yield True
    finally:
        lock.release()


def _has_display() -> bool:
    """Whether a window can be shown: Python may have come without Tk, and a server has no display."""
    try:
        import tkinter

        tkinter.Tk().destroy()
    except (ImportError, tkinter.TclError):
        return False
    return True


def _start_in_terminal(options: list[str]) -> int:
    command = [*program_command(), "start", *options]
    os.execvp(command[0], command)  # noqa: S606 - this program itself, in its other shape


def _set_up_windows() -> None:
    """Letters as sharp as the screen can show them, and an icon of its own in the task bar."""
    if sys.platform == "win32":
        import ctypes

        ctypes.windll.shcore.SetProcessDpiAwareness(1)
        ctypes.windll.shell32.SetCurrentProcessExplicitAppUserModelID("Dosar")
