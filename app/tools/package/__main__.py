"""``python -m tools.package``: Dosar as a folder that starts without Python, for the system this runs on.

Needs ``pip install -e .[package,keyring,passkeys,remote]``. The folder is ``dist/Dosar`` (on macOS ``dist/Dosar.app``
too); with ``--zip`` an archive of it lies beside, with its checksum. With ``--release-key`` it takes updates that are
signed by that key (``python -m tools.release_key``); with ``--sign`` the folder lies beside as such an update.
"""

import os
import shutil
import subprocess
import sys
from argparse import ArgumentParser
from collections.abc import Sequence
from importlib.metadata import Distribution
from pathlib import Path
from tempfile import TemporaryDirectory

from dosar.updates.file.archive import system_name
from dosar.updates.pinned import PINNED_FILE, pinned_text
from tools.package.archive import write_archive, write_list
from tools.package.icons import write_icons
from tools.package.licences import write_licences
from tools.package.update import make_update, write_facts
from tools.package.version_resource import version_resource
from tools.package.wheel import ROOT, unpack_wheel, version_of
from tools.release_key import read_key

SPEC = Path(__file__).with_name("dosar.spec")


def main(arguments: Sequence[str] | None = None) -> int:
    """Make the folder, and say where it is and how large."""
    parser = ArgumentParser(prog="python -m tools.package", description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--to", type=Path, default=ROOT / "dist", help="the folder to make it in (dist)")
    parser.add_argument("--zip", action="store_true", help="an archive of it too, with a checksum")
    parser.add_argument(
        "--release-key", action="append", default=[], type=bytes.fromhex, help="a public key whose updates it takes"
    )
    parser.add_argument("--update-address", default="", help="https://… of the file that tells the newest version")
    parser.add_argument("--sign", type=Path, help="an update of it too, signed with the key in this file")
    parser.add_argument("--notes", type=Path, help='what is new, as JSON: {"en": "…", "ro": "…"}')
    asked = parser.parse_args(arguments)
    to = asked.to.absolute()
    with TemporaryDirectory(prefix="dosar-package-") as work:
        version = build_folder(Path(work), to, pinned_text(asked.release_key, asked.update_address))
    folder = to / ("Dosar.app" if sys.platform == "darwin" else "Dosar")
    write_list(folder)
    print(f"{folder}: {_megabytes(folder)} MB")
    if asked.zip:
        archive = to / f"dosar-{version}-{system_name()}.zip"
        print(f"{archive}: sha256 {write_archive(folder, archive, commit_moment())}")
    if asked.sign is not None:
        print(make_update(to / "Dosar", to, read_key(asked.sign), asked.notes))
    return 0


def build_folder(work: Path, to: Path, pinned: str) -> str:
    """Have PyInstaller make the folder of the checkout as it stands; the version that it is. ``pinned`` says whose
    updates it takes."""
    program, icons = unpack_wheel(work), work / "icons"
    (program / "dosar/updates" / PINNED_FILE.name).write_text(pinned, "utf-8")
    version = version_of(program)
    icons.mkdir()
    write_icons(icons)
    (icons / "version.txt").write_text(version_resource(version), "utf-8")
    told = {
        "DOSAR_PROGRAM": str(program),
        "DOSAR_ICONS": str(icons),
        "DOSAR_VERSION": version,
        "PYTHONPATH": os.pathsep.join((str(program), str(ROOT / "app"))),
        "PYTHONHASHSEED": "0",  # the same order in the archive of modules every time
        "SOURCE_DATE_EPOCH": str(commit_moment()),
    }
    options = ("--noconfirm", "--log-level", "ERROR", "--distpath", str(to), "--workpath", str(work / "build"))
    subprocess.run([sys.executable, "-m", "PyInstaller", *options, str(SPEC)], env=os.environ | told, check=True)
    made = to / ("Dosar.app/Contents/Resources" if sys.platform == "darwin" else "Dosar")
    write_licences(Distribution.at(next(program.glob("dosar-*.dist-info"))), made / "licences")
    for folder in {to / "Dosar", made}:
        write_facts(folder, version)
    if sys.platform != "darwin":
        icon = "dosar.ico" if sys.platform == "win32" else "dosar.png"
        shutil.copyfile(icons / icon, to / "Dosar" / icon)  # for the installer, and for a shortcut made by hand
    return version


def commit_moment() -> int:
    """When this state of the repository was made: what is built of it twice is then the same twice."""
    named = os.environ.get("SOURCE_DATE_EPOCH")
    if named:
        return int(named)
    asked = ["git", "-C", str(ROOT), "log", "-1", "--format=%ct"]
    return int(subprocess.run(asked, capture_output=True, text=True, check=False).stdout or 0)


def _megabytes(folder: Path) -> int:
    return round(sum(file.lstat().st_size for file in folder.rglob("*") if not file.is_dir()) / 1_000_000)


if __name__ == "__main__":
    raise SystemExit(main())
