"""A large file goes to Nextcloud in pieces, each of which is tried again where the line breaks.

In one piece it would have to begin anew after every break, and the server before Nextcloud takes a gigabyte at most,
unless somebody raises the limit. Nextcloud puts the pieces together at the end, and shows nothing before (its chunked
upload, version 2).
"""

import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from secrets import token_hex

from dosar.backups.places.place import PlaceUnreachable
from dosar.backups.places.servers.webdav_requests import SENT_BYTES, LineBroken, WebDavRequests
from dosar.long_work.progress import Progress

PIECE_BYTES = 32 * 2**20
RETRY_PAUSES = [2.0, 10.0, 30.0]
"""Seconds before each further try of a piece."""
FILES, UPLOADS = "/remote.php/dav/files/", "/remote.php/dav/uploads/"
NOT_HERE = (403, 404, 405, 409, 501)
"""How a server says that it knows no pieces."""


def uploads_address(address: str) -> str | None:
    """Where the pieces of a file go that is to lie at this address; none where no Nextcloud answers there."""
    server, found, path = address.partition(FILES)
    user = path.partition("/")[0]
    return f"{server}{UPLOADS}{user}/" if found and user else None


def send_in_pieces(requests: WebDavRequests, source: Path, target: str, tell: Progress) -> bool:
    """Whether the server took the file that way. Raises :class:`PlaceUnreachable`."""
    uploads, size = uploads_address(target), source.stat().st_size
    if uploads is None or size <= PIECE_BYTES:
        return False
    folder = f"{uploads}dosar-{token_hex(8)}"
    with requests.ask("MKCOL", folder, (201, *NOT_HERE), Destination=target) as made:
        if made.status != 201:
            return False
    whole = {"Destination": target, "OC-Total-Length": str(size)}
    try:
        for number, begin in enumerate(range(0, size, PIECE_BYTES), 1):
            _send_with_retries(requests, source, f"{folder}/{number:05}", begin, whole, tell)
        with requests.ask("MOVE", f"{folder}/.file", (201, 204), None, Overwrite="T", **whole):
            return True
    except BaseException:
        with suppress(PlaceUnreachable), requests.ask("DELETE", folder, (200, 204, 404)):
            pass
        raise


def _send_with_retries(
    requests: WebDavRequests, source: Path, url: str, begin: int, whole: dict[str, str], tell: Progress
) -> None:
    size = min(PIECE_BYTES, int(whole["OC-Total-Length"]) - begin)
    for pause in (*RETRY_PAUSES, None):
        content = read_chunks(source, tell, begin, size)
        try:
            with requests.ask("PUT", url, (200, 201, 204), content, **whole, **{"Content-Length": str(size)}):
                return
        except LineBroken:
            if pause is None:
                raise
            time.sleep(pause)


def read_chunks(source: Path, tell: Progress, begin: int = 0, size: int | None = None) -> Iterator[bytes]:
    """What is sent of the file, which tells how much of all of it is gone."""
    whole = source.stat().st_size
    end = whole if size is None else begin + size
    with source.open("rb") as read:
        read.seek(begin)
        while chunk := read.read(min(SENT_BYTES, end - begin)):
            yield chunk
            begin += len(chunk)
            tell("write", begin / max(whole, 1))
