"""The licences of all that the folder hands on: each asks that its text goes along."""

import shutil
import sysconfig
from collections.abc import Iterator
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

from packaging.requirements import Requirement

from tools.package.contents import EXTRAS

BEGINNINGS = ("LICEN", "COPYING", "NOTICE", "AUTHORS")


def write_licences(dosar: Distribution, folder: Path) -> list[str]:
    """A folder for each library with what it says of its licence, and Python's own; the libraries that say nothing."""
    silent = []
    for library in [dosar, *libraries_of(dosar)]:
        texts = [file for file in library.files or () if file.name.upper().startswith(BEGINNINGS)]
        place = folder / f"{library.name}-{library.version}"
        place.mkdir(parents=True, exist_ok=True)
        for file in texts:
            shutil.copyfile(Path(str(library.locate_file(file))), place / file.name)
        if not texts:
            said = "\n".join(_said_of(library))
            (place / "LICENSE.txt").write_text(said, "utf-8")
            silent += [] if said else [library.name]
    python = Path(sysconfig.get_path("stdlib"), "LICENSE.txt")
    if python.is_file():
        shutil.copyfile(python, folder / "Python-LICENSE.txt")
    return silent


def _said_of(library: Distribution) -> Iterator[str]:
    """The name of its licence, where the text is not among its files."""
    for name in ("License-Expression", "License", "Classifier"):
        yield from (
            said for said in library.metadata.get_all(name) or () if name != "Classifier" or "License ::" in said
        )


def libraries_of(dosar: Distribution) -> Iterator[Distribution]:
    """What the program needs on this system, with its extras, and what that needs."""
    seen: dict[str, Distribution] = {}
    _add_needed(dosar, EXTRAS, seen)
    return iter(seen[name] for name in sorted(seen))


def _add_needed(of: Distribution, extras: tuple[str, ...], seen: dict[str, Distribution]) -> None:
    for requirement in map(Requirement, of.requires or ()):
        name, marker = requirement.name.lower().replace("_", "-"), requirement.marker
        if name in seen or (marker and not any(marker.evaluate({"extra": extra}) for extra in ("", *extras))):
            continue
        try:
            seen[name] = distribution(name)
        except PackageNotFoundError:
            continue
        _add_needed(seen[name], tuple(requirement.extras), seen)
