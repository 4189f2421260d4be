"""The program as a wheel has it: forms and compiled texts inside, and the number of its version beside."""

import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

ROOT = Path(__file__).parents[3]


def unpack_wheel(folder: Path) -> Path:
    """The wheel of this checkout, made and unpacked into the folder, which is given back."""
    made = folder / "wheel"
    options = ("--no-deps", "--no-build-isolation", "--quiet", "--disable-pip-version-check")
    subprocess.run([sys.executable, "-m", "pip", "wheel", *options, "--wheel-dir", made, ROOT], check=True)
    unpacked = folder / "program"
    with ZipFile(next(made.glob("dosar-*.whl"))) as wheel:
        wheel.extractall(unpacked)
    return unpacked


def version_of(unpacked: Path) -> str:
    """The number of the version that was unpacked."""
    return next(unpacked.glob("dosar-*.dist-info")).name.removeprefix("dosar-").removesuffix(".dist-info")
