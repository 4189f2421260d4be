"""``python -m tests.rigs.guided [what …] [--seconds N]``: files from outside, changed where the program then takes
another way.

What is read may be a form, an uploaded picture, PDF or office file, a file of keys, or a copy of the database. Atheris
notes which lines each input reaches and goes on from those that reach new ones, where ``tests.rigs.fuzz`` damages
blindly. It is in no list of requirements, since it has wheels for few computers::

    .venv/bin/pip install atheris

Whatever is read, it is taken or refused in words; anything else is a mistake of the program. Its input is printed.
"""

import argparse
import re
import resource
import subprocess
import sys
import tempfile
import time
from base64 import b64encode
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from io import BytesIO
from math import inf
from pathlib import Path
from typing import Any

from tests.rigs.ending import clean_up_when_ended

Read = Callable[[bytes], Any]
"""Reads an input; raises what must never be raised."""
ROUND_SECONDS = 300
"""After so long atheris begins anew, with the inputs that reached something."""
MOST_BYTES = 8192
MOST_MEGABYTES = 3072
LONGEST_SECONDS = 30
"""For one input."""
DONE = re.compile(r"DONE\s+cov: (\d+) ft: (\d+) corp: (\d+)")
RUNS = re.compile(r"Done (\d+) runs")


@dataclass(frozen=True)
class Target:
    """What reads inputs, made in a folder of its own, and inputs to begin with."""

    make: Callable[[Path], tuple[Read, Iterable[bytes]]]
    followed: Sequence[str]
    """The packages whose lines are noted."""


def _forms(folder: Path) -> tuple[Read, Iterable[bytes]]:
    from dosar import shipped_folder
    from dosar.language.load.definition import make_definition
    from dosar.language.load.folder import is_only_advice, read_folder
    from tests.findings import findings_in
    from tests.rigs.fuzz import BESIDE, FORM

    for name, text in BESIDE.items():
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")

    def read(content: bytes) -> None:
        (folder / "case.yaml").write_bytes(content)
        reading = read_folder(folder)
        if is_only_advice(findings_in(reading)):  # else the last good version goes on
            assert make_definition(reading.parts, {}).forms, "it does not run, and nothing is said"

    shipped = sorted(shipped_folder("forms").glob("*.yaml"), key=lambda file: file.stat().st_size)
    return read, [FORM.encode(), *(file.read_bytes() for file in shipped[:8])]


def _pictures(_: Path) -> tuple[Read, Iterable[bytes]]:
    from PIL import Image

    from dosar.cleaning.pictures import clean_image

    drawn = []
    for kind in ("JPEG", "PNG", "WEBP"):
        paper = BytesIO()
        Image.new("RGB", (24, 16), "red").save(paper, kind, exif=Image.Exif())
        drawn.append(paper.getvalue())
    return _refusing(clean_image), drawn


def _pdf(_: Path) -> tuple[Read, Iterable[bytes]]:
    import pikepdf

    from dosar.cleaning.pdf_documents import clean_pdf

    papers = []
    for javascript in (False, True):
        paper, pdf = BytesIO(), pikepdf.new()
        pdf.add_blank_page()
        pdf.docinfo["/Author"] = "Ana"
        if javascript:
            pdf.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)")
        pdf.save(paper)
        papers.append(paper.getvalue())
    return _refusing(clean_pdf), papers


def _office(_: Path) -> tuple[Read, Iterable[bytes]]:
    """The first letter says what follows: an archive, or a part of one that is otherwise whole."""
    from dosar.cleaning.office_documents import clean_docx, clean_odt, clean_xlsx
    from tests.cleaning.office_files import DOCX, ODT, packed

    archives = {b"w": clean_docx, b"x": clean_xlsx, b"o": clean_odt}
    parts = {b"d": "word/document.xml", b"r": "word/_rels/document.xml.rels", b"t": "[Content_Types].xml"}

    def read(content: bytes) -> None:
        kind, rest = content[:1], content[1:]
        if kind in parts:
            _refusing(clean_docx)(packed({**DOCX, parts[kind]: rest}))
        elif kind == b"c":
            _refusing(clean_odt)(packed({**ODT, "content.xml": rest}))
        else:
            _refusing(archives.get(kind, clean_docx))(rest)

    begun = [b"w" + packed(DOCX), b"o" + packed(ODT), b"x" + packed(DOCX), b"c" + ODT["content.xml"]]
    return read, [*begun, *(letter + DOCX[name] for letter, name in parts.items())]


