"""Files and pictures: the answer is the number of an attachment, kept apart from the sheet.

What may be attached is a short list, judged by the name's ending and by the first bytes. Pictures are
drawn anew, so that nothing but what is seen is kept: no place, no device, no hidden thumbnail.
"""

import re
from io import BytesIO
from typing import Any, ClassVar, Literal, NamedTuple
from warnings import catch_warnings, simplefilter
from zipfile import BadZipFile, ZipFile

from babel.units import format_unit
from PIL import Image, ImageCms, ImageOps, ImageSequence
from sqlalchemy import Integer

from dosar.fields.formats.locales import locale_of
from dosar.language.question import Answer, Question, ReadingContext
from dosar.language.text.message import Mistake, msgid
from dosar.language.text.translations import translated_word


class FileType(NamedTuple):
    """What a file with a known ending is."""

    media_type: str
    beginning: bytes
    """How its content begins, as a pattern."""
    kind: str
    """What people call it."""


ZIP_BEGINNING = rb"PK\x03\x04"
OFFICE_MEDIA_TYPE = "application/vnd.openxmlformats-officedocument"
PICTURE_WORD = msgid("picture")
PICTURE_TYPES = {
    "jpg": FileType("image/jpeg", rb"\xff\xd8\xff", PICTURE_WORD),
    "jpeg": FileType("image/jpeg", rb"\xff\xd8\xff", PICTURE_WORD),
    "png": FileType("image/png", rb"\x89PNG\r\n\x1a\n", PICTURE_WORD),
    "webp": FileType("image/webp", rb"RIFF.{4}WEBP", PICTURE_WORD),
}
ODT_MEDIA_TYPE = "application/vnd.oasis.opendocument.text"
DOCUMENT_TYPES = {
    "pdf": FileType("application/pdf", rb"%PDF-", msgid("PDF document")),
    "docx": FileType(f"{OFFICE_MEDIA_TYPE}.wordprocessingml.document", ZIP_BEGINNING, msgid("Word document")),
    "xlsx": FileType(f"{OFFICE_MEDIA_TYPE}.spreadsheetml.sheet", ZIP_BEGINNING, msgid("Excel workbook")),
    "odt": FileType(
        ODT_MEDIA_TYPE,
        ZIP_BEGINNING + rb".{26}mimetype" + re.escape(ODT_MEDIA_TYPE).encode(),
        msgid("OpenDocument text"),
    ),
    "txt": FileType("text/plain", rb"(?!(?:\xef\xbb\xbf)?\s*<)[^\x00]*\Z", msgid("text")),
}
"""The files accepted, by their ending. A text must not begin like a web page."""
KINDS_BY_MEDIA_TYPE = {known.media_type: known.kind for known in (DOCUMENT_TYPES | PICTURE_TYPES).values()}
SIZE_UNITS = (("megabyte", 1_000_000), ("kilobyte", 1_000))
UTF_16_MARKS = (b"\xff\xfe", b"\xfe\xff")
"""How a text begins that Windows saved as "Unicode"."""
EMPTY_FILES = (b"", b"\xef\xbb\xbf", *UTF_16_MARKS)
MACRO_NAMES = re.compile(r"vbaproject|^Basic/", re.IGNORECASE)
PICTURE_FORMATS = ("JPEG", "PNG", "WEBP")
SAVED_FORMATS = {**{kind: kind for kind in PICTURE_FORMATS}, "MPO": "JPEG"}
"""Phones put several pictures into one JPEG; the first is the one that is seen."""
JPEG_QUALITY = 85
MAX_PIXELS = 50_000_000
MAX_SIDE_PIXELS = 3_000


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
        """Why a file is refused. Macros are seen only in a whole file, the rest in its first 4 KB."""
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
        if _has_macros(content):
            return Mistake("The document holds macros. Save it without macros and attach that.")
        return None

    def media_type(self, filename: str) -> str:
        """What an accepted file is served as."""
        return self.accepted[_file_ending(filename)].media_type

    def cleaned(self, content: bytes) -> bytes:
        """The file as it is kept: a picture drawn anew. Raises :class:`Mistake`."""
        is_picture = any(re.match(kind.beginning, content, re.DOTALL) for kind in PICTURE_TYPES.values())
        return clean_image(content) if is_picture else content

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


