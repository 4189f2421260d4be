"""Names of files as they come from other computers: a line of text that shows what it is, and no path."""

import re
import unicodedata

from dosar.language.text.characters import strip_invisible

LONGEST_NAME, LONGEST_ENDING = 120, 10
NO_LETTERS = ("Cc", "Cs", "Zl", "Zp")
NOT_IN_NAMES = re.compile(r'[/\\:*?"<>|]')
"""What parts folders, or what Windows keeps no file with."""


def clean_file_name(name: str) -> str:
    """The name without controls, marks of direction and folders, and not too long: its letters and its ending stay."""
    letters = unicodedata.normalize("NFC", strip_invisible(name))
    visible = "".join(" " if unicodedata.category(letter) in NO_LETTERS else letter for letter in letters)
    words = " ".join(NOT_IN_NAMES.sub(" ", _without_folders(visible)).split())
    stem, dot, ending = words.rpartition(".")
    if not dot or len(ending) > LONGEST_ENDING:
        return words[:LONGEST_NAME]
    return f"{stem[: LONGEST_NAME - len(ending) - 1].rstrip(' .')}.{ending.strip()}"


def _without_folders(name: str) -> str:
    return re.split(r"[/\\]", name.rstrip("/\\ "))[-1]