def _keys(folder: Path) -> tuple[Read, Iterable[bytes]]:
    """The first letter says what it is: slots, a key file, a salt, a card, or the line of the audit log's end."""
    from dosar.database.audit.verification import read_anchor
    from dosar.database.keys.key_file import key_from_passphrase, salt_file, secrets_in_file
    from dosar.database.keys.key_slots import KeySlots
    from dosar.database.keys.key_slots_file import read_slots, slots_file, write_slots
    from dosar.database.keys.recovery_card import MistypedCard, RecoveryCard, read_card

    data, key_file = folder / "data", folder / "key"
    data.mkdir()
    key_file.touch(mode=0o600)
    secret = bytes(range(32))
    write_slots(data, slots := KeySlots().with_slot(secret, "key_file", secret, "2026-11-29", "key"), slots)
    whole = slots_file(data).read_bytes()

    def read_slots_of(content: bytes) -> None:
        slots_file(data).write_bytes(content)
        stored = read_slots(data)
        for each in stored.sets if stored else ():
            each.contents()

    def read_key(content: bytes) -> None:
        key_file.write_bytes(content)
        secrets_in_file(data, key_file)

    def read_salt(content: bytes) -> None:
        salt_file(data).write_bytes(content)
        if len(content.split()) != 1 or len(content) != 32:  # a right one costs two seconds, and tells nothing new
            key_from_passphrase(data, "patru cuvinte fără rost")

    def read_typed_card(content: bytes) -> None:
        with suppress(MistypedCard):
            read_card(content.decode(errors="replace"))

    readers: Mapping[bytes, Read] = {
        b"s": read_slots_of,
        b"k": read_key,
        b"a": read_salt,
        b"c": read_typed_card,
        b"l": lambda content: read_anchor(content.decode(errors="replace")),
    }
    card = "-".join(RecoveryCard(secret[:20]).groups).encode()
    begun = [b"s" + whole, b"k" + secret.hex().encode(), b"a" + b"00" * 16, b"c" + card, b"l12 " + b"ab" * 16]
    return _refusing(lambda content: readers.get(content[:1], read_slots_of)(content[1:])), begun


def _copies(folder: Path) -> tuple[Read, Iterable[bytes]]:
    """What is written over a piece of a database: where, in four bytes, and what; cut off there, if nothing."""
    from dosar.database.copies_folder import newest_copy
    from dosar.database.store import Store, database_file
    from dosar.database.system_tables import SYSTEM_METADATA

    key = bytes(range(32))
    store = Store.open(folder / "copies" / "2026-11-29", key=key)
    with store.writing() as session:
        SYSTEM_METADATA.create_all(session.connection())
        store.open_data_key()
    store.close()
    copy = folder / "copies" / "2026-11-29"
    whole = database_file(copy).read_bytes()

    def read(content: bytes) -> None:
        at = int.from_bytes(content[:4]) % len(whole)
        written = whole[:at] + content[4:] + (whole[at + len(content) - 4 :] if content[4:] else b"")
        for ending in ("-wal", "-shm"):
            database_file(copy).with_name(f"dosar.db{ending}").unlink(missing_ok=True)
        database_file(copy).write_bytes(written)
        newest_copy(folder)
        opened = Store.open(copy, key=key)
        try:
            opened.require_right_key()
            opened.open_kept_data_key()
            opened.look_for_damage()
        finally:
            opened.close()

    return _refusing(read), [bytes(4) + b"x", (4096).to_bytes(4) + b"damaged", (8192).to_bytes(4)]


def _refusing(read: Read) -> Read:
    """The same, where what is refused in words is as good as what is taken."""
    from dosar.database.store_errors import StoreError
    from dosar.language.text.message import Mistake

    def read_or_refuse(content: bytes) -> None:
        with suppress(Mistake, StoreError):
            read(content)

    return read_or_refuse


