"""How requests are received: as forms, with nothing on the disk, and no character that nobody can type or see."""

from io import BytesIO
from typing import IO, Any

from flask import Flask, Request
from werkzeug.datastructures import FileStorage, ImmutableMultiDict, MultiDict
from werkzeug.exceptions import UnsupportedMediaType
from werkzeug.utils import cached_property

from dosar.language.text.characters import strip_invisible
from dosar.language.text.file_names import clean_file_name

NUL = "\x00"
NAMELESS = "-"
FORM_MEDIA_TYPES = {"application/x-www-form-urlencoded", "multipart/form-data", ""}
"""What a page posts; a post with nothing in it names none."""
PASSWORD_BOXES = {"password", "again", "current"}


class InMemoryRequest(Request):
    """A request whose uploads never touch the disk; Werkzeug would write large ones to /tmp.

    NUL is left out of what is asked and posted: no keyboard types it, and PostgreSQL keeps none. So is
    what nobody sees, except from passwords: one that was once chosen with it goes on working. The names of files become
    one line each, without folders.

    Whoever asks for the form of a request that has none, but JSON, is refused: the check of its token asks for it
    before any page does.

    A request for the head of a page alone is one for the page, of which the server sends the head: whoever asks whether
    it is a GET would else take it for a post, and one that needs no token.
    """

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        if self.method == "HEAD":
            self.method = "GET"

    def _get_file_stream(
        self,
        total_content_length: int | None,
        content_type: str | None,
        filename: str | None = None,
        content_length: int | None = None,
    ) -> IO[bytes]:
        return BytesIO()

    def _load_form_data(self) -> None:
        if "form" in self.__dict__:
            return
        super()._load_form_data()
        self.__dict__["form"] = _cleaned_texts(self.form)
        self.__dict__["files"] = ImmutableMultiDict(
            (name, _cleaned_file(file)) for name, file in self.files.items(multi=True) if name is not None
        )
        if self.mimetype not in FORM_MEDIA_TYPES:
            raise UnsupportedMediaType

    @cached_property
    def args(self) -> MultiDict[str, str]:
        """What stands in the address."""
        return _cleaned_texts(super().args)


def _cleaned_texts(texts: MultiDict[str, str]) -> MultiDict[str, str]:
    return ImmutableMultiDict(
        (strip_invisible(name.replace(NUL, "")), _cleaned_text(name, text.replace(NUL, "")))
        for name, text in texts.items(multi=True)
        if name is not None  # a part of a post without a name: no page has such a box
    )


def _cleaned_file(file: FileStorage) -> FileStorage:
    """A file that came with a name keeps one, else nobody would see that it came."""
    file.filename = file.filename and (clean_file_name(file.filename) or NAMELESS)
    return file


def _cleaned_text(name: str, text: str) -> str:
    return text if name in PASSWORD_BOXES else strip_invisible(text)


def install_request_class(app: Flask) -> None:
    """Use requests of this kind."""
    kind: Any = InMemoryRequest
    app.request_class = kind
