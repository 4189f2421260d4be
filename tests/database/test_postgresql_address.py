"""Over a network Dosar speaks to nobody but the PostgreSQL server it was told, and not in clear."""

import socket
import sys
from threading import Thread

import pytest

from dosar.database.postgresql_store import PROVEN_SERVER, PostgresStore, postgresql_address
from dosar.database.store_errors import StoreError

HERE = [
    "postgresql://dosar:parola@localhost/dosar",
    "postgresql://dosar:parola@127.0.0.1:5433/dosar",
    "postgresql://dosar:parola@[::1]/dosar",
    "postgresql://dosar@/dosar?host=/var/run/postgresql",
    "postgresql:///dosar",
]
ELSEWHERE = [
    "postgresql://dosar:parola@db.exemplu.ro/dosar",
    "postgresql://dosar:parola@192.168.1.20/dosar",
    "postgresql://dosar@/dosar?host=localhost&host=db.exemplu.ro",
    "postgresql://localhost.exemplu.ro/dosar",
]
WHAT_LIBPQ_SENDS_FIRST = bytes.fromhex("0000000804d2162f")
"""Whether the server speaks TLS."""


@pytest.fixture(autouse=True)
def nothing_said_around(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PGSSLMODE", "PGHOST"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize("url", HERE)
def test_on_one_computer_nothing_is_asked_of_it(url: str) -> None:
    assert "sslmode" not in postgresql_address(url).query


@pytest.mark.parametrize("url", ELSEWHERE)
def test_another_computer_must_prove_who_it_is(url: str) -> None:
    assert PROVEN_SERVER.items() <= postgresql_address(url).query.items()


def test_who_knows_better_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    said = postgresql_address(f"{ELSEWHERE[0]}?sslmode=require")
    assert dict(said.query) == {"sslmode": "require"}
    monkeypatch.setenv("PGSSLMODE", "disable")
    assert not postgresql_address(ELSEWHERE[0]).query


@pytest.mark.skipif(sys.platform == "win32", reason="0.0.0.0 is nobody's address there")
def test_a_server_without_tls_is_told_nothing() -> None:
    heard: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def answer() -> None:
            with listening.accept()[0] as asking:
                heard.append(asking.recv(8))
                asking.sendall(b"N")
                heard.append(asking.recv(100))

        server = Thread(target=answer, daemon=True)
        server.start()
        with pytest.raises(StoreError, match="certificate"):
            PostgresStore(f"postgresql://dosar:parola@0.0.0.0:{listening.getsockname()[1]}/dosar")
        server.join(60)
    assert heard == [WHAT_LIBPQ_SENDS_FIRST, b""], "neither the user nor the password"
