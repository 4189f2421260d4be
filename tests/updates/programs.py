"""Programs as folders, quickly made: they run this checkout with this Python, under whatever number of a version.

Each is what a packaged one is to the code: a folder with two programs, ``_internal`` and the facts. A newer one knows a
newer format of the database, if that is wanted.
"""

import json
import os
import sys
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from dosar.database.format_version import FORMAT_VERSION
from dosar.updates.file.archive import NAME_END, system_name
from dosar.updates.file.facts import UpdateFacts, UpdatePart
from dosar.updates.file.writing import write_update
from dosar.updates.pinned import pinned_text
from dosar.updates.programs.program import Program, program_in
from dosar.updates.programs.store import version_folder

ROOT = Path(__file__).parents[2]
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
OTHER_KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33)))
SCRIPT = """\
#!{python}
import json, os, sys
from pathlib import Path
sys.path[:0] = [{app!r}]
sys.frozen, sys.executable = True, os.path.realpath(__file__)
folder = Path(sys.executable).parent
facts = json.loads((folder / "program.json").read_text("utf-8"))
from dosar.updates.programs.hand_over import hand_over
hand_over({name!r})
{does}
"""
STARTS = """\
if facts.get("broken"):
    raise SystemExit("broken on purpose")
import dosar.database.format_version as formats
from dosar.updates import pinned
formats.FORMAT_VERSION = facts["format"]
pinned.read_pinned.__wrapped__.__defaults__ = (folder / "_internal" / "pinned.json",)
from {module} import run
raise SystemExit(run())
"""
TELLS = 'print(facts["version"], *sys.argv[1:], flush=True)\n'
"""A program that only says which one it is."""


def make_program(
    folder: Path,
    version: str,
    format: int = FORMAT_VERSION,
    only_tells: bool = False,
    is_broken: bool = False,
    key: Ed25519PrivateKey | None = KEY,
) -> Program:
    """A program of this version in the folder."""
    (folder / "_internal").mkdir(parents=True)
    facts = {"version": version, "system": system_name(), "format": format, "broken": is_broken}
    (folder / "program.json").write_text(json.dumps(facts), "utf-8")
    if key is not None:
        (folder / "_internal" / "pinned.json").write_text(pinned_text([public(key)], ""), "utf-8")
    for name, module in {"dosar": "dosar.cli.entry", "dosar-desktop": "dosar.desktop.entry"}.items():
        does = TELLS if only_tells else STARTS.format(module=module)
        file = folder / name
        file.write_text(SCRIPT.format(python=sys.executable, app=str(ROOT / "app"), name=name, does=does), "utf-8")
        file.chmod(0o755)
    return Program(version, str(folder))


def become(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    """This process is that program from now on."""
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    monkeypatch.setattr(sys, "executable", str(program.file()))


def stored_programs() -> list[Program]:
    """The versions that are in the store, whole, the oldest first."""
    found = (program_in(folder) for folder in version_folder("x").parent.iterdir())
    whole = [each for each in found if each is not None and Path(each.folder).name == each.version]
    return sorted(whole, key=lambda each: [int(number) for number in each.version.split(".")])


def public(key: Ed25519PrivateKey) -> bytes:
    """What is pinned of it."""
    return key.public_key().public_bytes_raw()


def facts_of(program: Program, notes: Mapping[str, str] | None = None) -> UpdateFacts:
    """What is signed of it."""
    folder = Path(program.folder)
    files = {
        file.relative_to(folder).as_posix(): UpdatePart(
            file.stat().st_size, sha256(file.read_bytes()).hexdigest(), os.access(file, os.X_OK)
        )
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    }
    told = json.loads((folder / "program.json").read_text("utf-8"))
    said = {"en": "Faster.", "ro": "Mai rapid."} if notes is None else notes
    return UpdateFacts(program.version, system_name(), told["format"], "0.1.0", said, files)


def make_update(folder: Path, program: Program, key: Ed25519PrivateKey = KEY, **changes: object) -> Path:
    """The file of the update that brings this program, signed; ``changes`` are made to what it says of itself."""
    folder.mkdir(parents=True, exist_ok=True)
    facts = replace(facts_of(program), **changes)  # type: ignore[arg-type]
    file = folder / f"Dosar-{facts.version}-{facts.system}{NAME_END}"
    write_update(Path(program.folder), facts, key, file)
    return file


def filler(folder: Path, files: int, size: int) -> None:
    """Something to unpack."""
    for number in range(files):
        content = sha256(str(number).encode()).digest() * (size // 32)
        (folder / "_internal" / f"part-{number}.bin").write_bytes(b64encode(content)[:size])
