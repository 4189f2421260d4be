"""The interface's texts: ``.po`` files are the source, compiled into the data folder at a start.

What the forms say is not here: their texts stand in the forms, in every language.
"""

import os
from collections.abc import Iterable
from functools import lru_cache
from gettext import NullTranslations
from hashlib import sha256
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations

from dosar.language.text.message import Translate


def compile_translations(sources: Path, data: Path) -> Path:
    """The folder of compiled texts for these sources, made if the sources are new."""
    kept = data / "translations"
    found = kept / _source_digest(_po_files(sources))
    if not found.is_dir():
        kept.mkdir(parents=True, exist_ok=True)
        for old in kept.iterdir():
            rmtree(old)
        _compile_folder(sources, found)
    return found


def language_translator(folder: Path, language: str) -> Translate:
    """The gettext of a language outside of requests: on the command line, in files made for others."""
    return language_texts(folder, language).gettext


@lru_cache
def language_texts(folder: Path, language: str) -> NullTranslations:
    """The texts of a language; a language without any speaks English."""
    return Translations.load(folder, [language.replace("-", "_")])


def _compile_folder(sources: Path, into: Path) -> None:
    """All files or none: a start cut short leaves nothing half made."""
    making = Path(mkdtemp(dir=into.parent))
    for source in _po_files(sources):
        catalogue = _read_catalogue(source)
        target = making / source.relative_to(sources).with_suffix(".mo")
        target.parent.mkdir(parents=True)
        with target.open("wb") as mo:
            write_mo(mo, catalogue)
    os.rename(making, into)


def _read_catalogue(source: Path) -> Catalog:
    """The texts of a file; those of a country (``ro_MD``) on top of its language's."""
    locale = source.parent.parent.name
    general = source.parents[2] / locale.partition("_")[0] / "LC_MESSAGES" / source.name
    with source.open("rb") as po:
        own = read_po(po, locale=locale)
    if general == source or not general.exists():
        return own
    with general.open("rb") as po:
        whole = read_po(po, locale=locale)
    for message in own:
        if message.id:
            whole.delete(message.id)
            whole[message.id] = message
    return whole


def _po_files(sources: Path) -> list[Path]:
    return sorted(sources.glob("*/LC_MESSAGES/*.po"))


def _source_digest(files: Iterable[Path]) -> str:
    digest = sha256()
    for file in files:
        digest.update(str(file.parent.parent.name).encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()[:16]
