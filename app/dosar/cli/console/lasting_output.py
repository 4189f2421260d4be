"""What a server says, when nobody listens any more: the window that started it was closed, or has crashed."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import TextIOBase
from typing import TextIO, cast


class LastingOutput(TextIOBase):
    """Hands on to a stream for as long as somebody reads it; afterwards what is written goes nowhere."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        with self._lasting():
            self._stream.write(text)
        return len(text)

    def flush(self) -> None:
        with self._lasting():
            self._stream.flush()

    def fileno(self) -> int:
        return self._stream.fileno()

    @contextmanager
    def _lasting(self) -> Iterator[None]:
        try:
            yield
        except (OSError, ValueError):
            with suppress(OSError, ValueError):  # what waits to be read goes there too
                os.dup2(os.open(os.devnull, os.O_WRONLY), self._stream.fileno())

    def isatty(self) -> bool:
        return self._stream.isatty()


@contextmanager
def lasting_output() -> Iterator[None]:
    """Inside, this program runs on when nobody reads what it says."""
    before = sys.stdout, sys.stderr
    sys.stdout, sys.stderr = (cast(TextIO, LastingOutput(stream)) for stream in before)
    try:
        yield
    finally:
        sys.stdout, sys.stderr = before
