"""How the system ends a program: Ctrl+C, a service that is stopped, a window that is closed, a computer that is
switched off. All of them end it as Ctrl+C does, so that the data are closed."""

import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, current_thread, main_thread
from typing import Any

ENDING_SIGNALS = tuple(
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGBREAK", "SIGHUP") if hasattr(signal, name)
)
"""Windows has no SIGHUP, and only Windows has SIGBREAK: Ctrl+Break."""
WINDOW_SECONDS = 4.5
"""Windows ends a program five seconds after its window was closed."""
WINDOW_CLOSED_EVENTS = {2, 5, 6}
"""CTRL_CLOSE_EVENT, CTRL_LOGOFF_EVENT and CTRL_SHUTDOWN_EVENT."""
INTERRUPTED_EXIT_CODE = 130
"""What shells expect of a program that Ctrl+C ended."""


def end_by_interrupt() -> None:
    """From now on each of the signals is what Ctrl+C is: :class:`KeyboardInterrupt`. An ignored one stays ignored."""
    for number in ENDING_SIGNALS:
        if signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, signal.default_int_handler)


@contextmanager
def ended_by(end: Callable[[], None]) -> Iterator[None]:
    """Inside, who ends the program has ``end`` called, in the main thread."""
    if current_thread() is not main_thread():
        yield
        return
    earlier = {number: signal.getsignal(number) for number in ENDING_SIGNALS}
    for number, handler in earlier.items():
        if handler is not signal.SIG_IGN:
            signal.signal(number, lambda _number, _frame: end())
    try:
        yield
    finally:
        for number, handler in earlier.items():
            signal.signal(number, handler)


@contextmanager
def waiting_for_window(end: Callable[[], None]) -> Iterator[None]:
    """Inside, Windows keeps the program for some seconds when its window is closed or the computer is switched off,
    until the end of this; it asks in a thread of its own."""
    if sys.platform != "win32":
        yield
        return
    import ctypes

    ended = Event()

    @ctypes.WINFUNCTYPE(ctypes.c_int, ctypes.c_uint)
    def close_window(event: Any) -> bool:
        if event not in WINDOW_CLOSED_EVENTS:
            return False
        end()
        ended.wait(WINDOW_SECONDS)
        return True

    ctypes.windll.kernel32.SetConsoleCtrlHandler(close_window, True)
    try:
        yield
    finally:
        ended.set()
        ctypes.windll.kernel32.SetConsoleCtrlHandler(close_window, False)
