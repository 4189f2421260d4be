"""Word, Excel and OpenDocument files: nothing hidden is kept, and what runs is refused."""

from io import BytesIO
from zipfile import ZIP_STORED, ZipFile

import pytest
from openpyxl import Workbook, load_workbook
from PIL import Image

from dosar.cleaning import office_documents
from dosar.cleaning.office_documents import clean_docx, clean_odt, clean_xlsx
from dosar.language.text.message import Mistake
from tests.cleaning.office_files import DOCX, ODT, external, packed, unpacked


def test_a_word_document_does_not_say_who_wrote_it() -> None:
    kept = unpacked(clean_docx(packed(DOCX)))
    assert kept["word/document.xml"] == DOCX["word/document.xml"]
    assert not any(b"Prundeanu" in part for part in kept.values())
    assert "docProps/thumbnail.jpeg" not in kept
    assert kept["word/settings.xml"] == b"<w:settings><w:zoom/></w:settings>"
    assert b"anitp.mai.gov.ro" in kept["word/_rels/document.xml.rels"]


def test_a_photo_in_a_document_does_not_say_where_it_was_taken() -> None:
    exif, photo = Image.Exif(), BytesIO()
    exif[0x010E] = "at the shelter"
    Image.new("RGB", (40, 30)).save(photo, "JPEG", exif=exif)
    kept = unpacked(clean_docx(packed({**DOCX, "word/media/image1.jpeg": photo.getvalue()})))
    assert b"shelter" not in kept["word/media/image1.jpeg"]
    assert Image.open(BytesIO(kept["word/media/image1.jpeg"])).size == (40, 30)


def test_a_workbook_still_opens_with_what_stood_in_it() -> None:
    book, content = Workbook(), BytesIO()
    book.properties.creator = "Ana Prundeanu"
    book.active["A1"], book.active["A2"] = "Nopți", 12
    book.save(content)
    kept = clean_xlsx(content.getvalue())
    assert not any(b"Prundeanu" in part for part in unpacked(kept).values())
    sheet = load_workbook(BytesIO(kept)).active
    assert (sheet["A1"].value, sheet["A2"].value) == ("Nopți", 12)


def test_an_opendocument_text_begins_with_its_kind() -> None:
    kept = clean_odt(packed(ODT))
    with ZipFile(BytesIO(kept)) as archive:
        first = archive.infolist()[0]
    assert (first.filename, first.compress_type) == ("mimetype", ZIP_STORED)
    assert unpacked(kept)["content.xml"] == ODT["content.xml"]
    assert not any(b"Prundeanu" in part for part in unpacked(kept).values())


@pytest.mark.parametrize(
    "name",
    [
        "word/vbaProject.bin",
        "word/activeX/activeX1.xml",
        "word/embeddings/oleObject1.bin",
        "word/embeddings/sheet.xlsx",
        "customUI/customUI.xml",
        "word/media/run.exe",
    ],
)
def test_a_document_with_something_that_runs_is_refused(name: str) -> None:
    with pytest.raises(Mistake, match="holds macros, controls"):
        clean_docx(packed({**DOCX, name: b"x"}))


@pytest.mark.parametrize("kind", ["oleObject", "frame", "subDocument", "image"])
def test_a_document_that_fetches_something_is_refused(kind: str) -> None:
    with pytest.raises(Mistake, match="runs or fetches something"):
        clean_docx(packed(external(kind)))


@pytest.mark.parametrize(
    "part",
    [
        b'<w:p><w:instrText xml:space="preserve"> DDEAUTO c:\\\\windows\\\\cmd.exe </w:instrText></w:p>',
        b'<w:p><w:fldSimple w:instr="INCLUDETEXT http://10.0.0.1/x"/></w:p>',
        b"<w:p><w:instrText>DD</w:instrText><w:instrText>EAUTO x</w:instrText></w:p>",
        b'<!DOCTYPE x [<!ENTITY a "b">]><w:p/>',
    ],
)
def test_a_field_that_fetches_is_refused(part: bytes) -> None:
    with pytest.raises(Mistake, match="runs or fetches something"):
        clean_docx(packed({**DOCX, "word/document.xml": part}))


def test_the_words_alone_are_no_danger() -> None:
    said = {**DOCX, "word/document.xml": b"<w:t>the DDE of the office</w:t>"}
    assert unpacked(clean_docx(packed(said)))["word/document.xml"] == said["word/document.xml"]


@pytest.mark.parametrize("name", ["xl/macrosheets/sheet1.xml", "xl/externalLinks/externalLink1.xml"])
def test_old_macros_and_links_of_a_workbook_are_refused(name: str) -> None:
    content = BytesIO()
    Workbook().save(content)
    with pytest.raises(Mistake, match="holds macros"):
        clean_xlsx(packed({**unpacked(content.getvalue()), name: b"<x/>"}))


@pytest.mark.parametrize(
    ("name", "part", "why"),
    [
        ("Basic/Standard/Module1.xml", b"x", "holds macros"),
        ("Scripts/python/x.py", b"x", "holds macros"),
        ("content.xml", b'<script:event-listener xlink:href="vnd.sun.star.script:x"/>', "runs or fetches"),
    ],
)
def test_macros_of_an_opendocument_text_are_refused(name: str, part: bytes, why: str) -> None:
    with pytest.raises(Mistake, match=why):
        clean_odt(packed({**ODT, name: part}))


@pytest.mark.parametrize("parts", [{}, {"word/document.xml": b"x"}, ODT])
def test_an_archive_that_is_no_document_is_refused(parts: dict[str, bytes]) -> None:
    with pytest.raises(Mistake, match="not what its name says"):
        clean_docx(packed(parts))


@pytest.mark.parametrize(
    "content",
    [
        b"PK\x03\x04",
        b"PK\x03\x04 and more",
        packed(DOCX)[:-40],
        packed(DOCX)[40:],
        packed(DOCX).replace(b"\x03\x00", b"\x07\xff"),
        packed({**DOCX, "a": b"x"}).replace(b"\x01\x00\x00\x00a", b"\x00\x00\x00\x00a"),
    ],
)
def test_a_broken_archive_is_refused_in_words(content: bytes) -> None:
    with pytest.raises(Mistake, match="not what its name says"):
        clean_docx(content)


@pytest.mark.parametrize("name", ["../../etc/passwd", "/etc/passwd", "word\\document.xml"])
def test_a_part_with_a_strange_place_is_refused(name: str) -> None:
    with pytest.raises(Mistake, match=r"no office program does|not what its name says"):
        clean_docx(packed({name: b"x", **DOCX}))


def test_an_archive_that_unfolds_to_too_much_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(office_documents, "MAX_UNPACKED_BYTES", 10_000)
    with pytest.raises(Mistake, match="unpacks to too much"):
        clean_docx(packed({**DOCX, "word/large.xml": b"0" * 20_000}))
    with pytest.raises(Mistake, match="unpacks to too much"):
        clean_docx(packed({**DOCX, **{f"word/{number}.xml": b"" for number in range(1_000)}}))
