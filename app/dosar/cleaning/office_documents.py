"""Word, Excel and OpenDocument files written anew: without metadata, and refused where something in them runs.

Such a file is an archive of parts. Parts that say who wrote it and when are emptied, photos are drawn anew, a
reference to a template elsewhere is dropped; macros, controls, embedded programs and links that fetch something
are refused with words, since a document without them would not be the one that was attached.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from dosar.cleaning.pictures import clean_image
from dosar.language.text.message import Mistake

MAX_PARTS = 1_000
MAX_UNPACKED_BYTES = 100 * 2**20
READ_BYTES = 2**20
FIXED_DAY = (1980, 1, 1, 0, 0, 0)
"""The day that every part bears: when it was really written is nobody's business."""
PHOTO = re.compile(r"\.(jpe?g|png|webp)\Z", re.IGNORECASE)
THUMBNAIL = re.compile(r"^(docProps/thumbnail\.|Thumbnails/)", re.IGNORECASE)
TEMPLATE = re.compile(rb"<w:attachedTemplate\b[^>]*/>")
EXTERNAL = re.compile(rb"<Relationship\b[^>]*TargetMode\s*=\s*[\"']External[\"'][^>]*>", re.IGNORECASE)
HARMLESS_EXTERNAL = re.compile(rb"/relationships/(hyperlink|attachedTemplate)[\"']")
TEMPLATE_LINK = re.compile(rb"<Relationship\b[^>]*/relationships/attachedTemplate[\"'][^>]*/>")
DOCUMENT_TYPE = re.compile(rb"<!(DOCTYPE|ENTITY)", re.IGNORECASE)
ACTIVE_PART = re.compile(
    r"vbaproject|vbadata|/activex/|/embeddings/|oleobject|macrosheets|dialogsheets|/externallinks/|/ctrlprops/|customui|"
    r"^basic/|^scripts/|^configurations2/scripts|^object [0-9]+/?|\.(exe|dll|js|vbs|bat|cmd|ps1|hta|jar|scr|lnk)\Z",
    re.IGNORECASE,
)
ACTIVE_TEXT = re.compile(
    rb"<(script:event-listener|office:scripts>\s*<|officeooo:event-listener|presentation:event-listener)"
)
DYNAMIC_FIELD = re.compile(rb"\b(DDEAUTO|DDE|INCLUDETEXT|INCLUDEPICTURE)\b")
EMPTY_METADATA: Mapping[str, bytes] = {
    "docProps/core.xml": b'<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/'
    b'core-properties"/>',
    "docProps/app.xml": b'<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/extended-properties"/>',
    "docProps/custom.xml": b'<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/custom-properties"/>',
    "meta.xml": b'<office:document-meta xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    b'office:version="1.3"><office:meta/></office:document-meta>',
}


@dataclass(frozen=True)
class OfficeKind:
    """What a file of this kind holds, by which it is known."""

    marked_in: str
    """The part that says what the archive is."""
    mark: bytes


OFFICE_KINDS: Mapping[str, OfficeKind] = {
    "docx": OfficeKind("[Content_Types].xml", b"wordprocessingml.document.main+xml"),
    "xlsx": OfficeKind("[Content_Types].xml", b"spreadsheetml.sheet.main+xml"),
    "odt": OfficeKind("mimetype", b"application/vnd.oasis.opendocument.text"),
}


def clean_docx(content: bytes) -> bytes:
    """A Word document as it is kept. Raises :class:`Mistake`."""
    return _clean_office(content, "docx")


def clean_xlsx(content: bytes) -> bytes:
    """An Excel workbook as it is kept. Raises :class:`Mistake`."""
    return _clean_office(content, "xlsx")


def clean_odt(content: bytes) -> bytes:
    """An OpenDocument text as it is kept. Raises :class:`Mistake`."""
    return _clean_office(content, "odt")


def _clean_office(content: bytes, ending: str) -> bytes:
    try:
        with ZipFile(BytesIO(content)) as archive:
            parts = dict(_unpacked_parts(archive))
    except Mistake:
        raise
    except MemoryError:
        raise
    except Exception:  # a made-up archive makes zipfile stumble in ever other ways: that is the file's fault
        raise _not_its_kind(ending) from None
    kind = OFFICE_KINDS[ending]
    if kind.mark not in parts.get(kind.marked_in, b""):
        raise _not_its_kind(ending)
    for name, part in parts.items():
        _refuse_active(name, part)
    return _packed({name: _clean_part(name, part) for name, part in parts.items() if not THUMBNAIL.match(name)})


def _unpacked_parts(archive: ZipFile) -> Iterator[tuple[str, bytes]]:
    entries = [entry for entry in archive.infolist() if not entry.is_dir()]
    left = MAX_UNPACKED_BYTES
    if len(entries) > MAX_PARTS:
        raise _too_much()
    for entry in entries:
        part = _read_part(archive, entry, left)
        left -= len(part)
        yield _safe_name(entry.filename), part


def _read_part(archive: ZipFile, entry: ZipInfo, limit: int) -> bytes:
    """The part unpacked; what its header says of its size is not believed."""
    with archive.open(entry) as packed:
        part = packed.read(limit + 1)
    if len(part) > limit:
        raise _too_much()
    return part


def _safe_name(name: str) -> str:
    if name.startswith("/") or "\\" in name or ".." in name.split("/"):
        raise Mistake("The document is put together in a way no office program does. Save it anew and attach that.")
    return name


def _refuse_active(name: str, part: bytes) -> None:
    if ACTIVE_PART.search(name):
        raise Mistake(
            "The document holds macros, controls, other files or links to them. Save it without them, or print it into "
            "a PDF, and attach that."
        )
    if not name.endswith((".xml", ".rels")):
        return
    fetches = any(HARMLESS_EXTERNAL.search(link) is None for link in EXTERNAL.findall(part))
    if fetches or ACTIVE_TEXT.search(part) or _fetches_by_field(part) or DOCUMENT_TYPE.search(part[:READ_BYTES]):
        raise Mistake(
            "The document runs or fetches something when it is opened. Save it without links to other files, or print "
            "it into a PDF, and attach that."
        )


def _fetches_by_field(part: bytes) -> bool:
    """Word's fields that load what lies elsewhere; the words alone in a sentence are none."""
    codes = re.findall(rb"<w:instrText[^>]*>([^<]*)<|w:instr=\"([^\"]*)\"", part)
    return DYNAMIC_FIELD.search(b"".join(code for pair in codes for code in pair)) is not None


def _clean_part(name: str, part: bytes) -> bytes:
    if name in EMPTY_METADATA:
        return b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>' + EMPTY_METADATA[name]
    if PHOTO.search(name):
        return clean_image(part)
    if name == "word/settings.xml":
        return TEMPLATE.sub(b"", part)
    if name == "word/_rels/settings.xml.rels":
        return TEMPLATE_LINK.sub(b"", part)
    return part


def _packed(parts: Mapping[str, bytes]) -> bytes:
    """The archive anew, in the order it had: OpenDocument wants its kind first and not packed."""
    written = BytesIO()
    with ZipFile(written, "w") as archive:
        for name, part in parts.items():
            entry = ZipInfo(name, FIXED_DAY)
            entry.compress_type = ZIP_STORED if name == "mimetype" else ZIP_DEFLATED
            archive.writestr(entry, part)
    return written.getvalue()


def _not_its_kind(ending: str) -> Mistake:
    return Mistake("The file is not what its name says. Save it again as %(kind)s and attach that.", kind=ending)


def _too_much() -> Mistake:
    return Mistake("The document unpacks to too much. Save it anew, in parts if it is large, and attach that.")
