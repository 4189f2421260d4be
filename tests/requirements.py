"""The lock files of ``.ci``, made of ``pyproject.toml``: ``python -m tests.requirements`` renews them.

They name every library that is installed, its one version and the SHA-256 of each of its files: pip then takes nothing
else, whatever an index or a mirror hands out. One file for all systems and Pythons (uv: *universal resolution*):
``requirements.txt`` is what the program needs, ``requirements-test.txt`` adds what tests and packing need. Versions
that are in them already stay; ``--upgrade`` takes the newest that ``pyproject.toml`` allows.
"""

import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
PROGRAM = ROOT / ".ci/requirements.txt"
TESTS = ROOT / ".ci/requirements-test.txt"
COMMAND = "python -m tests.requirements"
ONLY_FOR_TESTS = ("test", "package")
"""The extras of those who make Dosar."""
AS_PYPI_HAS_IT = (
    *("--universal", "--python-version", "3.11", "--only-binary", ":all:"),
    *("--default-index", "https://pypi.org/simple", "--generate-hashes", "--no-annotate", "--no-header"),
)
EDITABLE = "editables"
"""What hatchling wants for ``pip install -e`` and ``pyproject.toml`` has no place for."""
HEADER = f"""\
# {{what}}, with the SHA-256 of each file as PyPI has it.
# Made of pyproject.toml by: {COMMAND}
--only-binary :all:
"""


@dataclass(frozen=True)
class Pin:
    """One library in a lock file: its line without the hashes, and these."""

    requirement: Requirement
    hashes: tuple[str, ...]

    @property
    def name(self) -> str:
        return canonicalize_name(self.requirement.name)

    @property
    def version(self) -> str:
        return next(iter(self.requirement.specifier)).version

    def __str__(self) -> str:
        return " \\\n    ".join((str(self.requirement), *(f"--hash={digest}" for digest in self.hashes)))


def project() -> dict[str, Any]:
    """What ``pyproject.toml`` says."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def asked_by_the_program(said: dict[str, Any]) -> list[str]:
    """The libraries that the program needs or can use: with every extra but those of its makers."""
    extras = said["project"]["optional-dependencies"]
    return [
        *said["project"]["dependencies"],
        *(one for name in extras if name not in ONLY_FOR_TESTS for one in extras[name]),
    ]


def asked_by_the_tests(said: dict[str, Any]) -> list[str]:
    """What testing needs beside it, and making the wheel without fetching anything more."""
    hooks = said["tool"]["hatch"]["build"]["hooks"].values()
    return [
        *(one for name in ONLY_FOR_TESTS for one in said["project"]["optional-dependencies"][name]),
        *said["build-system"]["requires"],
        *(one for hook in hooks for one in hook.get("dependencies", [])),
        EDITABLE,
    ]


def pins(lock: str) -> Iterator[Pin]:
    """The libraries of a lock file's text."""
    joined = lock.replace("\\\n", " ")
    for line in joined.splitlines():
        if line and not line.startswith(("#", "-")):
            requirement, *hashes = re.split(r"\s+--hash=", line.strip())
            yield Pin(Requirement(requirement), tuple(hashes))


def unfit(asked: list[str], locked: list[Pin]) -> list[str]:
    """A sentence for each library that is asked for and not locked, or locked in a version that is not allowed."""
    found = []
    for requirement in map(Requirement, asked):
        versions = [pin.version for pin in locked if pin.name == canonicalize_name(requirement.name)]
        wrong = [version for version in versions if not requirement.specifier.contains(version, prereleases=True)]
        is_for_some = requirement.marker is not None  # the other systems have another version
        if not versions:
            found.append(f"{requirement.name} is not in the lock; run: {COMMAND}")
        elif len(wrong) == len(versions) or (wrong and not is_for_some):
            found.append(f"{requirement} is asked for, the lock has {', '.join(wrong)}; run: {COMMAND}")
    return found


def resolved(asked: list[str], kept: Path, *options: str) -> list[Pin]:
    """The libraries that all of these need on every system, as uv finds them on PyPI; versions that are kept stay."""
    uv = shutil.which("uv", path=str(Path(sys.executable).parent)) or shutil.which("uv")
    if uv is None:
        raise SystemExit(f"uv makes the lock files and is not here; run: {sys.executable} -m pip install uv")
    with TemporaryDirectory() as folder:
        wanted, made = Path(folder, "wanted.in"), Path(folder, "requirements.txt")
        wanted.write_text("\n".join(asked), encoding="utf-8")
        if kept.exists():
            made.write_text("\n".join(map(str, pins(kept.read_text(encoding="utf-8")))), encoding="utf-8")
        command = [
            uv,
            "pip",
            "compile",
            "--no-config",
            "--quiet",
            *AS_PYPI_HAS_IT,
            *options,
            "-o",
            str(made),
            str(wanted),
        ]
        subprocess.run(command, check=True)
        return list(pins(made.read_text(encoding="utf-8")))


def renew(*options: str) -> None:
    """Write both lock files; what the program needs stands in the first alone, and the second begins with it."""
    said = project()
    program = resolved(asked_by_the_program(said), PROGRAM, *options)
    PROGRAM.write_text(written("What the program needs", program), encoding="utf-8")
    everything = [*asked_by_the_program(said), *asked_by_the_tests(said)]
    tests = [pin for pin in resolved(everything, TESTS, "-c", str(PROGRAM), *options) if pin not in program]
    TESTS.write_text(
        written("What the tests and packing need beside it", tests, f"-r {PROGRAM.name}\n"), encoding="utf-8"
    )


def written(what: str, locked: list[Pin], first: str = "") -> str:
    return "\n".join((HEADER.format(what=what) + first, *map(str, locked), ""))


if __name__ == "__main__":
    renew(*sys.argv[1:])
