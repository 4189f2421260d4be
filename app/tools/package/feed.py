"""``python -m tools.package.feed``: the file that tells the newest version, of the updates that were made of it.

``--at`` is the address under which the updates will lie, ``--key`` the key that signed them. What comes out goes to the
address that was pinned into the programs (``python -m tools.package --update-address``).
"""

from argparse import ArgumentParser
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from zipfile import ZipFile

from dosar.updates.file.archive import FACTS_PART
from dosar.updates.file.facts import read_facts
from dosar.updates.question.newest import Newest, OfferedFile, signed_text
from tools.package.archive import sha256_of
from tools.release_key import read_key


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the file, and say where it is."""
    parser = ArgumentParser(prog="python -m tools.package.feed", description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("updates", type=Path, nargs="+", help="the updates, one for each system")
    parser.add_argument("--key", type=Path, required=True, help="the file with the private key")
    parser.add_argument("--at", required=True, help="the address of the folder in which they will lie: https://…/")
    parser.add_argument("--to", type=Path, default=Path("newest.json"), help="the file to write (newest.json)")
    asked = parser.parse_args(arguments)
    newest = newest_of(asked.updates, asked.at, datetime.now(UTC).date())
    asked.to.write_text(signed_text(newest, read_key(asked.key).sign), "utf-8", newline="\n")
    print(f"{asked.to}: {newest.version}, {', '.join(newest.files)}")
    return 0


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
    return Newest(versions.pop(), day, files)


def _facts_of(file: Path) -> tuple[str, str]:
    with ZipFile(file) as packed:
        facts = read_facts(packed.read(FACTS_PART))
    if facts is None:
        raise SystemExit(f"{file} is no update")
    return facts.version, facts.system


if __name__ == "__main__":
    raise SystemExit(main())
