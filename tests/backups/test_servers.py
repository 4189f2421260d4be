"""Back-ups on servers that really speak, and on those that do not speak as they should."""

import ast
import logging
import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from socketserver import StreamRequestHandler, ThreadingTCPServer
from threading import Event, Thread
from urllib.parse import urlsplit

import pytest
import trustme

from dosar.backups.places import timeouts
from dosar.backups.places.new_place import prepare_place
from dosar.backups.places.place import BackupPlace, PlaceUnreachable, StoredFile
from dosar.backups.places.servers import chunked_upload
from dosar.backups.places.servers.webdav_listing import StrangeListing, read_listing
from dosar.backups.places.settings import open_place, place_from_address
from dosar.database.store_errors import StoreError
from dosar.language.form import CASE_FORM
from dosar.long_work.progress import keep_silent
from tests.backups.offices import CANARY, enter, new_office, open_backup
from tests.backups.servers import PASSWORD, USER, answering, bucket, line_that_breaks, proxy, webdav
from tests.test_layers import FILES

CLOUD, STORE = "cloud", "store"
SERVERS = [CLOUD, STORE]
SECRET = f"{USER}:{PASSWORD}"
UNFINISHED, FINISHED = ".dosar-a1b2c3.unfinished", "dosar-a1b2c3-2026-11-29-235900.dosar"
EMPTY = {
    CLOUD: (207, b'<multistatus xmlns="DAV:"/>'),
    STORE: (200, b"<ListBucketResult><Name>ong</Name><KeyCount>0</KeyCount></ListBucketResult>"),
}
"""How each says that there is nothing."""
FULL_MEGABYTES = 20
"""More than two parts of a store."""


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """A folder of a cloud, and a bucket."""
    with ExitStack() as stack:
        cloud = stack.enter_context(webdav(tmp_path_factory.mktemp("cloud")))
        endpoint = stack.enter_context(bucket("ong"))
        yield {CLOUD: cloud, STORE: f"s3://ong?endpoint={endpoint}"}


@pytest.fixture
def backup(tmp_path: Path) -> Path:
    """A file of which no two parts are alike."""
    file = tmp_path / "copie de siguranță.dosar"
    file.write_bytes(os.urandom(FULL_MEGABYTES * 2**20 + 7))
    return file


def opened(address: str, secret: str = SECRET) -> BackupPlace:
    return open_place(place_from_address(address, secret))


def address_at(kind: str, server: str) -> str:
    return f"{server}/dav/" if kind == CLOUD else f"s3://ong?endpoint={server}"


