"""The texts of the interface as programs read them: each ``messages.po`` compiled to the ``messages.mo`` beside it.

This happens when a wheel or an editable installation is built; in a checkout also whenever a ``.po`` is newer.
Imports nothing of Dosar's own, for the build.
"""

import os
from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

NO_MOMENT = datetime(2000, 1, 1, tzinfo=UTC)
"""Babel would write when it compiled: the same sentences then never gave the same file twice."""


def compile_catalogs(folder: Path) -> None:
    """Compile every language of a translations folder, for example ``translations/ro/LC_MESSAGES/messages.po``."""
    _compile(_sources(folder))


def refresh_catalogs(folder: Path) -> None:
    """Compile what was changed since; who may not write into the folder reads what was compiled before."""
    with suppress(PermissionError):
        _compile(source for source in _sources(folder) if _is_stale(source))


def _sources(folder: Path) -> list[Path]:
    return sorted(folder.glob("*/LC_MESSAGES/*.po"))


def _is_stale(source: Path) -> bool:
    compiled = source.with_suffix(".mo")
    return not compiled.exists() or compiled.stat().st_mtime_ns < source.stat().st_mtime_ns


def _compile(sources: Iterable[Path]) -> None:
    for source in sources:
        from babel.messages.mofile import write_mo
        from babel.messages.pofile import read_po

        compiled = BytesIO()
        with source.open("rb") as po:
            catalog = read_po(po, locale=source.parts[-3])
        catalog.creation_date = NO_MOMENT
        write_mo(compiled, catalog)
        _replace(source.with_suffix(".mo"), compiled.getvalue())


def _replace(file: Path, contents: bytes) -> None:
    """All of it or nothing: several programs may start at once."""
    making = file.with_suffix(f".{os.getpid()}.mo~")
    making.write_bytes(contents)
    making.replace(file)
