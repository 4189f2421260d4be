"""Whether all that Dosar needs comes ready made for each system and Python, so that nobody needs a compiler:
``python -m tools.wheels [EXTRA …]`` asks the index, through uv, and prints a table. It needs a network and a minute."""

import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

PROJECT = Path(__file__).parents[2] / "pyproject.toml"
PYTHONS = ("3.11", "3.12", "3.13", "3.14")
SYSTEMS = {
    "Linux (x86-64)": ("x86_64-unknown-linux-gnu", ""),
    "Linux (ARM)": ("aarch64-unknown-linux-gnu", ""),
    "Windows (x86-64)": ("x86_64-pc-windows-msvc", ""),
    "Windows (ARM)": ("aarch64-pc-windows-msvc", ""),
    "macOS 15 (Apple silicon)": ("aarch64-apple-darwin", "15.0"),
    "macOS 13 (Intel)": ("x86_64-apple-darwin", "13.0"),
}
"""As uv names them, and the oldest macOS."""


def asked_for(extras: Sequence[str]) -> list[str]:
    """What ``pyproject.toml`` names for these extras."""
    said = tomllib.loads(PROJECT.read_text(encoding="utf-8"))["project"]
    return [*said["dependencies"], *(one for extra in extras for one in said["optional-dependencies"][extra])]


def missing_wheel(uv: str, wanted: Path, system: str, macos: str, python: str) -> str:
    """What uv says is not to be had; empty where everything is."""
    command = [uv, "pip", "compile", "--no-config", "--quiet", "--only-binary", ":all:"]
    command += ["--python-platform", system, "--python-version", python, str(wanted)]
    environment = {**os.environ, **({"MACOSX_DEPLOYMENT_TARGET": macos} if macos else {})}
    asked = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    if not asked.returncode:
        return ""
    because = " ".join(asked.stderr.partition("Because ")[2].split())
    return because.partition(", we can conclude")[0] or asked.stderr.strip()


def print_table(extras: Sequence[str]) -> int:
    """Print which systems and Pythons have all of it; the exit code is 1 where one has not."""
    uv = shutil.which("uv", path=str(Path(sys.executable).parent)) or shutil.which("uv")
    if uv is None:
        raise SystemExit(f"uv asks the index and is not here; run: {sys.executable} -m pip install uv")
    complaints = []
    with TemporaryDirectory() as folder:
        wanted = Path(folder, "wanted.in")
        wanted.write_text("\n".join(asked_for(extras)), encoding="utf-8")
        print("|".join(["", " system ", *(f" {python} " for python in PYTHONS), ""]))
        print("|".join(["", *(" --- " for _ in range(len(PYTHONS) + 1)), ""]))
        for title, (system, macos) in SYSTEMS.items():
            found = {python: missing_wheel(uv, wanted, system, macos, python) for python in PYTHONS}
            print("|".join(["", f" {title} ", *(f" {'no' if why else 'yes'} " for why in found.values()), ""]))
            complaints += [f"{title}, Python {python}: {why}" for python, why in found.items() if why]
    print("", *complaints, sep="\n")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(print_table(sys.argv[1:]))