@pytest.mark.parametrize("kind", SERVERS)
def test_a_back_up_goes_there_and_comes_back(
    kind: str, places: dict[str, str], backup: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    place, told = opened(places[kind]), []
    assert place.list() == []
    place.put(backup, UNFINISHED, lambda step, done: told.append((step, done)))
    place.fetch(UNFINISHED, tmp_path / "back", lambda step, done: told.append((step, done)))
    assert (tmp_path / "back").read_bytes() == backup.read_bytes()
    assert place.list() == [StoredFile(UNFINISHED, backup.stat().st_size)]
    place.rename(UNFINISHED, FINISHED)
    assert place.list() == [StoredFile(FINISHED, backup.stat().st_size)]
    assert {step for step, _ in told} == {"write", "read"} and told[-1] == ("read", 1.0)
    assert [done for step, done in told if step == "write"] == sorted(done for step, done in told if step == "write")
    place.remove(FINISHED)
    place.remove(FINISHED)
    assert place.list() == []
    assert "parol" not in caplog.text


def test_the_back_up_of_an_office_goes_to_every_server_and_opens_from_there(
    places: dict[str, str], tmp_path: Path
) -> None:
    office = new_office(tmp_path / "office")
    with office.at_work() as repository:
        enter(repository, CANARY)
        for kind in SERVERS:
            place = opened(places[kind])
            made = office.back_up(repository, place)
            assert place.list() == [StoredFile(made.name, made.bytes)]
            place.fetch(made.name, tmp_path / made.name, keep_silent)
            place.remove(made.name)
            assert open_backup(tmp_path / made.name, office.card_text)[0].tables[CASE_FORM] == 1
            assert CANARY.encode() not in (tmp_path / made.name).read_bytes()


def test_nextcloud_takes_a_large_file_in_pieces_over_a_line_that_breaks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chunked_upload, "RETRY_PAUSES", [0.01])
    large, done = tmp_path / "large", []
    large.write_bytes(os.urandom(chunked_upload.PIECE_BYTES + 2**20))
    (tmp_path / "cloud").mkdir()
    with webdav(tmp_path / "cloud", pieces=tmp_path / "pieces") as address:
        port = urlsplit(address).port or 0
        for once in (True, False):
            with line_that_breaks(port, after=3 * 2**20, once=once) as way, ExitStack() as stack:
                if not once:
                    stack.enter_context(pytest.raises(PlaceUnreachable, match="broke off"))
                place = opened(address.replace(f":{port}", f":{way}"))
                place.put(large, f"{FINISHED}{once}", lambda _, share: done.append(share))
        opened(address).put(large, FINISHED, keep_silent)
    kept = tmp_path / "cloud/Dosar"
    assert {file.name for file in kept.iterdir()} == {FINISHED, f"{FINISHED}True"}
    assert all(file.read_bytes() == large.read_bytes() for file in kept.iterdir())
    assert not list((tmp_path / "pieces").iterdir()) and done[-1] < 1 < len(done) and 1.0 in done


@pytest.mark.parametrize("kind", SERVERS)
def test_what_ends_a_back_up_is_heard_and_leaves_nothing(kind: str, places: dict[str, str], backup: Path) -> None:
    class Locked(Exception):
        pass

    def tell(step: str, done: float) -> None:
        if done > 0.5:
            raise Locked

    with pytest.raises(Locked):
        opened(places[kind]).put(backup, UNFINISHED, tell)
    assert opened(places[kind]).list() == []


@pytest.mark.parametrize("kind", SERVERS)
def test_a_place_is_tried_before_it_is_kept(kind: str, places: dict[str, str], tmp_path: Path) -> None:
    place = place_from_address(places[kind], SECRET)
    assert prepare_place(place, "a1b2c3", tmp_path) == place
    assert open_place(place).list() == [] and not list(tmp_path.iterdir()), "the trial leaves nothing anywhere"
    with answering(403) as (server, _), pytest.raises(PlaceUnreachable, match="does not let this account"):
        prepare_place(place_from_address(address_at(kind, server), SECRET), "a1b2c3", tmp_path)


