"""Pictures drawn anew, so that nothing but what is seen is kept: no place, no device, no hidden thumbnail."""

from io import BytesIO
from typing import Any
from warnings import catch_warnings, simplefilter

from PIL import Image, ImageCms, ImageOps, ImageSequence

from dosar.language.text.message import Mistake

PICTURE_FORMATS = ("JPEG", "PNG", "WEBP")
SAVED_FORMATS = {**{kind: kind for kind in PICTURE_FORMATS}, "MPO": "JPEG"}
"""Phones put several pictures into one JPEG; the first is the one that is seen."""
JPEG_QUALITY = 85
MAX_PIXELS = 50_000_000
MAX_SIDE_PIXELS = 3_000


def pixel_count(content: bytes) -> int:
    """How many points the file says it has, all its pictures together; nothing is decoded. Raises :class:`Mistake`."""
    try:
        return _pixels_of(_open_picture(content))
    except Image.DecompressionBombError:
        raise _too_large() from None
    except (OSError, SyntaxError, ValueError):
        raise _unreadable() from None


def clean_image(content: bytes) -> bytes:
    """The picture drawn anew in its own format, at most 3,000 pixels long. Raises :class:`Mistake`."""
    try:
        picture = _open_picture(content)
        if _pixels_of(picture) > MAX_PIXELS:
            raise _too_large()
        kind, saved = _saved_format(picture), BytesIO()
        if _frame_count(picture) > 1:
            _save_animation(picture, kind, saved)
        else:
            _upright_picture(picture, kind).save(saved, kind, quality=JPEG_QUALITY)
    except Image.DecompressionBombError:
        raise _too_large() from None
    except Mistake:
        raise
    except (OSError, SyntaxError, ValueError):
        raise _unreadable() from None
    return saved.getvalue()


def _open_picture(content: bytes) -> Image.Image:
    with catch_warnings():
        simplefilter("ignore", Image.DecompressionBombWarning)
        return Image.open(BytesIO(content), formats=PICTURE_FORMATS)


def _saved_format(picture: Image.Image) -> str:
    return SAVED_FORMATS.get(picture.format or "", "PNG")


def _frame_count(picture: Image.Image) -> int:
    frames: int = getattr(picture, "n_frames", 1) if _saved_format(picture) != "JPEG" else 1
    return frames


def _pixels_of(picture: Image.Image) -> int:
    return picture.width * picture.height * _frame_count(picture)


def _unreadable() -> Mistake:
    return Mistake("The picture cannot be read. Save it again as JPG or PNG and attach that.")


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
