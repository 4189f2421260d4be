"""Dosar as it runs for an organisation: a real server on a free port, on data of its own."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread
from typing import Any

from flask import Flask
from waitress.server import create_server

from tests.databases import Place, fresh_place
from tests.filled import opened_at

THREADS = 4


@dataclass(frozen=True)
class Site:
    """A running Dosar: where it answers, and the application behind."""

    url: str
    app: Flask


@contextmanager
def served(data: Path, demo: bool = True, database: str = "sqlite", like: Place | None = None) -> Iterator[Site]:
    """Dosar on an empty database, with the demo cases or waiting for its set-up; or on a copy of a filled one."""
    with fresh_place(database, data, like) as place, opened_at(place, data, demo) as app, answering(app) as url:
        yield Site(url, app)


@contextmanager
def answering(app: Any) -> Iterator[str]:
    """A server for the application; where it answers."""
    server = create_server(app, host="127.0.0.1", port=0, threads=THREADS, ident=None)
    over = Event()
    thread = Thread(target=_serve, args=(server, over))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.effective_port}"
    finally:
        over.set()
        thread.join()


def _serve(server: Any, over: Event) -> None:
    """Answer until it is over; a browser's open connections are not waited for."""
    while not over.is_set():
        server.asyncore.loop(timeout=0.1, map=server._map, count=1)
    server.task_dispatcher.shutdown()
    server.asyncore.close_all(server._map, ignore_all=True)
