"""What is typed where Dosar was installed into a Python, which brings new versions itself."""

import shlex
import sys
from collections.abc import Callable
from pathlib import PurePath

from dosar.language.text.message import Message, msgid
from dosar.updates.pip.pip_facts import Installer, PipFacts, SourceKind

NOT_KNOWN_YET = "…"
"""In place of the number of a version that nobody knows yet."""

_FROM_SOURCE: dict[Installer, Callable[[PipFacts], list[str]]] = {
    "pip": lambda facts: [facts.python, "-m", "pip", "install", "--upgrade"],
    "uv": lambda facts: ["uv", "pip", "install", "--python", facts.python, "--upgrade"],
    "pipx": lambda facts: ["pipx", "install", "--force"],
    "uv tool": lambda facts: ["uv", "tool", "install", "--force"],
}
_FROM_INDEX: dict[Installer, list[str]] = {
    "pipx": ["pipx", "upgrade", "dosar"],
    "uv tool": ["uv", "tool", "upgrade", "dosar"],
}
"""Those that go on from where the first version came; the others are told the name."""
_PREPARATIONS: dict[tuple[SourceKind, bool], str] = {
    ("folder", False): msgid("Dosar was installed from the folder %(source)s: put the new version there first."),
    ("folder", True): msgid("Dosar was installed from the folder %(source)s: put version %(version)s there first."),
    ("file", False): msgid(
        "Dosar was installed from the file %(source)s: put the file of the new version beside it first, and type its "
        "number in place of “…”."
    ),
    ("file", True): msgid(
        "Dosar was installed from the file %(source)s: put the file of version %(version)s beside it first."
    ),
}
"""By where it came from, and whether the number of the version is known."""


def newest_line(facts: PipFacts) -> str:
    """What installs the newest version in the place of this one."""
    if facts.kind == "index" and facts.installer in _FROM_INDEX:
        return typed_line(_FROM_INDEX[facts.installer])
    return typed_line([*_FROM_SOURCE[facts.installer](facts), *_what(facts, "dosar")])


def line_of_version(facts: PipFacts, version: str) -> str:
    """What installs this version, or one that is not known."""
    name = f"dosar=={version or NOT_KNOWN_YET}"
    return typed_line([*_FROM_SOURCE[facts.installer](facts), *_what(facts, name, version)])


def preparation(facts: PipFacts, version: str = "") -> Message | None:
    """What is done before the line is typed, where Dosar came from a folder or a file; the version, if it is known."""
    kind = "folder" if facts.kind == "editable" else facts.kind
    text = _PREPARATIONS.get((kind, bool(version)))
    return None if text is None else Message(text, {"source": facts.source, "version": version})


def typed_line(words: list[str], *, windows: bool = sys.platform == "win32") -> str:
    """The words as they are typed in a terminal: PowerShell on Windows, else any shell."""
    if not windows:
        return shlex.join(words)
    line = " ".join(map(_powershell_word, words))
    return f"& {line}" if line.startswith("'") else line


def _powershell_word(word: str) -> str:
    plain = all(letter.isascii() and (letter.isalnum() or letter in "\\/:._-=+") for letter in word)
    return word if plain and word else "'" + word.replace("'", "''") + "'"


def _what(facts: PipFacts, name: str, version: str = "") -> list[str]:
    """What is installed: by its name, or from where it came."""
    if facts.kind == "index":
        return [name]
    if facts.kind == "file":
        return [_file_of(facts, version)]
    return ["--editable", facts.source] if facts.kind == "editable" else [facts.source]


def _file_of(facts: PipFacts, version: str) -> str:
    """The name of the file of this version, beside the one that was installed."""
    file = PurePath(facts.source)
    return str(file.with_name(file.name.replace(facts.version, version or NOT_KNOWN_YET)))
