"""A bucket of an S3-compatible store as the place of back-ups, through obstore.

Large files go in parts: a store shows none of them until the last one is there, and memory holds a few parts.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import obstore
from obstore.exceptions import BaseError
from obstore.store import S3Store

from dosar.backups.places.addresses import bucket_of
from dosar.backups.places.fetch_limit import FetchLimit
from dosar.backups.places.place import PlaceUnreachable, StoredFile
from dosar.backups.places.servers import server_troubles
from dosar.backups.places.servers.server_troubles import refused
from dosar.backups.places.timeouts import list_with_timeout
from dosar.long_work.progress import Progress
from dosar.network.proxies import proxy_for

if TYPE_CHECKING:
    from obstore.store import ClientConfig, RetryConfig

PART_BYTES = 8 * 2**20
PARTS_AT_ONCE = 2
READ_BYTES = 2**20
RETRIES: "RetryConfig" = {"max_retries": 3, "retry_timeout": timedelta(minutes=2)}
TIMEOUTS: "ClientConfig" = {
    "connect_timeout": timedelta(seconds=15),
    "read_timeout": timedelta(minutes=2),
    "timeout": timedelta(minutes=10),
}
"""A part of a file may take ten minutes: on a line of 15 kB/s."""
STATUS = re.compile(r"status code: (\d{3})")
TROUBLES = (
    (re.compile(r"certificate", re.IGNORECASE), server_troubles.NOT_TRUSTED),
    (re.compile(r"kind: Connect\b"), server_troubles.NOT_REACHED),
    (re.compile(r"redirect", re.IGNORECASE), server_troubles.LEADS_ELSEWHERE),
    (re.compile(r"QuotaExceeded|StorageFull|InsufficientStorage", re.IGNORECASE), server_troubles.FULL),
    (re.compile(r"kind: (Interrupted|Timeout|Request|Decode)\b"), server_troubles.BROKEN_OFF),
)
"""How obstore tells apart what the number of an answer does not say; the first that fits counts."""


class ObjectStorePlace:
    """Objects under one prefix of a bucket."""

    def __init__(self, address: str, user: str, secret: str, folder: str) -> None:
        bucket, endpoint, region = bucket_of(address)
        self._host = urlsplit(endpoint).netloc
        proxy = proxy_for(endpoint)
        client: ClientConfig = {**TIMEOUTS, "allow_http": endpoint.startswith("http:")}
        if proxy is not None:
            client["proxy_url"] = proxy
        self._store = S3Store(
            bucket,
            prefix=folder.strip("/") or None,
            endpoint=endpoint.rstrip("/"),
            region=region,
            access_key_id=user,
            secret_access_key=secret,
            virtual_hosted_style_request=False,
            client_options=client,
            retry_config=RETRIES,
        )

    def list(self) -> list[StoredFile]:
        return list_with_timeout(self._host, self._listed)

    def _listed(self) -> Sequence[StoredFile]:
        with self._asking():
            found = obstore.list_with_delimiter(self._store)["objects"]
            return [StoredFile(str(each["path"]), int(each["size"])) for each in found]

    def put(self, source: Path, name: str, tell: Progress) -> None:
        with self._asking():
            obstore.put(
                self._store, name, _read_chunks(source, tell), chunk_size=PART_BYTES, max_concurrency=PARTS_AT_ONCE
            )

    def fetch(self, name: str, target: Path, tell: Progress) -> None:
        with self._asking(), target.open("wb") as written:
            found = obstore.get(self._store, name)
            size, got, limit = int(found.meta["size"]), 0, FetchLimit(target)
            for chunk in found.stream(min_chunk_size=READ_BYTES):
                got += len(chunk)
                limit.require(max(size, got))
                written.write(chunk)
                tell("read", got / max(size, got, 1))
            if got != size:
                raise PlaceUnreachable(server_troubles.BROKEN_OFF, host=self._host)

    def rename(self, old: str, new: str) -> None:
        with self._asking():
            obstore.rename(self._store, old, new)

    def remove(self, name: str) -> None:
        with self._asking(), suppress(FileNotFoundError):
            obstore.delete(self._store, name)

    @contextmanager
    def _asking(self) -> Iterator[None]:
        """What obstore says names addresses and more than a person reads; only what kind of trouble it is goes on."""
        try:
            yield
        except FileNotFoundError:
            raise PlaceUnreachable(server_troubles.NOT_THERE, host=self._host) from None
        except BaseError as error:
            raise _trouble(str(error), self._host) from None


def _trouble(told: str, host: str) -> PlaceUnreachable:
    for pattern, text in TROUBLES:
        if pattern.search(told):
            return PlaceUnreachable(text, host=host)
    status = STATUS.search(told)
    return refused(host, int(status[1])) if status else PlaceUnreachable(server_troubles.STRANGE_TEXT, host=host)


def _read_chunks(source: Path, tell: Progress) -> Iterator[bytes]:
    size, sent = source.stat().st_size, 0
    with source.open("rb") as read:
        while chunk := read.read(READ_BYTES):
            yield chunk
            sent += len(chunk)
            tell("write", sent / max(size, 1))
