"""``python -m tools.package.feed``: the file that tells the newest version, of the updates that were made of it.

``--at`` is the address under which the updates will lie, ``--key`` the key that signed them. What comes out goes to the
address that was pinned into the programs (``python -m tools.package --update-address``).

It is good for ``--days`` days: whoever stands between an organisation and that address can hold a newer one back for so
long. Sign it anew every month, also where there is nothing new: ``--again newest.json``.
"""

from argparse import ArgumentParser
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zipfile import ZipFile

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from dosar.updates.check.newest import Newest, NotBelieved, OfferedFile, read_newest, signed_text
from dosar.updates.file.archive import FACTS_PART
from dosar.updates.file.facts import read_facts
from tools.package.archive import sha256_of
from tools.release_key import read_key

GOOD_DAYS = 60
"""Twice as long as it is to lie there: a month in which nobody signs silences nobody."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the file, and say where it is."""
    parser = ArgumentParser(prog="python -m tools.package.feed", description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("updates", type=Path, nargs="*", help="the updates, one for each system")
    parser.add_argument("--again", type=Path, help="a file of before, to be signed anew as it is")
    parser.add_argument("--key", type=Path, required=True, help="the file with the private key")
    parser.add_argument("--at", default="", help="the address of the folder in which they will lie: https://…/")
    parser.add_argument("--to", type=Path, default=Path("newest.json"), help="the file to write (newest.json)")
    parser.add_argument("--days", type=int, default=GOOD_DAYS, help=f"how long it is good ({GOOD_DAYS})")
    asked = parser.parse_args(arguments)
    if bool(asked.again) == bool(asked.updates):
        parser.error("name the updates, or the file that is to be signed anew")
    key, today = read_key(asked.key), datetime.now(UTC).date()
    told = newest_again(asked.again, key) if asked.again else newest_of(asked.updates, asked.at, today)
    newest = replace(told, day=today, until=today + timedelta(days=asked.days))
    asked.to.write_text(signed_text(newest, key.sign), "utf-8", newline="\n")
    print(f"{asked.to}: {newest.version}, {', '.join(newest.files)}; good until {newest.until}")
    return 0


def newest_again(file: Path, key: Ed25519PrivateKey) -> Newest:
    """What was told before. Raises :class:`SystemExit` unless it was signed by the same key."""
    try:
        return read_newest(file.read_bytes(), (key.public_key().public_bytes_raw(),))
    except NotBelieved:
        raise SystemExit(f"{file} was not signed with this key, or has no end: make it of the updates") from None


def newest_of(updates: Iterable[Path], address: str, day: date) -> Newest:
    """What is told of these updates. Raises :class:`SystemExit` where they are not of one version."""
    if not address.startswith("https://"):
        raise SystemExit("updates are fetched under https:// only")
    told = {file: _facts_of(file) for file in updates}
    versions = {version for version, _ in told.values()}
    if len(versions) != 1:
        raise SystemExit(f"these are updates to different versions: {', '.join(sorted(versions))}")
    files = {
        system: OfferedFile(file.name, file.stat().st_size, sha256_of(file), f"{address.rstrip('/')}/{file.name}")
        for file, (_, system) in told.items()
    }
    return Newest(versions.pop(), day, day, files)


def _facts_of(file: Path) -> tuple[str, str]:
    with ZipFile(file) as packed:
        facts = read_facts(packed.read(FACTS_PART))
    if facts is None:
        raise SystemExit(f"{file} is no update")
    return facts.version, facts.system


if __name__ == "__main__":
    raise SystemExit(main())
