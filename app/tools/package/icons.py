"""The icon of the program in the format of each system, drawn from ``dosar.svg``."""

from io import BytesIO
from pathlib import Path

import typst
from PIL import Image

DRAWING = Path(__file__).with_name("dosar.svg")
WINDOWS_SIZES = (16, 20, 24, 32, 40, 48, 64, 128, 256)
"""In pixels: of lists, the task bar and the desktop, also where letters are shown larger."""
MACOS_SIZE = 1024
WINDOW_SIZE = 64


def draw_icon(pixels: int) -> bytes:
    """The drawing as PNG, so many pixels wide and high."""
    page = f"#set page(width: {pixels}pt, height: {pixels}pt, margin: 0pt, fill: none)\n"
    source = f'{page}#image(bytes(sys.inputs.drawing), format: "svg", width: 100%)'.encode()
    return typst.compile(source, format="png", ppi=72.0, sys_inputs={"drawing": DRAWING.read_text("utf-8")})


def write_icons(folder: Path) -> None:
    """``dosar.png``, ``dosar.ico`` and ``dosar.icns``: each size of Windows is drawn for itself."""
    (folder / "dosar.png").write_bytes(draw_icon(256))
    small, *others = (Image.open(BytesIO(draw_icon(pixels))) for pixels in WINDOWS_SIZES)
    sizes = [(pixels, pixels) for pixels in WINDOWS_SIZES]
    others[-1].save(folder / "dosar.ico", sizes=sizes, append_images=[small, *others[:-1]])
    Image.open(BytesIO(draw_icon(MACOS_SIZE))).save(folder / "dosar.icns")
