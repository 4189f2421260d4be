"""How requests are received: nothing on the disk, and no character that nobody can type or see."""

from io import BytesIO
from typing import IO, Any

from flask import Flask, Request
from werkzeug.datastructures import ImmutableMultiDict, MultiDict
from werkzeug.utils import cached_property

from app.language.characters import visible

NUL = "\x00"
PASSWORDS = {"password", "again", "current"}


class Received(Request):
    """A request whose uploads never touch the disk; Werkzeug would write large ones to /tmp.

    NUL is left out of what is asked and posted: no keyboard types it, and PostgreSQL keeps none. So is
    what nobody sees, except from passwords: one that was once chosen with it goes on working.
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
    return ImmutableMultiDict(
        (visible(name.replace(NUL, "")), _as_meant(name, text.replace(NUL, "")))
        for name, text in texts.items(multi=True)
    )


def _as_meant(name: str, text: str) -> str:
    return text if name in PASSWORDS else visible(text)


def receive_in_memory(app: Flask) -> None:
    """Use requests of this kind."""
    kind: Any = Received
    app.request_class = kind
