"""Asking whether there is a new version, and fetching it.

The request says nothing: no cookie, no version, no name of a program. What the other side learns is the address of
this computer's connection, and that somebody there works with Dosar.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from hmac import compare_digest
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from dosar.database.store_errors import StoreError
from dosar.language.text.message import msgid
from dosar.long_work.disk_room import has_room
from dosar.long_work.progress import Progress
from dosar.network.needed_libraries import needing_libraries
from dosar.updates.check.newest import LARGEST_BYTES, Newest, NotBelieved, OfferedFile, read_newest

if TYPE_CHECKING:
    import urllib3

CHUNK_BYTES = 2**20
MOST_REDIRECTS = 3
MOST_SECONDS = 30.0
"""How long the answer to the question may take to come, however few bytes at once."""
MOST_FETCH_SECONDS = 12 * 60 * 60.0
"""How long an update may: a whole night, on a telephone's network."""
REDIRECTS = (301, 302, 303, 307, 308)
NO_NEWS = msgid(
    "The server %(host)s has no news of Dosar just now (%(number)s). Try again tomorrow, or bring the update as a file."
)
NOT_TRUSTED = msgid(
    "The certificate of %(host)s is not one that this computer trusts, so nothing was taken from there: "
    "somebody may stand in between. Try again from another network, or bring the update as a file."
)
NOT_HEARD = msgid(
    "The server %(host)s could not be heard. Check the connection to the internet and try again, or bring the "
    "update as a file."
)


class NotFetched(StoreError):
    """The other side could not be heard."""


def ask_newest(address: str, keys: tuple[bytes, ...]) -> Newest:
    """The newest version there is. Raises :class:`StoreError`."""
    with _answer_of(address) as answer:
        return read_newest(_small_content(answer), keys)


def _small_content(answer: "urllib3.BaseHTTPResponse") -> bytes:
    """Raises :class:`NotBelieved` where it is large, or takes longer than somebody waits who has pressed a button."""
    content = b""
    for piece in _pieces(answer, MOST_SECONDS):
        content += piece
        if len(content) > LARGEST_BYTES:
            raise NotBelieved
    return content


def _pieces(answer: "urllib3.BaseHTTPResponse", most_seconds: float) -> Iterator[bytes]:
    """What comes, as it comes: nobody asked for it packed. Raises :class:`NotBelieved` where it takes too long."""
    until = monotonic() + most_seconds
    while piece := answer.read1(CHUNK_BYTES, decode_content=False):
        yield piece
        if monotonic() > until:
            raise NotBelieved


def fetch_update(offered: OfferedFile, folder: Path, tell: Progress) -> Path:
    """The update in this folder, which is made if need be. Raises :class:`StoreError`, and nothing is kept."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not has_room(folder, offered.bytes):
        raise StoreError(
            "There is no room for the update in %(folder)s: it takes %(megabytes)s MB. Make room, and try again.",
            folder=folder,
            megabytes=offered.bytes // 10**6 + 1,
        )
    file, is_whole = folder / offered.name, False
    try:
        is_whole = _write(offered, file, tell)
    finally:
        if not is_whole:
            file.unlink(missing_ok=True)
    if not is_whole:
        raise NotBelieved
    return file


def _write(offered: OfferedFile, file: Path, tell: Progress) -> bool:
    """Whether what came is what was announced; not a byte more than that is written."""
    checksum, got = sha256(), 0
    with _answer_of(offered.address) as answer, file.open("wb") as written:
        for chunk in _pieces(answer, MOST_FETCH_SECONDS):
            got += len(chunk)
            if got > offered.bytes:
                return False
            checksum.update(chunk)
            written.write(chunk)
            tell("fetch", got / offered.bytes)
    return got == offered.bytes and compare_digest(checksum.hexdigest(), offered.sha256)


@contextmanager
def _answer_of(address: str, redirects: int = MOST_REDIRECTS) -> Iterator["urllib3.BaseHTTPResponse"]:
    """The answer, whose content is not read yet; led on to another address only under HTTPS."""
    with needing_libraries(NotFetched):
        from urllib3.exceptions import HTTPError, SSLError
    host = urlsplit(address).netloc
    try:
        answer = _request(address)
        try:
            target = _target_of(answer, address)
            if redirects and target.startswith("https://"):
                with _answer_of(target, redirects - 1) as led_on:
                    yield led_on
                return
            if answer.status != 200:
                raise NotFetched(NO_NEWS, host=host, number=answer.status)
            yield answer
        finally:
            answer.close()
    except SSLError:
        raise NotFetched(NOT_TRUSTED, host=host) from None
    except (HTTPError, OSError):
        raise NotFetched(NOT_HEARD, host=host) from None


def _request(address: str) -> "urllib3.BaseHTTPResponse":
    """What the server answers to a question that says nothing of who asks."""
    with needing_libraries(NotFetched):
        import urllib3

        from dosar.network.connections import trusting_pool
    silent = {name: urllib3.util.SKIP_HEADER for name in ("User-Agent", "Accept-Encoding")}
    return trusting_pool(address).request(
        "GET",
        address,
        headers=silent,
        redirect=False,
        retries=False,
        preload_content=False,
        timeout=urllib3.Timeout(connect=15, read=60),
    )


def _target_of(answer: "urllib3.BaseHTTPResponse", address: str) -> str:
    """Where the answer leads; empty where it leads nowhere."""
    if answer.status not in REDIRECTS:
        return ""
    with suppress(ValueError):  # what is no address
        return urljoin(address, answer.headers.get("Location", ""))
    return ""
