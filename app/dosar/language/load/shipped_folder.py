"""Where the forms and texts lie that come with the program."""

from pathlib import Path

PACKAGE_FOLDER = Path(__file__).parents[2]


def shipped_folder(name: str) -> Path:
    """The folder ``forms`` or ``translations``: inside the code when installed, at the top of a checkout."""
    inside = PACKAGE_FOLDER / f"_{name}"
    return inside if inside.is_dir() else PACKAGE_FOLDER.parents[1] / name
