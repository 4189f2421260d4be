"""What the key file of a data folder is called: a name that travels with the folder, wherever it is moved.

The folder holds the name, and so do the folders' marks beside the key files: there each path at which a folder was
opened says which key was its own. So a folder that has lost the name still finds its key, an empty one in its place is
known to have been another (a disk that is not mounted looks like one), and a folder that was copied is told from one
that was moved. Folders of before there were names go on with what their key file is called: after their path of then.
"""

import hashlib
import json
import re
from contextlib import suppress
from pathlib import Path

from dosar.database.atomic_files import write_atomically

NAME_FILE = "key-name"
NAME_BYTES = 8
NAME = re.compile(r"[0-9a-f]{16}")
MARK_SUFFIX = ".folder"
MOST_CHARACTERS = 4096
EXPLANATION = (
    "The key file of these data is called so, in the folder of the keys. It is no secret; leave it with the data.\n"
    "Așa se numește fișierul cu cheia acestor date, în folderul cheilor. Nu este un secret; lăsați-l lângă date.\n"
)


def name_file(data: Path) -> Path:
    """Where a data folder keeps the name."""
    return data / NAME_FILE


def name_in_folder(data: Path) -> str | None:
    """The name that the folder holds; none where there is no such file, or something else stands in it."""
    return _name(_first_line(name_file(data)))


def name_by_path(keys: Path, data: Path) -> str | None:
    """The name of the key that was last used at this path."""
    return _marked(folder_mark(keys, data))[0]


def path_digest(data: Path) -> str:
    """A name made of the path, as every key file had one before."""
    return hashlib.sha256(str(data.resolve()).encode()).hexdigest()[: 2 * NAME_BYTES]


def folder_mark(keys: Path, data: Path) -> Path:
    """The file beside the keys that knows the folder by its path."""
    return keys / f"{path_digest(data)}{MARK_SUFFIX}"


def keep_name(keys: Path, data: Path, name: str) -> None:
    """Write the name into the folder, and beside the keys that it is the one of this path."""
    if name_in_folder(data) != name:
        write_atomically(name_file(data), f"{name}\n\n{EXPLANATION}")
    contents = json.dumps({"name": name, "folder": str(data.resolve())})
    if _text(folder_mark(keys, data)) != contents:
        write_atomically(folder_mark(keys, data), contents)


def own_name(keys: Path, data: Path, name: str) -> str:
    """The name, or another one where the folder is a copy that still goes by the name of what it is a copy of.

    The same one whenever it is asked for: killed on the way, a copy is named once.
    """
    if not is_name_of_another(keys, data, name):
        return name
    return hashlib.sha256(f"{name} {data.resolve()}".encode()).hexdigest()[: 2 * NAME_BYTES]


def is_name_of_another(keys: Path, data: Path, name: str) -> bool:
    """Whether another folder goes by this name and is still where it was opened: one is a copy of the other."""
    here = data.resolve()
    marks = (_marked(mark) for mark in keys.glob(f"*{MARK_SUFFIX}"))
    others = [folder for marked, folder in marks if marked == name and folder is not None and folder != here]
    return any(name_in_folder(folder) == name for folder in others)


def _marked(mark: Path) -> tuple[str | None, Path | None]:
    try:
        contents = json.loads(_text(mark))
        return _name(contents["name"]), Path(contents["folder"])
    except (ValueError, TypeError, KeyError, RecursionError):
        return None, None


def _name(text: object) -> str | None:
    return text if isinstance(text, str) and NAME.fullmatch(text) else None


def _first_line(file: Path) -> str:
    return _text(file).partition("\n")[0].strip()


def _text(file: Path) -> str:
    with suppress(OSError, ValueError), file.open(encoding="utf-8", errors="replace") as opened:
        return opened.read(MOST_CHARACTERS)
    return ""
