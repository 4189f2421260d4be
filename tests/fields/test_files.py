"""Files and pictures."""

from datetime import date
from io import BytesIO
from zipfile import ZipFile

import pytest
from PIL import Image, ImageCms

from dosar.fields.files import File, Picture, clean_image
from dosar.language.question import ReadingContext
from dosar.language.text.message import Mistake

RO = ReadingContext("ro", date(2026, 9, 5))
LABEL = {"en": "Document", "ro": "Document"}
file = File(name="scan", label=LABEL)
picture = Picture(name="photo", label=LABEL)
PDF = b"%PDF-1.7 ..."
JPG = b"\xff\xd8\xff\xe0"


def drawn(kind: str, size: tuple[int, int] = (40, 30), mode: str = "RGB", **saved: object) -> bytes:
    content = BytesIO()
    Image.new(mode, size).save(content, kind, **saved)
    return content.getvalue()


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
        ("poza.png", drawn("PNG")),
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
        ("plan.docx", zipped("word/document.xml", "word/vbaProject.bin"), "holds macros"),
    ],
    ids=named,
)
def test_other_files_are_refused(name: str, content: bytes, why: str) -> None:
    refused = file.accepts(name, content)
    assert (why in str(refused)) if why else refused is None


def test_a_picture_is_a_picture() -> None:
    assert picture.accepts("poza.jpg", JPG) is None
    assert "jpg, jpeg, png, webp" in str(picture.accepts("act.pdf", PDF))


def test_a_picture_among_the_documents_is_drawn_anew_too() -> None:
    assert file.cleaned(PDF) == PDF
    with pytest.raises(Mistake, match="cannot be read"):
        file.cleaned(JPG)


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


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_picture_keeps_nothing_but_what_is_seen(kind: str) -> None:
    exif = Image.Exif()
    exif[0x010E] = "at the shelter"
    clean = clean_image(drawn(kind, exif=exif))
    assert b"shelter" not in clean
    with Image.open(BytesIO(clean)) as seen:
        assert seen.format == kind and not seen.getexif() and seen.size == (40, 30)


def test_a_picture_is_turned_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    with Image.open(BytesIO(clean_image(drawn("JPEG", exif=exif)))) as seen:
        assert seen.size == (30, 40)


def test_a_large_picture_is_made_smaller() -> None:
    with Image.open(BytesIO(clean_image(drawn("PNG", (6000, 60), "L")))) as seen:
        assert seen.size == (3000, 30)


def test_transparency_stays() -> None:
    with Image.open(BytesIO(clean_image(drawn("PNG", mode="RGBA")))) as seen:
        assert seen.mode == "RGBA"


def grey_16() -> Image.Image:
    made = Image.new("I;16", (40, 30))
    made.putdata([at * 50 for at in range(1200)])
    return made


def palette() -> Image.Image:
    made = Image.new("P", (40, 30), 1)
    made.putpalette([255, 0, 0, 0, 128, 255])
    made.info["transparency"] = 0
    made.putpixel((0, 0), 0)
    return made


MODES = {
    "16 bits of grey": (grey_16(), "PNG"),
    "grey and transparent": (Image.new("LA", (40, 30), (120, 90)), "PNG"),
    "print colours": (Image.new("CMYK", (40, 30), (10, 200, 30, 20)), "JPEG"),
    "palette with transparency": (palette(), "PNG"),
    "1 bit": (Image.new("1", (40, 30), 1), "PNG"),
    "grey": (Image.new("L", (40, 30), 90), "JPEG"),
    "transparent": (Image.new("RGBA", (40, 30), (1, 200, 30, 40)), "WEBP"),
}


def seen(picture: Image.Image) -> list[tuple[int, ...]]:
    """The colours of some points, as a screen shows them."""
    if picture.mode == "I;16":
        greys = [picture.getpixel((at, 29)) // 256 for at in (0, 20, 39)]  # type: ignore[operator]
        return [(grey, grey, grey, 255) for grey in greys]
    return [picture.convert("RGBA").getpixel(point) for point in ((0, 0), (20, 15), (39, 29))]  # type: ignore[misc]


@pytest.mark.parametrize("mode", MODES)
def test_a_picture_of_any_mode_looks_the_same(mode: str) -> None:
    picture, kind = MODES[mode]
    content = BytesIO()
    picture.save(content, kind)
    with Image.open(BytesIO(clean_image(content.getvalue()))) as clean, Image.open(content) as before:
        after = [clean.convert("RGBA").getpixel((at, 29)) for at in (0, 20, 39)] if "16" in mode else seen(clean)
        assert clean.format == kind
        for one, other in zip(after, seen(before), strict=True):
            assert all(abs(a - b) <= 4 for a, b in zip(one, other, strict=True)), (after, seen(before))


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_a_moving_picture_still_moves(kind: str) -> None:
    content = BytesIO()
    frames = [Image.new("RGB", (40, 30), colour) for colour in ("red", "green", "blue")]
    frames[0].save(content, kind, save_all=True, append_images=frames[1:], duration=[100, 200, 300], loop=0)
    with Image.open(BytesIO(clean_image(content.getvalue()))) as clean:
        assert getattr(clean, "n_frames", 1) == 3
        clean.seek(2)
        red, _, blue = clean.convert("RGB").getpixel((5, 5))  # type: ignore[misc]
        assert blue > 200 > 60 > red


def test_of_several_pictures_in_one_the_first_is_kept() -> None:
    content = BytesIO()
    Image.new("RGB", (40, 30), "red").save(content, "MPO", save_all=True, append_images=[Image.new("RGB", (40, 30))])
    with Image.open(BytesIO(clean_image(content.getvalue()))) as clean:
        assert clean.format == "JPEG"
        assert clean.getpixel((5, 5))[0] > 200  # type: ignore[index]


def test_colours_that_a_profile_explains_look_the_same() -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    with Image.open(BytesIO(clean_image(drawn("JPEG", icc_profile=profile)))) as clean:
        assert "icc_profile" not in clean.info and clean.mode == "RGB"
    assert clean_image(drawn("JPEG", icc_profile=b"no profile at all"))


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


@pytest.mark.parametrize("content", [b"", b"\xff\xd8\xff\xe0 nothing", drawn("PNG")[:60], drawn("GIF")])
def test_a_broken_picture_is_refused(content: bytes) -> None:
    with pytest.raises(Mistake, match="cannot be read"):
        clean_image(content)


@pytest.mark.parametrize("size", [(8000, 7000), (12000, 9000), (20000, 10000)])
def test_a_picture_bomb_is_refused_before_it_is_drawn(size: tuple[int, int]) -> None:
    with pytest.raises(Mistake, match="more than 50 million pixels"):
        clean_image(drawn("PNG", size, "1"))
