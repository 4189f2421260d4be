"""The cases of a new demo, filed while somebody looks at its first page and types a name and a password."""

from collections.abc import Callable, Iterable
from threading import Event, Thread
from typing import TYPE_CHECKING, Any

from dosar.cli.starting.garbage import garbage_collection_paused

if TYPE_CHECKING:
    from flask import Flask

    from dosar.language.load.finding import Finding

AT_ONCE = ("/sign-in", "/static/", "/health", "/ready")
"""What is answered meanwhile; all else, the name and the password too, waits until the cases are there."""


class FilingBeside:
    """Files them in a thread of its own, and keeps the requests that must wait."""

    def __init__(
        self, app: "Flask", file: Callable[[], list["Finding"]], over: Callable[[list["Finding"]], None]
    ) -> None:
        self._app, self._file, self._over = app, file, over
        self._answer, self._is_over = app.wsgi_app, Event()
        app.wsgi_app = self  # type: ignore[method-assign]

    def begin(self, failed: Callable[[Exception], None]) -> None:
        """From now on; ``failed`` is called where something goes wrong, unless the program is being stopped."""
        Thread(target=self._run, args=(failed,), daemon=True).start()

    def _run(self, failed: Callable[[Exception], None]) -> None:
        store = self._app.extensions["dosar_repository"].store
        try:
            with garbage_collection_paused():
                self._over(self._file())
            store.update_statistics()
        except Exception as error:  # in a thread nobody would ever hear of it
            if not store.closed.is_set():
                failed(error)
        finally:
            self._is_over.set()

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        is_read = environ.get("REQUEST_METHOD") in ("GET", "HEAD")
        if not (is_read and str(environ.get("PATH_INFO")).startswith(AT_ONCE)):
            self._is_over.wait()
        return self._answer(environ, start_response)