def _has_macros(content: bytes) -> bool:
    if not content.startswith(b"PK"):
        return False
    try:
        with ZipFile(BytesIO(content)) as document:
            return any(MACRO_NAMES.search(name) for name in document.namelist())
    except BadZipFile:
        return False


def clean_image(content: bytes) -> bytes:
    """The picture drawn anew in its own format, at most 3,000 pixels long. Raises :class:`Mistake`."""
    try:
        with catch_warnings():
            simplefilter("ignore", Image.DecompressionBombWarning)
            picture = Image.open(BytesIO(content), formats=PICTURE_FORMATS)
        kind = SAVED_FORMATS.get(picture.format or "", "PNG")
        frames = getattr(picture, "n_frames", 1) if kind != "JPEG" else 1
        if picture.width * picture.height * frames > MAX_PIXELS:
            raise _too_large()
        saved = BytesIO()
        if frames > 1:
            _save_animation(picture, kind, saved)
        else:
            _upright_picture(picture, kind).save(saved, kind, quality=JPEG_QUALITY)
    except Image.DecompressionBombError:
        raise _too_large() from None
    except (OSError, SyntaxError, ValueError) as error:
        if isinstance(error, Mistake):
            raise
        raise Mistake("The picture cannot be read. Save it again as JPG or PNG and attach that.") from None
    return saved.getvalue()


def _too_large() -> Mistake:
    return Mistake(
        "The picture has more than %(millions)s million pixels. Make it smaller and attach it again.",
        millions=MAX_PIXELS // 1_000_000,
    )


def _upright_picture(picture: Image.Image, kind: str) -> Image.Image:
    """The picture upright and small enough, with nothing but its points."""
    picture.thumbnail((MAX_SIDE_PIXELS, MAX_SIDE_PIXELS))
    return _redraw_picture(ImageOps.exif_transpose(picture), kind)


def _save_animation(picture: Image.Image, kind: str, saved: BytesIO) -> None:
    """Every picture of a moving one, each as long as it was shown."""
    times, frames = [], []
    for frame in ImageSequence.Iterator(picture):
        times.append(frame.info.get("duration", 0))
        frames.append(_upright_picture(frame.copy(), kind))
    more: dict[str, Any] = {"default_image": True} if picture.info.get("default_image") else {}
    frames[0].save(
        saved,
        kind,
        save_all=True,
        append_images=frames[1:],
        quality=JPEG_QUALITY,
        duration=times[1:] if more else times,
        loop=picture.info.get("loop", 0),
        **more,
    )


def _redraw_picture(picture: Image.Image, kind: str) -> Image.Image:
    mode = "RGBA" if picture.has_transparency_data and kind != "JPEG" else "RGB"
    drawn = Image.new(mode, picture.size)
    drawn.paste(_in_common_colours(picture).convert(mode))
    return drawn


def _in_common_colours(picture: Image.Image) -> Image.Image:
    """The picture as it looks: greys of 16 bits in 8, and colours that a profile explains as any screen shows them."""
    if picture.mode.startswith("I"):
        return picture.convert("I").point(lambda grey: grey * (1 / 256)).convert("L")
    profile = picture.info.get("icc_profile")
    if not profile or picture.mode not in ("RGB", "CMYK", "L"):
        return picture
    try:
        embedded = ImageCms.ImageCmsProfile(BytesIO(profile))
        return ImageCms.profileToProfile(picture, embedded, ImageCms.createProfile("sRGB"), outputMode="RGB") or picture
    except (ImageCms.PyCMSError, OSError):
        return picture
