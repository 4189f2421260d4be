"""How requests are received: nothing on the disk, and no character that nobody can type."""

from io import BytesIO
from typing import IO, Any

from flask import Flask, Request
from werkzeug.datastructures import ImmutableMultiDict, MultiDict
from werkzeug.utils import cached_property

NUL = "\x00"


class Received(Request):
    """A request whose uploads never touch the disk; Werkzeug would write large ones to /tmp.

    NUL is left out of what is asked and posted: no keyboard types it, and PostgreSQL keeps none.
    """

    def _get_file_stream(
        self, total_content_length: int | None, content_type: str | None,
        filename: str | None = None, content_length: int | None = None,
    ) -> IO[bytes]:
        return BytesIO()

    def _load_form_data(self) -> None:
        if "form" in self.__dict__:
            return
        super()._load_form_data()
        self.__dict__["form"] = _typed(self.form)

    @cached_property
    def args(self) -> MultiDict[str, str]:
        """What stands in the address."""
        return _typed(super().args)


def _typed(texts: MultiDict[str, str]) -> MultiDict[str, str]:
    if not any(NUL in name or NUL in text for name, text in texts.items(multi=True)):
        return texts
    return ImmutableMultiDict(
        (name.replace(NUL, ""), text.replace(NUL, "")) for name, text in texts.items(multi=True)
    )


def receive_in_memory(app: Flask) -> None:
    """Use requests of this kind."""
    kind: Any = Received
    app.request_class = kind
