"""The program that runs already on a data folder, asked whether it is what it says."""

import time
from contextlib import suppress
from hmac import compare_digest
from pathlib import Path
from secrets import token_urlsafe
from urllib.parse import urlsplit

from dosar.database.installation.lock_file import RunningInstance, published_instance

HEALTH_PATH = "/health"
PUBLISH_TIMEOUT = 2.0
"""Seconds from taking the folder to saying where; a program that says nothing shows no pages."""
ANSWER_TIMEOUT = 30.0
"""Seconds: a program that is still starting answers when it is ready."""


def new_instance(address: str) -> RunningInstance:
    """This program, about to show its pages at the address."""
    return RunningInstance(address, token_urlsafe(16))


def running_address(data: Path) -> str | None:
    """Where the pages of the data folder are shown now; None where the program there is another one, or none."""
    until = time.monotonic() + PUBLISH_TIMEOUT
    while (instance := published_instance(data)) is None:
        if time.monotonic() > until:
            return None
        time.sleep(0.1)
    return instance.address if is_answering(instance) else None


def is_answering(instance: RunningInstance, seconds: float = ANSWER_TIMEOUT) -> bool:
    """Whether this very program answers at its address."""
    said = ask_instance(instance.address, HEALTH_PATH, seconds) or ""
    return compare_digest(said.encode(), instance.token.encode())


def ask_instance(address: str, path: str, seconds: float = ANSWER_TIMEOUT, any_status: bool = False) -> str | None:
    """What the program at the address says of itself. Whoever listens there is no friend yet: no cookie, no proxy,
    no other address that it may name, and not more than a line."""
    from http.client import HTTPConnection, HTTPException  # a start asks nobody

    parts = urlsplit(address)
    with suppress(OSError, HTTPException, ValueError):
        connection = HTTPConnection(parts.hostname or "", parts.port, timeout=seconds)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.read(100).decode("ascii") if any_status or answer.status == 200 else None
        finally:
            connection.close()
    return None
