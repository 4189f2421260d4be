"""Files and pictures: the answer is the number of an attachment, kept apart from the sheet.

What may be attached is a short list, judged by the name's ending and by the first bytes, and cleaned before it is
kept (:mod:`dosar.cleaning`).
"""

import re
from collections.abc import Callable
from typing import Any, ClassVar, Literal, NamedTuple

from babel.units import format_unit
from sqlalchemy import Integer

from dosar.cleaning.office_documents import clean_docx, clean_odt, clean_xlsx
from dosar.cleaning.pdf_documents import clean_pdf
from dosar.cleaning.pictures import clean_image, pixel_count
from dosar.cleaning.separate_process import clean_apart
from dosar.language.question import Answer, Question, ReadingContext
from dosar.language.text.locales import locale_of
from dosar.language.text.message import Mistake, msgid
from dosar.language.text.translations import translated_word


class FileType(NamedTuple):
    """What a file with a known ending is."""

    media_type: str
    beginning: bytes
    """How its content begins, as a pattern."""
    kind: str
    """What people call it."""
    clean: Callable[[bytes], bytes] | None = None
    """What makes it fit to be kept."""


ZIP_BEGINNING = rb"PK\x03\x04"
OFFICE_MEDIA_TYPE = "application/vnd.openxmlformats-officedocument"
PICTURE_WORD = msgid("picture")
PICTURE_TYPES = {
    "jpg": FileType("image/jpeg", rb"\xff\xd8\xff", PICTURE_WORD, clean_image),
    "jpeg": FileType("image/jpeg", rb"\xff\xd8\xff", PICTURE_WORD, clean_image),
    "png": FileType("image/png", rb"\x89PNG\r\n\x1a\n", PICTURE_WORD, clean_image),
    "webp": FileType("image/webp", rb"RIFF.{4}WEBP", PICTURE_WORD, clean_image),
}
ODT_MEDIA_TYPE = "application/vnd.oasis.opendocument.text"
DOCUMENT_TYPES = {
    "pdf": FileType("application/pdf", rb"%PDF-", msgid("PDF document"), clean_pdf),
    "docx": FileType(
        f"{OFFICE_MEDIA_TYPE}.wordprocessingml.document", ZIP_BEGINNING, msgid("Word document"), clean_docx
    ),
    "xlsx": FileType(f"{OFFICE_MEDIA_TYPE}.spreadsheetml.sheet", ZIP_BEGINNING, msgid("Excel workbook"), clean_xlsx),
    "odt": FileType(
        ODT_MEDIA_TYPE,
        ZIP_BEGINNING + rb".{26}mimetype" + re.escape(ODT_MEDIA_TYPE).encode(),
        msgid("OpenDocument text"),
        clean_odt,
    ),
    "txt": FileType("text/plain", rb"(?!(?:\xef\xbb\xbf)?\s*<)[^\x00]*\Z", msgid("text")),
}
"""The files accepted, by their ending. A text must not begin like a web page."""
KINDS_BY_MEDIA_TYPE = {known.media_type: known.kind for known in (DOCUMENT_TYPES | PICTURE_TYPES).values()}
SIZE_UNITS = (("megabyte", 1_000_000), ("kilobyte", 1_000))
UTF_16_MARKS = (b"\xff\xfe", b"\xfe\xff")
"""How a text begins that Windows saved as "Unicode"."""
EMPTY_FILES = (b"", b"\xef\xbb\xbf", *UTF_16_MARKS)
SMALL_PICTURE_PIXELS = 2_000_000
"""Pictures of up to so many points are drawn anew at once: they need little memory."""


class File(Question):
    """A document or a picture."""

    look: ClassVar[str] = "file"
    sortable: ClassVar[bool] = False
    attached: ClassVar[bool] = True
    accepted: ClassVar[dict[str, FileType]] = DOCUMENT_TYPES | PICTURE_TYPES
    called_elsewhere: ClassVar[tuple[str, ...]] = ("upload",)

    type: Literal["file"] = "file"

    def column_types(self) -> dict[str, Any]:
        return {self.name: Integer()}

    def parse(self, texts: list[str], reading: ReadingContext) -> Answer:
        number = next(text for text in texts if text)
        if re.fullmatch(r"[0-9]{1,9}", number) is None:
            raise Mistake("Attach the file again.")
        return int(number)

    def accepts(self, filename: str, content: bytes) -> Mistake | None:
        """Why a file is refused. Its first 4 KB are enough; what is inside is looked at by :meth:`cleaned`."""
        if content in EMPTY_FILES:
            return Mistake("The file is empty. Look at it on your computer, then attach it again.")
        ending = _file_ending(filename)
        if ending not in self.accepted:
            return Mistake(
                "Files of this kind are not accepted. Attach one of: %(kinds)s.", kinds=", ".join(self.accepted)
            )
        if re.match(self.accepted[ending].beginning, _as_utf_8(content), re.DOTALL) is None:
            return Mistake(
                "The file is not what its name says. Save it again as %(kind)s and attach that.", kind=ending
            )
        return None

    def media_type(self, filename: str) -> str:
        """What an accepted file is served as."""
        return self.accepted[_file_ending(filename)].media_type

    def cleaned(self, filename: str, content: bytes) -> bytes:
        """An accepted file as it is kept: pictures drawn anew, documents without what is hidden or runs.

        Raises :class:`Mistake`.
        """
        clean = self.accepted[_file_ending(filename)].clean
        if clean is None:
            return content
        if clean is clean_image and pixel_count(content) <= SMALL_PICTURE_PIXELS:
            return clean_image(content)
        return clean_apart(clean, content)

    def number_in(self, answer: Answer) -> int | None:
        return answer if isinstance(answer, int) else None

    @property
    def rule_sort(self) -> str:
        return "file"

    def words(self, answer: Answer) -> str:
        return ""

    def shown(self, answer: Answer, reading: ReadingContext) -> str:
        """The number says nothing to anybody: :func:`describe_file` does, for who may open the file."""
        return ""


class Picture(File):
    """A picture only."""

    look: ClassVar[str] = "image"
    accepted: ClassVar[dict[str, FileType]] = PICTURE_TYPES
    called_elsewhere: ClassVar[tuple[str, ...]] = ("photo",)

    type: Literal["image"] = "image"  # type: ignore[assignment]


def describe_file(name: str, media_type: str, size: int, language: str) -> str:
    """The file as people know it: ``consent.jpg (picture, 240 kB)``."""
    return (
        f"{name} ({translated_word(KINDS_BY_MEDIA_TYPE.get(media_type, ''), language)}, {_size_text(size, language)})"
    )


def _size_text(size: int, language: str) -> str:
    unit, bytes_in_it = next((size_unit for size_unit in SIZE_UNITS if size >= size_unit[1]), ("byte", 1))
    count = size / bytes_in_it
    shown = round(count, 1) if count < 10 and unit != "byte" else round(count)
    return format_unit(shown, unit, "short", locale=locale_of(language))


def _file_ending(filename: str) -> str:
    return filename.rpartition(".")[2].lower()


def _as_utf_8(content: bytes) -> bytes:
    """A text in UTF-16 as one in UTF-8; anything else as it is."""
    return content.decode("utf-16", "ignore").encode() if content.startswith(UTF_16_MARKS) else content
