"""A folder on a server that speaks WebDAV (Nextcloud, ownCloud, most storage boxes) as the place of back-ups.

Five verbs over urllib3, which streams from disk to wire and back: a back-up of any size takes a few megabytes of
memory. Certificates are judged as the system judges them (truststore). No redirect is followed, so that the password
goes to the address that was typed and nowhere else.
"""

import ssl
from base64 import b64encode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import quote, urlsplit

import truststore
import urllib3
from urllib3.exceptions import (
    ConnectTimeoutError,
    HTTPError,
    LocationParseError,
    NewConnectionError,
    ProxyError,
    SSLError,
)

from dosar.backups.places import server_troubles
from dosar.backups.places.place import PlaceUnreachable, StoredFile
from dosar.backups.places.proxies import proxy_for
from dosar.backups.places.server_troubles import refused
from dosar.backups.places.webdav_listing import WANTED, StrangeListing, read_listing
from dosar.backups.progress import Progress

CHUNK_BYTES = 2**20
LISTING_BYTES = 8 * 2**20
"""Longer than any listing of back-ups."""
PATIENCE = urllib3.Timeout(connect=15, read=180)
"""A server may think for a while after it has got a large file."""
NOT_REACHED = (NewConnectionError, ConnectTimeoutError, ProxyError, LocationParseError)


class WebDavPlace:
    """Files in one folder of a server; the folder is made with the first of them."""

    def __init__(self, address: str, user: str, secret: str, folder: str) -> None:
        self._address = address.rstrip("/") + "/"
        self._folder = self._address + "".join(f"{quote(part)}/" for part in folder.split("/") if part)
        self._host = urlsplit(address).netloc
        self._sent = {"Authorization": "Basic " + b64encode(f"{user}:{secret}".encode()).decode()}
        self._pool = _pool(address)

    def list(self) -> list[StoredFile]:
        with self._answer("PROPFIND", self._folder, (207, 404), WANTED, Depth="1") as answer:
            if answer.status == 207:
                return _read_files(answer, self._host)
        with self._answer("PROPFIND", self._address, (207,), WANTED, Depth="0"):
            return []

    def put(self, source: Path, name: str, tell: Progress) -> None:
        self._make_folder()
        size = source.stat().st_size
        try:
            content = _read_chunks(source, size, tell)
            headers = {"Content-Length": str(size), "Content-Type": "application/octet-stream"}
            with self._answer("PUT", self._url(name), (200, 201, 204), content, **headers):
                pass
        except BaseException:
            with suppress(PlaceUnreachable):  # half of it only takes room
                self.remove(name)
            raise

    def fetch(self, name: str, target: Path, tell: Progress) -> None:
        with self._answer("GET", self._url(name), (200,)) as answer, target.open("wb") as written:
            size, got = int(answer.headers.get("Content-Length", 0)), 0
            for chunk in answer.stream(CHUNK_BYTES, decode_content=False):
                written.write(chunk)
                got += len(chunk)
                tell("read", got / max(size, got, 1))

    def rename(self, old: str, new: str) -> None:
        with self._answer("MOVE", self._url(old), (201, 204), Destination=self._url(new), Overwrite="T"):
            pass

    def remove(self, name: str) -> None:
        with self._answer("DELETE", self._url(name), (200, 202, 204, 404)):
            pass

    def _url(self, name: str) -> str:
        return self._folder + quote(name)

    def _make_folder(self) -> None:
        """Each part of the way; 405 is how a server says that it is there."""
        made = self._address
        for part in self._folder.removeprefix(self._address).split("/")[:-1]:
            made += f"{part}/"
            with self._answer("MKCOL", made, (200, 201, 405)):
                pass

    @contextmanager
    def _answer(
        self, method: str, url: str, wanted: tuple[int, ...], body: bytes | Iterator[bytes] | None = None, **more: str
    ) -> Iterator[urllib3.BaseHTTPResponse]:
        headers = {**self._sent, **more}
        try:
            answer = self._pool.request(
                method,
                url,
                body=body,
                headers=headers,
                redirect=False,
                retries=False,
                preload_content=False,
                timeout=PATIENCE,
            )
            try:
                if answer.status not in wanted:
                    raise refused(self._host, answer.status)
                yield answer
            finally:
                answer.close()
        except SSLError:
            raise PlaceUnreachable(server_troubles.NOT_TRUSTED, host=self._host) from None
        except NOT_REACHED:
            raise PlaceUnreachable(server_troubles.NOT_REACHED, host=self._host) from None
        except HTTPError:
            raise PlaceUnreachable(server_troubles.BROKEN_OFF, host=self._host) from None


def _read_files(answer: urllib3.BaseHTTPResponse, host: str) -> list[StoredFile]:
    content = answer.read(LISTING_BYTES + 1, decode_content=True)
    try:
        if len(content) > LISTING_BYTES:
            raise StrangeListing
        return read_listing(content)
    except StrangeListing:
        raise PlaceUnreachable(server_troubles.STRANGE_TEXT, host=host) from None


def _pool(address: str) -> urllib3.PoolManager:
    trust = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    proxy = proxy_for(address)
    if proxy is None:
        return urllib3.PoolManager(ssl_context=trust, blocksize=CHUNK_BYTES)
    password = urllib3.util.parse_url(proxy).auth
    headers: Mapping[str, str] = urllib3.make_headers(proxy_basic_auth=password) if password else {}
    return urllib3.ProxyManager(proxy, proxy_headers=headers, ssl_context=trust, blocksize=CHUNK_BYTES)


def _read_chunks(source: Path, size: int, tell: Progress) -> Iterator[bytes]:
    sent = 0
    with source.open("rb") as read:
        while chunk := read.read(CHUNK_BYTES):
            yield chunk
            sent += len(chunk)
            tell("write", sent / max(size, 1))
