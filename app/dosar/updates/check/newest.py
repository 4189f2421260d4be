"""The file that tells the newest version: signed, and for every system where its update lies.

One file holds the text and its signature, so that one request is enough and the two never belong to different days.
"""

import binascii
import json
import re
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date

from dosar.database.store_errors import StoreError
from dosar.language.text.message import msgid
from dosar.updates.file.signature import is_signed
from dosar.updates.programs.versions import is_newer, is_version

LARGEST_BYTES = 256 * 2**10
CONTEXT = b"dosar newest version\n"
"""Signed with the text: a signature under anything else of the same key is none here."""
SHA256 = re.compile(r"[0-9a-f]{64}")
NAME = re.compile(r"[\w.-]{1,120}", re.ASCII)


NOT_BELIEVED = msgid(
    "What came in answer is not signed by the makers of Dosar, or not as this version expects it, so it was not "
    "believed. Nothing was changed. Try again tomorrow; if it stays so, bring the update as a file."
)
OLDER_THAN_SEEN = msgid(
    "What came in answer is older than what was told here before, so it was not believed. Nothing was changed."
)

OUT_OF_DATE = msgid(
    "What came in answer was good until %(day)s only, so it was not believed: somebody may hold newer news back, or "
    "the clock of this computer is wrong. Nothing was changed. Look at the clock, and try again from another network; "
    "if it stays so, ask the makers of Dosar."
)


class NotBelieved(StoreError):
    """What came is not what the makers of Dosar signed."""

    def __init__(self) -> None:
        super().__init__(NOT_BELIEVED)


class OlderThanSeen(StoreError):
    """Somebody holds a new version back."""

    def __init__(self) -> None:
        super().__init__(OLDER_THAN_SEEN)


class OutOfDate(StoreError):
    """Somebody tells again and again what was true once."""

    def __init__(self, until: date) -> None:
        super().__init__(OUT_OF_DATE, day=until.isoformat())


@dataclass(frozen=True)
class OfferedFile:
    """The update for one system."""

    name: str
    bytes: int
    sha256: str
    address: str


@dataclass(frozen=True)
class Newest:
    """The newest version, as its makers tell it."""

    version: str
    day: date
    """When they signed it."""
    until: date
    """The last day on which it is to be believed: they sign it anew before."""
    files: Mapping[str, OfferedFile] = field(default_factory=dict)
    """System (``windows-x86_64``) → its file."""


def signed_text(newest: Newest, sign: Callable[[bytes], bytes]) -> str:
    """The file as it is published."""
    told = {"version": newest.version, "day": newest.day.isoformat(), "until": newest.until.isoformat()}
    text = json.dumps(told | {"files": {system: asdict(file) for system, file in newest.files.items()}})
    return json.dumps({"newest": text, "signature": b64encode(sign(CONTEXT + text.encode())).decode()}, indent=1) + "\n"


def read_newest(content: bytes, keys: Sequence[bytes]) -> Newest:
    """What a published file tells. Raises :class:`NotBelieved` unless one of the keys signed it."""
    try:
        sealed = json.loads(content)
        text, signature = str(sealed["newest"]), b64decode(sealed["signature"], validate=True)
        if not is_signed(text.encode(), signature, keys, CONTEXT):
            raise NotBelieved
        return _newest_of(json.loads(text))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, binascii.Error):
        raise NotBelieved from None


def require_not_older(newest: Newest, seen: Newest | None) -> None:
    """Raises :class:`OlderThanSeen` where the answer was the newest one before another that was seen."""
    if seen is None:
        return
    if newest.day < seen.day or is_newer(seen.version, newest.version):
        raise OlderThanSeen


def require_in_date(newest: Newest, today: date) -> None:
    """Raises :class:`OutOfDate` where its last day is over: without an end, whoever stands in between could repeat it
    for ever, and nobody would hear of a version that mends something."""
    if newest.until < today:
        raise OutOfDate(newest.until)


def newest_to_text(newest: Newest) -> str:
    """What is kept of it, in the encrypted database."""
    return json.dumps(asdict(newest) | {"day": newest.day.isoformat(), "until": newest.until.isoformat()})


def newest_from_text(text: str) -> Newest | None:
    """What was kept; nothing where a version of another day kept it otherwise."""
    try:
        return _newest_of(json.loads(text)) if text else None
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def _newest_of(told: Mapping[str, object]) -> Newest:
    files = told["files"]
    if not isinstance(files, dict):
        raise ValueError
    offered = {str(system): _file_of(file) for system, file in files.items()}
    version = str(told["version"])
    if not is_version(version):
        raise ValueError
    day, until = (date.fromisoformat(str(told[name])) for name in ("day", "until"))
    return Newest(version, day, until, offered)


def _file_of(told: Mapping[str, object]) -> OfferedFile:
    size, address = told["bytes"], str(told["address"])
    if not isinstance(size, int) or size <= 0 or not address.startswith("https://"):
        raise ValueError
    return OfferedFile(_shaped(NAME, told["name"]), size, _shaped(SHA256, told["sha256"]), address)


def _shaped(shape: re.Pattern[str], text: object) -> str:
    if not isinstance(text, str) or not shape.fullmatch(text):
        raise ValueError
    return text
