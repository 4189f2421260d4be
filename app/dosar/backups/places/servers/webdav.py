"""A folder on a server that speaks WebDAV (Nextcloud, ownCloud, most storage boxes) as the place of back-ups.

A back-up of any size takes a few megabytes of memory.
"""

import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote

from dosar.backups.places.fetch_limit import FetchLimit
from dosar.backups.places.place import PlaceUnreachable, StoredFile
from dosar.backups.places.servers import server_troubles
from dosar.backups.places.servers.chunked_upload import read_chunks, send_in_pieces
from dosar.backups.places.servers.webdav_requests import WebDavRequests
from dosar.backups.places.timeouts import list_with_timeout
from dosar.long_work.progress import Progress

READ_BYTES = 2**20


class WebDavPlace:
    """Files in one folder of a server; the folder is made with the first of them."""

    def __init__(self, address: str, user: str, secret: str, folder: str) -> None:
        self._address = address.rstrip("/") + "/"
        self._folder = self._address + "".join(f"{quote(part)}/" for part in folder.split("/") if part)
        self._server = WebDavRequests(address, user, secret)

    def list(self) -> list[StoredFile]:
        return list_with_timeout(self._server.host, self._listed)

    def _listed(self) -> Sequence[StoredFile]:
        found = self._server.list_files(self._folder)
        if found is None and self._server.list_files(self._address) is None:
            raise PlaceUnreachable(server_troubles.NOT_THERE, host=self._server.host)
        return found or []

    def put(self, source: Path, name: str, tell: Progress) -> None:
        self._make_folder()
        if send_in_pieces(self._server, source, self._url(name), tell):
            return
        headers = {"Content-Length": str(source.stat().st_size), "Content-Type": "application/octet-stream"}
        try:
            with self._server.ask("PUT", self._url(name), (200, 201, 204), read_chunks(source, tell), **headers):
                pass
        except BaseException:
            with suppress(PlaceUnreachable):  # half of it only takes room
                self.remove(name)
            raise

    def fetch(self, name: str, target: Path, tell: Progress) -> None:
        with self._server.ask("GET", self._url(name), (200,)) as answer, target.open("wb") as written:
            size, got, limit = _told_size(answer.headers.get("Content-Length", "")), 0, FetchLimit(target)
            for chunk in answer.stream(READ_BYTES, decode_content=False):
                got += len(chunk)
                limit.require(max(size, got))
                written.write(chunk)
                tell("read", got / max(size, got, 1))

    def rename(self, old: str, new: str) -> None:
        with self._server.ask("MOVE", self._url(old), (201, 204), Destination=self._url(new), Overwrite="T"):
            pass

    def remove(self, name: str) -> None:
        with self._server.ask("DELETE", self._url(name), (200, 202, 204, 404)):
            pass

    def _url(self, name: str) -> str:
        return self._folder + quote(name)

    def _make_folder(self) -> None:
        """Each part of the way; 405 is how a server says that it is there."""
        made = self._address
        for part in self._folder.removeprefix(self._address).split("/")[:-1]:
            made += f"{part}/"
            with self._server.ask("MKCOL", made, (200, 201, 405)):
                pass


def _told_size(told: str) -> int:
    """As the server says; 0 where it says nothing, or no number that a file has."""
    return int(told) if told.isdecimal() and len(told) <= len(str(sys.maxsize)) else 0
