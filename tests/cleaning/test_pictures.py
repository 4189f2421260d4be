"""Pictures are drawn anew: they look the same, and nothing else of them is kept."""

from io import BytesIO

import pytest
from PIL import Image, ImageCms

from dosar.cleaning.pictures import clean_image
from dosar.language.text.message import Mistake


def drawn(kind: str, size: tuple[int, int] = (40, 30), mode: str = "RGB", **saved: object) -> bytes:
    content = BytesIO()
    Image.new(mode, size).save(content, kind, **saved)
    return content.getvalue()


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


@pytest.mark.parametrize("content", [b"", b"\xff\xd8\xff\xe0 nothing", drawn("PNG")[:60], drawn("GIF")])
def test_a_broken_picture_is_refused(content: bytes) -> None:
    with pytest.raises(Mistake, match="cannot be read"):
        clean_image(content)


@pytest.mark.parametrize("size", [(8000, 7000), (12000, 9000), (20000, 10000)])
def test_a_picture_bomb_is_refused_before_it_is_drawn(size: tuple[int, int]) -> None:
    with pytest.raises(Mistake, match="more than 50 million pixels"):
        clean_image(drawn("PNG", size, "1"))
