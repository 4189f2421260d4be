"""``python -m tests.rigs.fuzz [forms|files|posts] [seconds] [seed]``: damaged form files, uploads or posts, one by one.

Whatever stands in a file of a form, there is a finding or a form that runs; whatever is in an upload, it is cleaned or
refused with words. Anything else is a mistake of the program, and is shown with the seed that leads to it again.
"""

import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from io import BytesIO
from pathlib import Path
from random import Random
from typing import Any

from PIL import Image

import dosar.fields  # noqa: F401 - tells the language its kinds of question
from dosar.cleaning.office_documents import clean_docx, clean_odt
from dosar.cleaning.pdf_documents import clean_pdf
from dosar.cleaning.pictures import clean_image
from dosar.language.load.definition import make_definition
from dosar.language.load.folder import read_folder
from dosar.language.text.message import Mistake
from tests.cleaning.office_files import DOCX, ODT, packed
from tests.findings import findings_in
from tests.rigs.posts import attack_posts

FORM = """
form: case
title: {en: Case, ro: Caz}
record_title: "{code}"
list: [code, born]
filters: [kind]
sort: [-born]
sections:
  - title: {en: Person, ro: Persoana}
    questions:
      - {name: code, type: code, label: {en: Code, ro: Cod}}
      - {name: born, type: partial_date, sensitivity: identity, label: {en: Born, ro: Data nașterii}}
      - {name: age, type: computed, value: age(born), result: integer, label: {en: Age, ro: Vârsta}}
      - name: kind
        type: select_one
        label: {en: Kind, ro: Fel}
        choices: [{code: a, label: {en: A, ro: A}}, {code: b, label: {en: B, ro: B}}]
      - {name: why, type: text, show_if: kind == "a", required_if: age < 18, label: {en: Why, ro: De ce}}
      - name: rows
        type: table
        label: {en: Rows, ro: Rânduri}
        columns:
          - {name: day, type: date, label: {en: Day, ro: Ziua}}
          - {name: paid, type: money, currencies: [RON, EUR], label: {en: Paid, ro: Plătit}}
"""
BESIDE = {
    "menu": "menu: [{title: {en: Cases, ro: Cazuri}, entries: [case]}]\n",
    "roles": "roles: [{role: administrator, title: {en: A, ro: A}, pages: [users]}]\n",
}
ODD = (
    "",
    "null",
    "~",
    "-1",
    "9" * 400,
    "1e999",
    "true",
    "[]",
    "{}",
    "[[[[[]]]]]",
    "&a [*a, *a]",
    "!!python/object:os.system x",
    "\t",
    "\ufeff",
    "\x00",
    "{en: x}",
    '"',
    "'",
    "case",
    "rows.day",
    "a" * 300,
    "not " * 200 + "kind",
    "((((" * 60,
)
"""What is put in place of a piece of a form."""


def damaged_text(text: str, chance: Random) -> str:
    """The text with one to four pieces taken out, doubled, exchanged or replaced."""
    for _ in range(chance.randint(1, 4)):
        start = chance.randrange(len(text) or 1)
        end = min(len(text), start + chance.choice((1, 3, 8, 40)))
        other = chance.randrange(len(text) or 1)
        piece = chance.choice(("", text[start:end] * 2, text[other : other + 20], chance.choice(ODD)))
        text = text[:start] + piece + text[end:]
    return text


def damaged_bytes(content: bytes, chance: Random) -> bytes:
    """The file with bytes changed, or pieces taken out and doubled."""
    changed = bytearray(content)
    for _ in range(chance.choice((1, 2, 5, 20))):
        at = chance.randrange(len(changed) or 1)
        piece = changed[at : at + chance.randint(1, 64)]
        changed[at : at + len(piece)] = chance.choice(
            (b"", bytes(piece) * 2, chance.randbytes(len(piece)), b"\xff" * len(piece))
        )
    return bytes(changed)


def read_form(text: str, folder: Path) -> bool:
    """Whether a form file that reads so runs; raises what must never be raised."""
    for name, contents in {**BESIDE, "case": text}.items():
        (folder / f"{name}.yaml").write_text(contents, encoding="utf-8")
    reading = read_folder(folder)
    found = findings_in(reading)
    runs = bool(make_definition(reading.parts, {}).forms)
    assert runs or found, "it does not run, and nothing is said"
    return runs


def clean_file(clean: Callable[[bytes], bytes], content: bytes) -> bool:
    """Whether it is kept; raises what must never be raised."""
    try:
        clean(content)
    except Mistake:
        return False
    return True


def _whole_files() -> Mapping[Callable[[bytes], bytes], bytes]:
    drawn, paper = BytesIO(), BytesIO()
    Image.new("RGB", (60, 40), "red").save(drawn, "JPEG", exif=Image.Exif())
    Image.new("RGB", (60, 40), "blue").save(paper, "PDF")
    return {
        clean_image: drawn.getvalue(),
        clean_pdf: paper.getvalue(),
        clean_docx: packed(DOCX),
        clean_odt: packed(ODT),
    }


def _tries(kind: str, folder: Path) -> Iterator[Callable[[Random], bool]]:
    if kind == "forms":
        while True:
            yield lambda chance: read_form(damaged_text(FORM, chance), folder)
    files = list(_whole_files().items())
    while True:
        for clean, content in files:
            yield lambda chance, clean=clean, content=content: clean_file(clean, damaged_bytes(content, chance))  # type: ignore[misc]


def main(kind: str = "forms", seconds: int = 120, seed: int = 1) -> int:
    """Fails at the first thing that is neither taken nor refused in words."""
    if kind == "posts":
        return attack_posts(seconds, seed)
    began, tried, taken = time.monotonic(), 0, 0
    with tempfile.TemporaryDirectory() as folder:
        for attempt in _tries(kind, Path(folder)):
            if time.monotonic() - began > seconds:
                break
            try:
                taken += attempt(Random(seed + tried))
            except Exception:
                print(f"{kind}, seed {seed + tried}:")
                raise
            tried += 1
    print(f"{kind}: {tried:,} tries, {taken:,} taken, {tried - taken:,} refused in words, 0 others, {seconds} s")
    return 0


if __name__ == "__main__":
    words: list[Any] = sys.argv[1:]
    sys.exit(main(*words[:1], *(int(word) for word in words[1:3])))
