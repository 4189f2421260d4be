"""Files and pictures: the answer is the number of an attachment, kept apart from the sheet.

What may be attached is a short list, judged by the name's ending and by the first bytes. Pictures are
drawn anew, so that nothing but what is seen is kept: no place, no device, no hidden thumbnail.
"""

import re
from io import BytesIO
from typing import Any, ClassVar, Literal
from warnings import catch_warnings, simplefilter
from zipfile import BadZipFile, ZipFile

from PIL import Image, ImageOps
from sqlalchemy import Integer

from app.language.message import Mistake
from app.language.question import Answer, Question, Reading

PICTURES = {
    "jpg": rb"\xff\xd8\xff",
    "jpeg": rb"\xff\xd8\xff",
    "png": rb"\x89PNG\r\n\x1a\n",
    "webp": rb"RIFF.{4}WEBP",
}
DOCUMENTS = {
    "pdf": rb"%PDF-",
    "docx": rb"PK\x03\x04",
    "xlsx": rb"PK\x03\x04",
    "odt": rb"PK\x03\x04.{26}mimetypeapplication/vnd\.oasis\.opendocument\.text",
    "txt": rb"(?!(?:\xef\xbb\xbf)?\s*<)[^\x00]*\Z",
}
"""Ending → how such a file begins. A text must not begin like a web page."""
MACROS = re.compile(r"vbaproject|^Basic/", re.IGNORECASE)
PICTURE_FORMATS = ("JPEG", "PNG", "WEBP")
MOST_PIXELS = 50_000_000
LONGEST_SIDE = 3_000


class File(Question):
    """A document or a picture."""

    look: ClassVar[str] = "file"
    sortable: ClassVar[bool] = False
    beginnings: ClassVar[dict[str, bytes]] = DOCUMENTS | PICTURES

    type: Literal["file"] = "file"

    def column_types(self) -> dict[str, Any]:
        return {self.name: Integer()}

    def parse(self, texts: list[str], reading: Reading) -> Answer:
        kept = next(text for text in texts if text)
        if re.fullmatch(r"[0-9]{1,9}", kept) is None:
            raise Mistake("Attach the file again.")
        return int(kept)

    def accepts(self, filename: str, content: bytes) -> Mistake | None:
        """Why a file is refused; ``content`` is the file, or at least its first 4 KB."""
        ending = filename.rpartition(".")[2].lower()
        if ending not in self.beginnings:
            return Mistake("Files of this kind are not accepted. Attach one of: %(kinds)s.",
                           kinds=", ".join(self.beginnings))
        if re.match(self.beginnings[ending], content, re.DOTALL) is None:
            return Mistake("The file is not what its name says. Save it again as %(kind)s and attach that.",
                           kind=ending)
        if _has_macros(content):
            return Mistake("The document holds macros. Save it without macros and attach that.")
        return None

    def words(self, answer: Answer) -> str:
        return ""


class Picture(File):
    """A picture only."""

    look: ClassVar[str] = "image"
    beginnings: ClassVar[dict[str, bytes]] = PICTURES

    type: Literal["image"] = "image"  # type: ignore[assignment]


def _has_macros(content: bytes) -> bool:
    if not content.startswith(b"PK"):
        return False
    try:
        with ZipFile(BytesIO(content)) as document:
            return any(MACROS.search(name) for name in document.namelist())
    except BadZipFile:
        return False


def clean_image(content: bytes) -> bytes:
    """The picture drawn anew in its own format, at most 3,000 pixels long. Raises :class:`Mistake`."""
    try:
        with catch_warnings():
            simplefilter("ignore", Image.DecompressionBombWarning)
            picture = Image.open(BytesIO(content), formats=PICTURE_FORMATS)
        kind = picture.format
        if picture.width * picture.height > MOST_PIXELS:
            raise _too_large()
        picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
        upright = ImageOps.exif_transpose(picture)
    except Image.DecompressionBombError:
        raise _too_large() from None
    except (OSError, SyntaxError, ValueError) as error:
        if isinstance(error, Mistake):
            raise
        raise Mistake("The picture cannot be read. Save it again as JPG or PNG and attach that.") from None
    return _drawn_anew(upright, kind or "PNG")


def _too_large() -> Mistake:
    return Mistake(
        "The picture has more than %(millions)s million pixels. Make it smaller and attach it again.",
        millions=MOST_PIXELS // 1_000_000,
    )


def _drawn_anew(picture: Image.Image, kind: str) -> bytes:
    mode = "RGBA" if picture.has_transparency_data and kind != "JPEG" else "RGB"
    drawn = Image.new(mode, picture.size)
    drawn.paste(picture.convert(mode))
    saved = BytesIO()
    drawn.save(saved, kind, quality=85)
    return saved.getvalue()
