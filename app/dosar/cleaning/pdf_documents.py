"""PDF documents without metadata, scripts, attachments and whatever acts by itself when they are opened.

A signed document is kept to the letter, since any change breaks its signature; one that is signed and acts by
itself is refused.
"""

from collections.abc import Iterator
from io import BytesIO
from typing import TYPE_CHECKING, Any

from dosar.cleaning.jpeg_segments import strip_jpeg_metadata
from dosar.language.text.message import Mistake

if TYPE_CHECKING:
    from pikepdf import Pdf

MAX_PAGES = 2_000
QUIET_ACTIONS = {"/GoTo", "/Named", "/URI", "/SetOCGState"}
"""What a click may do: go somewhere. Anything else runs, sends, opens or plays something."""
ACTION_KEYS = ("/A", "/OpenAction", "/Next", "/PA")
SILENT_KEYS = ("/AA", "/Metadata", "/PieceInfo", "/LastModified", "/AF", "/Collection", "/XFA", "/JavaScript")
"""What nobody sees on the page: actions of events, metadata, the data of the program that made it, attachments."""
ACTIVE_KEYS = ("/AA", "/XFA", "/JavaScript", "/EmbeddedFiles")
ACTIVE_ANNOTATIONS = {"/FileAttachment", "/RichMedia", "/Movie", "/Sound", "/Screen", "/3D"}


def clean_pdf(content: bytes) -> bytes:
    """The document as it is kept. Raises :class:`Mistake` for one that is locked, unreadable or too long."""
    from pikepdf import PasswordError, Pdf, StreamDecodeLevel

    try:
        with Pdf.open(BytesIO(content)) as document:
            if len(document.pages) > MAX_PAGES:
                raise Mistake("The PDF has more than %(pages)s pages. Attach it in parts.", pages=MAX_PAGES)
            if _is_signed(document):
                return _unless_active(document, content)
            _clean_document(document)
            cleaned = BytesIO()
            document.save(cleaned, stream_decode_level=StreamDecodeLevel.none, deterministic_id=True)
    except PasswordError:
        raise Mistake(
            "The PDF is locked with a password. Save it without a password and attach that: it is kept encrypted here."
        ) from None
    except (Mistake, MemoryError):
        raise
    except Exception:  # a made-up document makes pikepdf stumble in ever other ways: that is the file's fault
        raise Mistake("The PDF cannot be read. Print it into a new PDF and attach that.") from None
    return cleaned.getvalue()


def _unless_active(document: "Pdf", content: bytes) -> bytes:
    if any(_is_active(found) for found in _dictionaries(document)):
        raise Mistake(
            "The PDF is signed and holds scripts, attachments or actions that start by themselves. Print it into a new "
            "PDF and attach that."
        )
    return content


def _is_signed(document: "Pdf") -> bool:
    return any("/ByteRange" in found and "/Contents" in found for found in _dictionaries(document))


def _is_active(found: Any) -> bool:
    return (
        any(key in found for key in ACTIVE_KEYS)
        or any(key in found and _acts(found[key]) for key in ACTION_KEYS)
        or str(found.get("/Subtype")) in ACTIVE_ANNOTATIONS
    )


def _clean_document(document: "Pdf") -> None:
    for found in list(_dictionaries(document)):
        for key in SILENT_KEYS:
            if key in found:
                del found[key]
        for key in ACTION_KEYS:
            if key in found and _acts(found[key]):
                del found[key]
        _drop_active_annotations(found)
        _strip_photo(found)
    if "/Names" in document.Root and "/EmbeddedFiles" in document.Root.Names:
        del document.Root.Names["/EmbeddedFiles"]
    if "/Info" in document.trailer:
        del document.trailer["/Info"]


def _acts(action: Any) -> bool:
    """Whether an action does more than to go somewhere. A list of numbers is a place in the document."""
    from pikepdf import Array, Dictionary

    if isinstance(action, Array):
        return any(_acts(part) for part in action if isinstance(part, Dictionary) and "/S" in part)
    return isinstance(action, Dictionary) and "/S" in action and str(action["/S"]) not in QUIET_ACTIONS


def _drop_active_annotations(found: Any) -> None:
    from pikepdf import Array

    if not isinstance(found.get("/Annots"), Array):
        return
    quiet = [note for note in found["/Annots"] if str(_entry(note, "/Subtype")) not in ACTIVE_ANNOTATIONS]
    found["/Annots"] = Array(quiet)


def _strip_photo(found: Any) -> None:
    from pikepdf import Array, Name, Stream

    photo = Name("/DCTDecode")
    if isinstance(found, Stream) and found.get("/Filter") in (photo, Array([photo])):
        found.write(strip_jpeg_metadata(found.read_raw_bytes()), filter=photo)


def _entry(found: Any, key: str) -> Any:
    from pikepdf import Dictionary

    return found.get(key) if isinstance(found, Dictionary) else None


def _dictionaries(document: "Pdf") -> Iterator[Any]:
    """Every dictionary and stream of the document, those inside others too."""
    from pikepdf import Array, Dictionary, Object, Stream

    waiting: list[Any] = [document.trailer, *document.objects]
    while waiting:
        found = waiting.pop()
        if isinstance(found, (Dictionary, Stream)):
            yield found
            inside = [found[key] for key in found.keys()]  # noqa: SIM118 - a stream is not iterated
        elif isinstance(found, Array):
            inside = list(found)
        else:
            continue
        waiting += [part for part in inside if isinstance(part, Object) and not part.is_indirect]