@pytest.mark.parametrize("kind", SERVERS)
def test_a_line_that_breaks_leaves_no_half_back_up(
    kind: str, places: dict[str, str], backup: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The cloud's line comes back and half of the file is taken away; the store's breaks at each part."""
    server = urlsplit(places[kind].partition("endpoint=")[2] or places[kind])
    with line_that_breaks(server.port or 0, after=3 * 2**20, once=kind == CLOUD) as port:
        place = opened(places[kind].replace(f":{server.port}", f":{port}"))
        with pytest.raises(PlaceUnreachable, match="broke off"):
            place.put(backup, UNFINISHED, keep_silent)
    assert opened(places[kind]).list() == []


@pytest.mark.parametrize("kind", SERVERS)
@pytest.mark.parametrize(
    ("status", "told"),
    [
        (302, "sends this address on"),
        (401, "does not accept the user or the password"),
        (403, "does not let this account write"),
        (404, "no such folder or bucket"),
        (413, "takes no file of this size"),
        (423, "is busy"),
        (500, "could not do what was asked (500)"),
        (507, "no room left"),
    ],
)
def test_what_a_server_refuses_is_said_with_its_remedy(kind: str, status: int, told: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"sealed")
    with answering(status) as (server, _), pytest.raises(PlaceUnreachable) as trouble:
        opened(address_at(kind, server)).put(tmp_path / "file", UNFINISHED, keep_silent)
    said = str(trouble.value)
    assert told in said and urlsplit(server).netloc in said
    assert "parol" not in said and USER not in said


@pytest.mark.parametrize("kind", SERVERS)
def test_a_server_that_sends_without_end_fills_no_disk(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = shutil.disk_usage(tmp_path)._replace(free=1000)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: disk)
    dated = {"Last-Modified": "Mon, 30 Nov 2026 08:00:00 GMT", "ETag": "x"}
    with (
        answering(200, content=bytes(501), **dated) as (server, _),
        pytest.raises(StoreError, match="There is no room"),
    ):
        opened(address_at(kind, server)).fetch("x", tmp_path / "fetched", keep_silent)
    assert not (tmp_path / "fetched").stat().st_size


@pytest.mark.parametrize("kind", SERVERS)
def test_no_password_goes_on_to_another_server(kind: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"sealed")
    with answering(200) as (other, asked):
        elsewhere = other.replace("127.0.0.1", "localhost") + "/elsewhere"
        for status in (301, 302, 307, 308):
            with answering(status, Location=elsewhere) as (server, first), pytest.raises(PlaceUnreachable):
                opened(address_at(kind, server)).put(tmp_path / "file", UNFINISHED, keep_silent)
            assert all(headers.get("authorization") for headers in first)
    assert not [headers for headers in asked if "authorization" in headers or "x-amz-security-token" in headers]


@pytest.mark.parametrize("kind", SERVERS)
def test_a_certificate_of_somebody_else_gets_nothing(
    kind: str, authority: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that nobody trusts, and one of a trusted office for another name."""
    authority.cert_pem.write_to_path(tmp_path / "trusted.pem")
    for name, trusted in (("127.0.0.1", ""), ("altul.exemplu.ro", str(tmp_path / "trusted.pem"))):
        if trusted:
            monkeypatch.setenv("SSL_CERT_FILE", trusted)
        with answering(200, authority.issue_cert(name)) as (server, asked):
            with pytest.raises(PlaceUnreachable, match=r"certificate of 127\.0\.0\.1"):
                opened(address_at(kind, server)).list()
            assert asked == []


def test_a_cloud_with_a_certificate_that_the_system_trusts_is_used(
    authority: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority.cert_pem.write_to_path(tmp_path / "trusted.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "trusted.pem"))
    (tmp_path / "cloud").mkdir()
    (tmp_path / "file").write_bytes(b"sealed")
    with webdav(tmp_path / "cloud", authority.issue_cert("localhost")) as address:
        place = opened(address)
        place.put(tmp_path / "file", FINISHED, keep_silent)
        assert place.list() == [StoredFile(FINISHED, 6)]
        with pytest.raises(PlaceUnreachable, match="does not accept"):
            opened(address, f"{USER}:alta").list()
        with pytest.raises(PlaceUnreachable, match="no such folder"):
            opened(address + "nu/este/").list()
    assert (tmp_path / "cloud/Dosar" / FINISHED).read_bytes() == b"sealed"


@pytest.mark.parametrize("kind", SERVERS)
def test_the_proxy_of_the_office_is_used_and_reads_no_password(
    kind: str, authority: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority.cert_pem.write_to_path(tmp_path / "trusted.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "trusted.pem"))
    status, content = EMPTY[kind]
    with (
        answering(status, authority.issue_cert("cloud.exemplu.ro"), content) as (server, asked),
        proxy(urlsplit(server).port or 0) as (way, read),
    ):
        monkeypatch.setenv("https_proxy", way)
        monkeypatch.delenv("no_proxy", raising=False)
        assert opened(address_at(kind, "https://cloud.exemplu.ro")).list() == []
        assert asked[0]["host"] == "cloud.exemplu.ro"
        assert asked[0]["authorization"]
    assert read[0].startswith("CONNECT cloud.exemplu.ro:443 ")
    headers = [line.partition(":")[0].lower() for line in read[0].splitlines()]
    assert "proxy-authorization" in headers and "authorization" not in headers


def test_a_bucket_that_is_not_there_is_told(places: dict[str, str]) -> None:
    with pytest.raises(PlaceUnreachable, match="no such folder or bucket"):
        opened(places[STORE].replace("ong", "alt-ong")).list()


@pytest.mark.parametrize("kind", SERVERS)
def test_a_server_that_does_not_answer_is_told(kind: str, free_port: int) -> None:
    with pytest.raises(PlaceUnreachable, match="does not answer"):
        opened(address_at(kind, f"http://127.0.0.1:{free_port}")).list()


@pytest.mark.parametrize("kind", SERVERS)
def test_a_page_in_place_of_a_list_is_told(kind: str) -> None:
    page = b"<!DOCTYPE html><html><body>Wi-Fi: <b>Accept"
    served = answering(207 if kind == CLOUD else 200, content=page)
    with served as (server, _), pytest.raises(PlaceUnreachable, match="does not answer as a server for files does"):
        opened(address_at(kind, server)).list()


def test_a_list_unfolds_and_fetches_nothing() -> None:
    bomb = '<!DOCTYPE a [<!ENTITY x "haha"><!ENTITY y SYSTEM "file:///etc/passwd">]>'
    listing = (
        '<multistatus xmlns="DAV:"><response><href>/a/&#x103;%20b.dosar</href><propstat><prop>{}</prop></propstat>'
    )
    whole = (listing + "</response></multistatus>").format("<getcontentlength> 12 </getcontentlength>")
    assert read_listing(whole.encode()) == [StoredFile("ă b.dosar", 12)]
    odd = [whole.replace("/a/", "http://[/a/"), whole.replace("12", "9" * 5000)]
    odd += [f'<?xml version="1.0" encoding="{alphabet}"?>{whole}' for alphabet in ("klingon", "utf-7")]
    for strange in (bomb + whole, whole[:-3], "", "{}", *odd):
        with pytest.raises(StrangeListing):
            read_listing(strange.encode())


@pytest.mark.parametrize("told", ["abc", "-5", "9" * 5000])
def test_a_size_that_is_none_is_no_size(told: str, tmp_path: Path) -> None:
    answer = f"HTTP/1.1 200 OK\r\nContent-Length: {told}\r\n\r\nhello".encode()
    with saying(answer) as server:
        opened(address_at(CLOUD, server)).fetch(FINISHED, tmp_path / "fetched", keep_silent)
    assert (tmp_path / "fetched").read_bytes() in (b"hello", b""), "who looks it through sees that it is no back-up"


@pytest.mark.parametrize("kind", SERVERS)
def test_a_server_that_goes_on_and_on_is_not_waited_for(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timeouts, "SERVER_SECONDS", 0.3)
    head = b"HTTP/1.1 200 OK\r\n" if kind == STORE else b"HTTP/1.1 207 Multi-Status\r\n"
    endless = saying(head + b"Content-Length: 4000000\r\n\r\n", more=b" ")
    with endless as server, pytest.raises(PlaceUnreachable, match="does not answer"):
        opened(address_at(kind, server)).list()


@contextmanager
def saying(answer: bytes, more: bytes = b"") -> Iterator[str]:
    """A server that says this to whoever comes, and ``more`` again and again until it is stopped."""
    is_over = Event()

    class Speaker(StreamRequestHandler):
        def handle(self) -> None:
            with suppress(OSError):
                self.request.recv(2**16)
                self.wfile.write(answer)
                while more and not is_over.wait(0.05):
                    self.wfile.write(more)

    with ThreadingTCPServer(("127.0.0.1", 0), Speaker) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            is_over.set()
            server.shutdown()


def test_nothing_is_imported_for_servers_before_one_is_asked() -> None:
    """A start stays as quick as it was, and Dosar starts without these libraries."""
    for name, tree in FILES.items():
        at_start = {alias for node in tree.body if isinstance(node, ast.ImportFrom) for alias in (node.module or "",)}
        assert not at_start & {f"dosar.backups.places.servers.{speaker}" for speaker in ("webdav", "object_store")}, (
            name
        )
