"""Asking a WebDAV server over urllib3, which streams from disk to wire and back.

Certificates are judged as the system judges them (truststore). No redirect is followed, so that the password goes to
the address that was typed and nowhere else.
"""

from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import urllib3
from urllib3.exceptions import (
    ConnectTimeoutError,
    HTTPError,
    LocationParseError,
    NewConnectionError,
    ProxyError,
    SSLError,
)

from dosar.backups.places.place import PlaceUnreachable, StoredFile
from dosar.backups.places.servers import server_troubles
from dosar.backups.places.servers.server_troubles import refused
from dosar.backups.places.servers.webdav_listing import WANTED, StrangeListing, read_listing
from dosar.network.connections import trusting_pool

SENT_BYTES = 64 * 2**10
"""What has to leave within the timeout of a connection: on a line of 5 kB/s."""
TIMEOUT = urllib3.Timeout(connect=15, read=180)
"""A server may think for a while after it has got a large file."""
TIMEOUT_BEFORE_A_PAGE = urllib3.Timeout(connect=15, read=30)
QUICK = {"PROPFIND", "MKCOL", "DELETE"}
"""What a server does at once; somebody waits before a page for some of it."""
LISTING_BYTES = 8 * 2**20
"""Longer than any listing of back-ups."""
NOT_REACHED = (NewConnectionError, ConnectTimeoutError, ProxyError, LocationParseError)


class LineBroken(PlaceUnreachable):
    """The server could not be heard: a second try may help."""


class WebDavRequests:
    """One server and one account there."""

    def __init__(self, address: str, user: str, secret: str) -> None:
        self.host = urlsplit(address).netloc
        self._sent = {"Authorization": "Basic " + b64encode(f"{user}:{secret}".encode()).decode()}
        self._pool = trusting_pool(address)

    @contextmanager
    def ask(
        self, method: str, url: str, wanted: tuple[int, ...], body: bytes | Iterator[bytes] | None = None, **more: str
    ) -> Iterator[urllib3.BaseHTTPResponse]:
        """The answer, whose content is not read yet. Raises :class:`PlaceUnreachable` unless its number is wanted."""
        try:
            answer = self._pool.request(
                method,
                url,
                body=body,
                headers={**self._sent, **more},
                redirect=False,
                retries=False,
                preload_content=False,
                timeout=TIMEOUT_BEFORE_A_PAGE if method in QUICK else TIMEOUT,
            )
            try:
                if answer.status not in wanted:
                    raise refused(self.host, answer.status)
                yield answer
            finally:
                answer.close()
        except SSLError:
            raise PlaceUnreachable(server_troubles.NOT_TRUSTED, host=self.host) from None
        except NOT_REACHED:
            raise LineBroken(server_troubles.NOT_REACHED, host=self.host) from None
        except HTTPError:
            raise LineBroken(server_troubles.BROKEN_OFF, host=self.host) from None

    def list_files(self, folder: str) -> list[StoredFile] | None:
        """The files there; none where there is no such folder."""
        with self.ask("PROPFIND", folder, (207, 404), WANTED, Depth="1") as answer:
            if answer.status == 404:
                return None
            content = answer.read(LISTING_BYTES + 1, decode_content=True)
        try:
            if len(content) > LISTING_BYTES:
                raise StrangeListing
            return read_listing(content)
        except StrangeListing:
            raise PlaceUnreachable(server_troubles.STRANGE_TEXT, host=self.host) from None
