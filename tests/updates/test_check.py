"""Whether there is a new version: asked only where that is wanted, told only by who makes Dosar."""

import gzip
import json
import os
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import trustme

from dosar.database.store_errors import StoreError
from dosar.long_work.progress import keep_silent
from dosar.updates.check.check_settings import read_check_settings
from dosar.updates.check.daily_check import DailyCheck
from dosar.updates.check.fetching import NotFetched, ask_newest, fetch_update
from dosar.updates.check.newest import CONTEXT, NotBelieved, OlderThanSeen, OutOfDate, read_newest
from dosar.updates.check.newest_version_file import read_newer_version
from dosar.updates.pinned import Pinned, pinned_text, read_pinned
from tests.backups.offices import new_office
from tests.backups.servers import answering, proxy
from tests.updates.release import Makers, offered

NOON = datetime(2026, 11, 30, 12)


@pytest.fixture(scope="module")
def makers() -> Makers:
    return Makers()


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def certificate(authority: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> trustme.LeafCert:
    """Of a server on this computer that the system trusts."""
    authority.cert_pem.write_to_path(tmp_path / "trusted.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "trusted.pem"))
    return authority.issue_cert("127.0.0.1")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Any]:
    with new_office(tmp_path / "office").at_work() as repository:
        yield repository.store


def test_nobody_is_asked_until_it_is_switched_on(store: Any, makers: Makers, certificate: trustme.LeafCert) -> None:
    now = [NOON]
    with answering(200, certificate, makers.news("9.0.0").encode()) as (server, asked):
        check = DailyCheck(store, Pinned((makers.public_key,), server), lambda: now[0])
        assert not check.look() and asked == []
        check.switch(True)
        assert check.look() and not check.look()
        now[0] += timedelta(hours=23)
        assert not check.look() and len(asked) == 1, "once a day"
        now[0] += timedelta(hours=1)
        assert check.look() and len(asked) == 2
        assert read_newer_version(store.data_folder, "0.2.0") == "9.0.0"
        assert not read_newer_version(store.data_folder, "9.0.0")
        check.switch(False)
        assert not read_newer_version(store.data_folder, "0.2.0"), "nor does the window tell it any more"
        now[0] += timedelta(days=9)
        assert not check.look() and len(asked) == 2
    known = read_check_settings(store.session)
    assert known.newer_than("0.2.0") == known.seen != known.newer_than("9.0.0")


def test_the_request_says_nothing_of_who_asks(makers: Makers, certificate: trustme.LeafCert) -> None:
    with answering(200, certificate, makers.news().encode()) as (server, asked):
        ask_newest(f"{server}/newest.json", (makers.public_key,))
    assert [sorted(headers) for headers in asked] == [["host"]]


def test_an_older_answer_than_yesterdays_is_not_believed(
    store: Any, makers: Makers, certificate: trustme.LeafCert
) -> None:
    def ask(version: str, day: str) -> str:
        with answering(200, certificate, makers.news(version, day).encode()) as (server, _):
            return DailyCheck(store, Pinned((makers.public_key,), server), lambda: NOON).ask().version

    assert ask("0.10.0", "2026-11-30") == "0.10.0"
    for version, day in (("0.9.1", "2026-11-30"), ("0.10.0", "2026-11-29"), ("0.9.1", "2026-12-01")):
        with pytest.raises(OlderThanSeen):
            ask(version, day)
    assert ask("0.10.0", "2026-12-02") == "0.10.0"


def test_what_was_true_once_is_not_believed_for_ever(store: Any, makers: Makers, certificate: trustme.LeafCert) -> None:
    """Whoever stands in between can repeat what was signed, but not make it last."""
    now = [NOON]
    with answering(200, certificate, makers.news("0.10.0", good_days=60).encode()) as (server, _):
        check = DailyCheck(store, Pinned((makers.public_key,), server), lambda: now[0])
        check.switch(True)
        now[0] += timedelta(days=60)
        assert check.ask().version == "0.10.0"
        assert not read_check_settings(store.session).is_out_of_date(now[0].date())
        now[0] += timedelta(days=1)
        with pytest.raises(OutOfDate, match="good until 2027-01-29 only"):
            check.ask()
        assert read_check_settings(store.session).is_out_of_date(now[0].date())
        check.switch(False)
        assert not read_check_settings(store.session).is_out_of_date(now[0].date())
    endless = json.dumps({"version": "0.10.0", "day": "2026-11-30", "files": {}})
    signature = b64encode(makers.key.sign(CONTEXT + endless.encode())).decode()
    with pytest.raises(NotBelieved):
        read_newest(json.dumps({"newest": endless, "signature": signature}).encode(), (makers.public_key,))


def test_only_a_pinned_key_tells_news(makers: Makers) -> None:
    told = makers.news()
    assert read_newest(told.encode(), (Makers().public_key, makers.public_key)).version == "9.0.0"
    changed = json.loads(told)
    changed["newest"] = changed["newest"].replace("9.0.0", "9.0.1")
    strangers = [
        Makers().news(),
        json.dumps(changed),
        told[:-40],
        "",
        "[]",
        '{"newest": "{}"}',
        '{"newest": 1, "signature": "é"}',
        "[" * 100_000,
    ]
    for stranger in strangers:
        with pytest.raises(NotBelieved):
            read_newest(stranger.encode(), (makers.public_key,))
    with pytest.raises(NotBelieved):
        read_newest(told.encode(), ())


@pytest.mark.parametrize("bad", [{"name": "../x"}, {"address": "http://x"}, {"bytes": -1}, {"sha256": "x"}])
def test_news_in_another_shape_are_not_believed(makers: Makers, bad: dict[str, Any]) -> None:
    told = makers.news(file=replace(offered(b"x", "https://exemplu.ro"), **bad))
    with pytest.raises(NotBelieved):
        read_newest(told.encode(), (makers.public_key,))


def test_a_server_nobody_trusts_or_that_is_not_there_is_told_in_words(
    makers: Makers, authority: trustme.CA, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    keys = (makers.public_key,)
    (tmp_path / "empty.pem").touch()
    with answering(200, authority.issue_cert("127.0.0.1")) as (server, _), pytest.raises(NotFetched, match="trusts"):
        ask_newest(server, keys)
    with pytest.raises(NotFetched, match="could not be heard"):
        ask_newest(server, keys)
    monkeypatch.setattr("dosar.long_work.disk_room.SPARE_BYTES", 2**70)
    with pytest.raises(StoreError, match="Make room"):
        fetch_update(offered(b"x", server), tmp_path / "fetched", keep_silent)


def test_an_answer_that_is_no_news_is_refused(makers: Makers, certificate: trustme.LeafCert) -> None:
    keys = (makers.public_key,)
    packed = {"Content-Encoding": "gzip"}
    zipped = gzip.compress(makers.news().encode())
    with answering(200, certificate, zipped, **packed) as (server, _), pytest.raises(NotBelieved):
        ask_newest(server, keys)
    with answering(404, certificate) as (server, _), pytest.raises(NotFetched, match="404"):
        ask_newest(server, keys)
    with answering(200, certificate, b"x" * 300_000) as (server, _), pytest.raises(NotBelieved):
        ask_newest(server, keys)
    for nowhere in ("http://127.0.0.1:1/", "https://[", "https://"):
        with answering(302, certificate, Location=nowhere) as (server, _), pytest.raises(NotFetched, match="302"):
            ask_newest(server, keys)
    with answering(302, certificate, Location="/again") as (server, asked), pytest.raises(NotFetched, match="302"):
        ask_newest(server, keys)
    assert len(asked) == 4, "not round and round"


def test_an_answer_that_trickles_is_not_waited_for(
    makers: Makers, certificate: trustme.LeafCert, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dosar.updates.check.fetching.MOST_SECONDS", -1.0)
    with answering(200, certificate, makers.news().encode()) as (server, _), pytest.raises(NotBelieved):
        ask_newest(server, (makers.public_key,))


def test_an_update_that_trickles_is_given_up(
    certificate: trustme.LeafCert, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dosar.updates.check.fetching.MOST_FETCH_SECONDS", -1.0)
    content = os.urandom(2**20)
    with answering(200, certificate, content) as (server, _), pytest.raises(NotBelieved):
        fetch_update(offered(content, server), tmp_path / "fetched", keep_silent)
    assert not list((tmp_path / "fetched").iterdir()), "the next try begins with an empty folder"


def test_the_update_comes_as_it_was_announced_or_not_at_all(
    makers: Makers, certificate: trustme.LeafCert, tmp_path: Path
) -> None:
    content, done = os.urandom(3 * 2**20), []
    with (
        answering(200, certificate, content) as (server, _),
        answering(302, certificate, Location=f"{server}/there") as (elsewhere, _),
    ):
        file = fetch_update(offered(content, elsewhere), tmp_path, lambda step, share: done.append((step, share)))
        assert file.read_bytes() == content and done[-1] == ("fetch", 1.0)
        for other in (content[:-1], content[1:] + b"x", content + b"x"):
            with pytest.raises(NotBelieved):
                fetch_update(offered(other, server), tmp_path, keep_silent)
            assert not file.exists()


def test_the_office_proxy_is_used(
    makers: Makers, certificate: trustme.LeafCert, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dosar.network.proxies.is_this_computer", lambda host: False)
    with answering(200, certificate, makers.news().encode()) as (server, asked):
        with proxy(int(server.rpartition(":")[2])) as (way, read):
            monkeypatch.setenv("https_proxy", way)
            assert ask_newest(server, (makers.public_key,)).version == "9.0.0"
        assert len(asked) == 1 and "CONNECT" in read[0]


def test_a_program_that_was_not_built_for_updates_asks_nobody(store: Any) -> None:
    with pytest.raises(StoreError, match="does not know where"):
        DailyCheck(store, Pinned(), lambda: NOON).ask()


def test_what_the_build_pins_is_read(tmp_path: Path, makers: Makers) -> None:
    (tmp_path / "pinned.json").write_text(pinned_text([makers.public_key], "https://exemplu.ro/newest.json"), "utf-8")
    pinned = read_pinned(tmp_path / "pinned.json")
    assert pinned == Pinned((makers.public_key,), "https://exemplu.ro/newest.json")
