"""How a program that serves pages stops: nothing new is taken, what is being answered or received is finished."""

import time
from collections.abc import Callable
from threading import Event
from typing import Any

FINISH_SECONDS = 4.0
"""So long a page that is being made is waited for: a container is killed ten seconds after it was told to stop."""
LOOP_SECONDS = 0.1


class Stop:
    """Whether the program shall stop. Whoever asks a second time does not want to wait for pages."""

    def __init__(self) -> None:
        self._asked, self._hurried = Event(), Event()
        self._wake: Callable[[], None] = lambda: None

    @property
    def is_asked(self) -> bool:
        """Whether nothing new shall be begun."""
        return self._asked.is_set()

    @property
    def is_hurried(self) -> bool:
        """Whether nothing shall be waited for."""
        return self._hurried.is_set()

    def ask(self) -> None:
        """Stop; from any thread, and from a signal."""
        (self._hurried if self.is_asked else self._asked).set()
        self._wake()

    def will_wake(self, wake: Callable[[], None]) -> None:
        """``wake`` is called when somebody asks: who serves may be waiting for a connection."""
        self._wake = wake


def serve_until(server: Any, stop: Stop) -> None:
    """Answer what comes to the server until ``stop`` is asked for, and finish what is being made then."""
    stop.will_wake(server.pull_trigger)
    while not stop.is_asked:
        _look_around(server, server.adj.asyncore_loop_timeout)
    _finish(server, stop)
    stop.will_wake(lambda: None)
    server.asyncore.close_all(server._map, ignore_all=True)


def _look_around(server: Any, seconds: float) -> None:
    server.asyncore.loop(seconds, server.adj.asyncore_use_poll, server._map, count=1)


def _finish(server: Any, stop: Stop) -> None:
    server.asyncore.dispatcher.close(server)  # only what listens: the connections stay
    until = time.monotonic() + FINISH_SECONDS
    while server.active_channels and time.monotonic() < until and not stop.is_hurried:
        for channel in list(server.active_channels.values()):
            channel.will_close = channel.will_close or _is_idle(channel)
        _look_around(server, LOOP_SECONDS)
    workers = server.task_dispatcher
    workers.set_thread_count(0)
    with workers.lock:  # a page whose reader has gone is being made still
        workers.queue.clear()
        workers.thread_exit_cv.wait_for(
            lambda: not workers.threads or stop.is_hurried, max(until - time.monotonic(), 0)
        )


def _is_idle(channel: Any) -> bool:
    """Whether nothing is being received, made or sent."""
    return not channel.requests and channel.request is None and not channel.total_outbufs_len
