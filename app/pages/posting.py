"""Posts are received in memory: nothing a person typed or attached lies in a temporary file."""

from io import BytesIO
from typing import IO, Any

from flask import Flask, Request


class InMemory(Request):
    """A request whose uploads never touch the disk; Werkzeug would write large ones to /tmp."""

    def _get_file_stream(
        self, total_content_length: int | None, content_type: str | None,
        filename: str | None = None, content_length: int | None = None,
    ) -> IO[bytes]:
        return BytesIO()


def receive_in_memory(app: Flask) -> None:
    """Use requests of this kind."""
    kind: Any = InMemory
    app.request_class = kind
