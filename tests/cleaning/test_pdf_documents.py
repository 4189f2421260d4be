"""PDF documents: the pages stay, and nothing hidden or active does."""

from collections.abc import Callable
from io import BytesIO

import pikepdf
import pytest
from pikepdf import Array, AttachedFileSpec, Dictionary, Name, Pdf, String
from PIL import Image

from dosar.cleaning import pdf_documents
from dosar.cleaning.pdf_documents import clean_pdf
from dosar.language.text.message import Mistake

SCRIPT = Dictionary(S=Name.JavaScript, JS=String("app.alert('hidden')"))


def written(*changes: Callable[[Pdf], None], **saved: object) -> bytes:
    """A document of one page, changed so."""
    document, content = pikepdf.new(), BytesIO()
    document.add_blank_page()
    for change in changes:
        change(document)
    document.save(content, **saved)
    return content.getvalue()


def metadata(document: Pdf) -> None:
    document.docinfo["/Author"] = "Ana hidden"
    with document.open_metadata() as said:
        said["dc:creator"] = ["Ana hidden"]


def script_at_opening(document: Pdf) -> None:
    document.Root.OpenAction = SCRIPT


def named_script(document: Pdf) -> None:
    document.Root.Names = Dictionary(JavaScript=Dictionary(Names=Array([String("hidden"), SCRIPT])))


def page_events(document: Pdf) -> None:
    document.pages[0].AA = Dictionary(O=SCRIPT)


def attachment(document: Pdf) -> None:
    document.attachments["hidden.exe"] = AttachedFileSpec(document, b"hidden", filename="hidden.exe")


def program_start(document: Pdf) -> None:
    launch = Dictionary(S=Name.Launch, F=String("hidden.exe"))
    click = Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=[0, 0, 9, 9], A=launch)
    document.pages[0].Annots = Array([document.make_indirect(click)])


def chained_script(document: Pdf) -> None:
    first = Dictionary(S=Name.GoTo, D=Array([document.pages[0].obj, Name.Fit]), Next=SCRIPT)
    document.Root.OpenAction = document.make_indirect(first)


def sound(document: Pdf) -> None:
    note = Dictionary(Type=Name.Annot, Subtype=Name.Sound, Rect=[0, 0, 9, 9], Contents=String("hidden"))
    document.pages[0].Annots = Array([note])


def form_data(document: Pdf) -> None:
    document.Root.AcroForm = Dictionary(Fields=Array(), XFA=document.make_stream(b"hidden"))


CHANGES = [
    metadata,
    script_at_opening,
    named_script,
    page_events,
    attachment,
    program_start,
    chained_script,
    sound,
    form_data,
]


def plain(content: bytes) -> bytes:
    """All that stands in a document, unpacked."""
    unfolded = BytesIO()
    with Pdf.open(BytesIO(content)) as document:
        document.save(
            unfolded,
            compress_streams=False,
            object_stream_mode=pikepdf.ObjectStreamMode.disable,
            stream_decode_level=pikepdf.StreamDecodeLevel.generalized,
        )
    return unfolded.getvalue()


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_nothing_hidden_and_nothing_that_acts_is_kept(change: Callable[[Pdf], None]) -> None:
    before = written(change)
    assert b"hidden" in plain(before)
    kept = clean_pdf(before)
    assert b"hidden" not in plain(kept) and b"/Launch" not in plain(kept) and b"/JavaScript" not in plain(kept)
    with Pdf.open(BytesIO(kept)) as document:
        assert len(document.pages) == 1


def test_a_link_to_a_page_of_the_web_stays() -> None:
    def link(document: Pdf) -> None:
        goes = Dictionary(S=Name.URI, URI=String("https://anitp.mai.gov.ro"))
        document.pages[0].Annots = Array([Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=[0, 0, 9, 9], A=goes)])

    assert b"anitp.mai.gov.ro" in plain(clean_pdf(written(link)))


def test_a_photo_in_a_scan_does_not_say_where_it_was_taken() -> None:
    exif, photo = Image.Exif(), BytesIO()
    exif[0x010E] = "at the shelter"
    Image.new("RGB", (40, 30), "red").save(photo, "JPEG", exif=exif, comment=b"shelter")

    def scan(document: Pdf) -> None:
        image = document.make_stream(photo.getvalue(), Type=Name.XObject, Subtype=Name.Image, Width=40, Height=30)
        image.ColorSpace, image.BitsPerComponent, image.Filter = Name.DeviceRGB, 8, Name.DCTDecode
        document.pages[0].Resources = Dictionary(XObject=Dictionary(Im0=image))

    kept = clean_pdf(written(scan))
    assert b"shelter" not in kept
    with Pdf.open(BytesIO(kept)) as document:
        seen = pikepdf.PdfImage(document.pages[0].Resources.XObject.Im0).as_pil_image()
        assert seen.size == (40, 30) and seen.convert("RGB").getpixel((5, 5))[0] > 200


def signature(document: Pdf) -> None:
    document.Root.AcroForm = Dictionary(
        SigFlags=3,
        Fields=Array(
            [Dictionary(FT=Name.Sig, V=Dictionary(Type=Name.Sig, ByteRange=[0, 9, 20, 9], Contents=String("sealed")))]
        ),
    )


def test_a_signed_document_is_kept_to_the_letter() -> None:
    signed = written(signature, metadata)
    assert clean_pdf(signed) == signed


@pytest.mark.parametrize("change", [script_at_opening, attachment, program_start, sound])
def test_a_signed_document_that_acts_is_refused(change: Callable[[Pdf], None]) -> None:
    with pytest.raises(Mistake, match="signed and holds scripts"):
        clean_pdf(written(signature, change))


def test_a_locked_or_broken_document_is_refused_in_words() -> None:
    with pytest.raises(Mistake, match="locked with a password"):
        clean_pdf(written(encryption=pikepdf.Encryption(owner="a long secret", user="a long secret")))
    for content in (b"%PDF-1.7", b"%PDF-1.7 ...", written()[:200]):
        with pytest.raises(Mistake, match="cannot be read"):
            clean_pdf(content)


def test_a_document_of_too_many_pages_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf_documents, "MAX_PAGES", 1)
    with pytest.raises(Mistake, match="more than 1 pages"):
        clean_pdf(written(lambda document: document.add_blank_page()))


def test_a_name_in_no_known_letters_is_a_damaged_document() -> None:
    """Found by ``python -m tests.rigs.guided``: pikepdf cannot say such a name."""
    action = written(script_at_opening).replace(b"/S /JavaScript", b"/S /JavaScri\xfft")
    assert b"\xff" in action
    with pytest.raises(Mistake, match="Print it into a new PDF"):
        clean_pdf(action)
