"""``python -m tests.rigs.slow [how many] [seconds]``: half-open connections and dribbling bodies, and a visitor beside.

The server is the one that ``dosar start`` runs, with its limits, before a page of one line. The slow ones come back as
often as they are closed.
"""

import socket
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread
from typing import Any

from dosar.cli.serving.server import create_request_server

HALF_A_HEAD = b"GET / HTTP/1.1\r\nHost: x\r\n"
A_BODY_TO_COME = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9999999\r\n\r\n"
VISITOR_SECONDS = 30


@contextmanager
def limited_server(app: Any) -> Iterator[tuple[str, int]]:
    """The server of Dosar on a free port; where it answers."""
    listening = socket.create_server(("127.0.0.1", 0), backlog=1024)
    server, over = create_request_server(app, listening), Event()

    def answer() -> None:
        while not over.is_set():
            server.asyncore.loop(timeout=0.1, map=server._map, count=1)

    thread = Thread(target=answer)
    thread.start()
    try:
        yield listening.getsockname()[:2]
    finally:
        over.set()
        thread.join()
        server.task_dispatcher.shutdown()
        server.asyncore.close_all(server._map, ignore_all=True)


def page_of_one_line(environ: Any, start_response: Any) -> list[bytes]:
    """An application that has something to say to everybody."""
    start_response("200 OK", [("Content-Length", "6")])
    return [b"Dosar\n"]


def seconds_of_a_visit(address: tuple[str, int]) -> float:
    """How long a visitor waits for her page."""
    began = time.monotonic()
    with socket.create_connection(address, VISITOR_SECONDS) as visitor:
        visitor.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        assert visitor.recv(15).endswith(b"200 OK")
    return time.monotonic() - began


class SlowClient:
    """A client that says half of what it has to say, and comes back when it is sent away."""

    def __init__(self, address: tuple[str, int], beginning: bytes) -> None:
        self.address, self.beginning, self.sent_away = address, beginning, 0
        self._come()

    def _come(self) -> None:
        self.connection = socket.create_connection(self.address, VISITOR_SECONDS)
        self.connection.sendall(self.beginning)
        self.connection.setblocking(False)

    def dribble(self) -> None:
        """One more byte of a body; a head stays as it is."""
        try:
            if not self.connection.recv(1):
                raise ConnectionResetError
        except BlockingIOError:
            if self.beginning is A_BODY_TO_COME:
                self.connection.send(b"x")
        except OSError:
            self.leave()
            self.sent_away += 1
            self._come()

    def leave(self) -> None:
        """Go for good."""
        self.connection.close()


def waits_beside(address: tuple[str, int], slow: list[SlowClient], seconds: float) -> list[float]:
    """How long a visitor waited, once a second, while these are there."""
    waits, end = [], time.monotonic() + seconds
    while time.monotonic() < end:
        waits.append(seconds_of_a_visit(address))
        for client in slow:
            client.dribble()
        time.sleep(1)
    return waits


def main(count: int, seconds: int) -> int:
    """Fails where a visitor waits longer than two seconds."""
    with limited_server(page_of_one_line) as address:
        for kind, beginning in (("half-open", HALF_A_HEAD), ("dribbling", A_BODY_TO_COME)):
            slow = [SlowClient(address, beginning) for _ in range(count)]
            longest = max(waits_beside(address, slow, seconds))
            sent_away = sum(client.sent_away for client in slow)
            print(f"{count} {kind}, {seconds} s: longest wait {longest * 1000:.0f} ms, {sent_away} closed")
            for client in slow:
                client.leave()
            if longest > 2:
                return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(*(int(word) for word in [*sys.argv[1:], *("150", "75")[len(sys.argv) - 1 :]])))
