"""Files and pictures."""

from datetime import date
from io import BytesIO
from zipfile import ZipFile

import pytest

from dosar.fields.files import File, Picture
from dosar.language.question import ReadingContext
from dosar.language.text.message import Mistake

RO = ReadingContext("ro", date(2026, 9, 5))
LABEL = {"en": "Document", "ro": "Document"}
file = File(name="scan", label=LABEL)
picture = Picture(name="photo", label=LABEL)
PDF = b"%PDF-1.7 ..."
JPG = b"\xff\xd8\xff\xe0"
PNG = b"\x89PNG\r\n\x1a\n"


def zipped(*names: str) -> bytes:
    content = BytesIO()
    with ZipFile(content, "w") as document:
        for name in names:
            document.writestr(name, b"")
    return content.getvalue()


def named(value: str | bytes) -> str:
    """What a test is called by: contents are made anew each time, with the time in them."""
    return value if isinstance(value, str) else f"{len(value)} bytes"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("act.pdf", PDF),
        ("ACT.PDF", PDF),
        ("poza.jpg", JPG),
        ("poza.jpeg", JPG),
        ("note.txt", "Țară".encode()),
        ("plan.docx", zipped("word/document.xml")),
        ("x.webp", b"RIFF\0\0\0\0WEBPVP8 "),
        ("poza.png", PNG),
    ],
    ids=named,
)
def test_documents_and_pictures_are_accepted(name: str, content: bytes) -> None:
    assert file.accepts(name, content) is None


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("run.exe", b"MZ", "Attach one of: pdf, docx"),
        ("page.html", b"<html>", "Attach one of"),
        ("logo.svg", b"<svg>", "Attach one of"),
        ("plan.docm", zipped("x"), "Attach one of"),
        ("pdf", PDF, ""),
        ("act.pdf.exe", PDF, "Attach one of"),
        ("act.pdf", JPG, "is not what its name says"),
        ("note.txt", b"  <!DOCTYPE html>", "is not what its name says"),
        ("note.txt", b"a\0b", "is not what"),
        ("plan.odt", zipped("content.xml"), "is not what"),
    ],
    ids=named,
)
def test_other_files_are_refused(name: str, content: bytes, why: str) -> None:
    refused = file.accepts(name, content)
    assert (why in str(refused)) if why else refused is None


def test_a_picture_is_a_picture() -> None:
    assert picture.accepts("poza.jpg", JPG) is None
    assert "jpg, jpeg, png, webp" in str(picture.accepts("act.pdf", PDF))


def test_what_is_kept_is_cleaned_by_what_its_name_says() -> None:
    """How, is told in ``tests/cleaning``."""
    assert file.cleaned("note.txt", b"Tara") == b"Tara"
    for name, content, why in [
        ("poza.jpg", JPG, "The picture cannot be read"),
        ("act.pdf", PDF, "The PDF cannot be read"),
        ("plan.docx", zipped("word/document.xml"), "Save it again as docx"),
        ("plan.odt", b"PK", "Save it again as odt"),
    ]:
        with pytest.raises(Mistake, match=why):
            file.cleaned(name, content)


def test_a_file_is_served_as_what_it_is() -> None:
    assert file.media_type("ACT.PDF") == "application/pdf"
    assert picture.media_type("poza.jpg") == "image/jpeg"


def test_the_kept_file_is_posted_back() -> None:
    assert file.read(["12"], RO) == 12
    assert file.read(["", "12"], RO) == 12
    assert file.read(file.typed(12, RO), RO) == 12
    assert file.read([""], RO) is None
    with pytest.raises(Mistake, match="Attach the file again"):
        file.read(["../12"], RO)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_a_text_is_taken_as_windows_saves_it(encoding: str) -> None:
    text = ("" if encoding in ("utf-8", "utf-8-sig", "utf-16") else "\ufeff") + "Țară și oraș\r\n"
    assert file.accepts("nota.txt", text.encode(encoding)) is None
    page = text.replace("Țară", "<html>")
    assert "is not what its name says" in str(file.accepts("nota.txt", page.encode(encoding)))


@pytest.mark.parametrize("name", ["act.pdf", "poza.jpg", "nota.txt", "plan.docx"])
@pytest.mark.parametrize("content", [b"", b"\xef\xbb\xbf", b"\xff\xfe"], ids=["nothing", "UTF-8 mark", "UTF-16 mark"])
def test_an_empty_file_is_refused_in_words(name: str, content: bytes) -> None:
    assert "The file is empty" in str(file.accepts(name, content))