TARGETS: Mapping[str, Target] = {
    "forms": Target(_forms, ["dosar.language", "dosar.fields", "ruamel"]),
    "pictures": Target(_pictures, ["dosar.cleaning", "PIL"]),
    "pdf": Target(_pdf, ["dosar.cleaning", "pikepdf"]),
    "office": Target(_office, ["dosar.cleaning", "zipfile"]),
    "keys": Target(_keys, ["dosar.database", "json"]),
    "copies": Target(_copies, ["dosar.database"]),
}


def _one_round(name: str, folder: Path, inputs: Path, seconds: int) -> None:
    """In a process of its own, which atheris ends."""
    import atheris

    with atheris.instrument_imports(include=list(TARGETS[name].followed)):
        read, begun = TARGETS[name].make(folder)
    for number, content in enumerate(begun):
        (inputs / f"begun-{number}").write_bytes(content)
    settings = {
        "max_total_time": seconds,
        "max_len": MOST_BYTES,
        "rss_limit_mb": MOST_MEGABYTES,
        "timeout": LONGEST_SECONDS,
        "artifact_prefix": f"{folder}/crash-",
    }
    atheris.Setup([name, *(f"-{setting}={value}" for setting, value in settings.items()), str(inputs)], read)
    atheris.Fuzz()


def follow(name: str, seconds: int, end: float = inf, keep: Path | None = None) -> bool:
    """Read inputs for so many seconds of the processor, or until ``end`` of the clock; whether all were taken or
    refused in words. Inputs that reached something are kept in the folder, and begun with the next time."""
    runs, reached = 0, ("0", "0", "0")
    with tempfile.TemporaryDirectory(prefix="dosar-guided-") as kept:
        inputs = (keep or Path(kept)) / f"inputs-{name}"
        inputs.mkdir(parents=True, exist_ok=True)
        began = _seconds_of_children()
        while _seconds_of_children() - began < seconds and time.monotonic() < end:
            with tempfile.TemporaryDirectory(dir=kept) as folder:
                # a round is over in time for the end
                left = min(ROUND_SECONDS, max(1, end - time.monotonic()))
                command = [
                    sys.executable,
                    "-m",
                    "tests.rigs.guided",
                    name,
                    "--round",
                    folder,
                    str(inputs),
                    "--seconds",
                    f"{left:.0f}",
                ]
                done = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
                runs += int((RUNS.findall(done.stderr) or ["0"])[-1])
                reached = (DONE.findall(done.stderr) or [reached])[-1]
                if done.returncode:
                    print(done.stdout[-3000:], done.stderr[-3000:], sep="\n")
                    for crash in Path(folder).glob("crash-*"):
                        print(f"{name}: {b64encode(crash.read_bytes()).decode()}")
                    return False
        took = _seconds_of_children() - began
    covered, ways, worth = reached
    print(
        f"{name}: {runs:,} inputs, {int(covered):,} places and {int(ways):,} ways reached, {int(worth):,} inputs worth"
        f" keeping, 0 crashes, {took:.0f} s",
        flush=True,
    )
    return True


def _seconds_of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main() -> int:
    """Fails where an input is neither taken nor refused in words."""
    parser = argparse.ArgumentParser("tests.rigs.guided")
    parser.add_argument("what", nargs="*", choices=[*TARGETS, []], help="all, unless some are named")
    parser.add_argument("--seconds", type=int, default=600, help="of the processor, for each")
    parser.add_argument("--minutes", type=float, default=inf, help="of the clock, for all: the first that is over ends")
    parser.add_argument("--keep", type=Path, help="where inputs that reached something are kept for the next time")
    parser.add_argument("--round", nargs=2, type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.round:
        _one_round(asked.what[0], *asked.round, asked.seconds)
        return 0
    clean_up_when_ended()
    end = time.monotonic() + asked.minutes * 60
    return 0 if all([follow(name, asked.seconds, end, asked.keep) for name in asked.what or TARGETS]) else 1


if __name__ == "__main__":
    sys.exit(main())
