"""A foreign file is looked through elsewhere: it can take little, stop nobody, and learn nothing."""

import sys
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from dosar.cleaning import separate_process
from dosar.cleaning.separate_process import WAITING_FILES, clean_apart
from dosar.language.text.message import Mistake
from tests.waiting import is_soon


def reverse(content: bytes) -> bytes:
    return content[::-1]


def refuse(content: bytes) -> bytes:
    raise Mistake("The PDF has more than %(pages)s pages. Attach it in parts.", pages=len(content))


def fail(content: bytes) -> bytes:
    raise RuntimeError(content.decode())


def swell(content: bytes) -> bytes:
    return bytes(4 * 2**30)


def crash(content: bytes) -> bytes:
    import os

    os._exit(1)


def dawdle(content: bytes) -> bytes:
    time.sleep(float(content))
    return content


def test_what_comes_back_is_the_file_or_why_it_was_refused(capfd: pytest.CaptureFixture[str]) -> None:
    assert clean_apart(reverse, b"abc" * 100_000) == b"cba" * 100_000
    with pytest.raises(Mistake, match="more than 3 pages"):
        clean_apart(refuse, b"abc")
    with pytest.raises(Mistake, match="The file cannot be read"):
        clean_apart(fail, b"Ana Prundeanu")
    assert "Prundeanu" not in "".join(capfd.readouterr())


@pytest.mark.skipif(sys.platform == "win32", reason="Windows sets no limit on memory here")
def test_a_file_that_takes_too_much_memory_is_refused() -> None:
    with pytest.raises(Mistake, match="too much memory or time"):
        clean_apart(swell, b"")


def test_a_file_that_crashes_its_reader_or_takes_too_long_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Mistake, match="too much memory or time"):
        clean_apart(crash, b"")
    monkeypatch.setattr(separate_process, "SECONDS", 1)
    with pytest.raises(Mistake, match="too much memory or time"):
        clean_apart(dawdle, b"9")


def test_many_at_once_wait_in_a_short_line() -> None:
    """Each takes a thread of those that answer: the others stay free."""
    with ThreadPoolExecutor(WAITING_FILES + 3) as people, separate_process._working:
        sent = [people.submit(clean_apart, reverse, b"ab") for _ in range(WAITING_FILES + 3)]
        assert is_soon(lambda: sum(one.done() for one in sent) == 3)
    refused = [str(one.exception()) for one in sent if one.exception()]
    assert len(refused) == 3 and all("Wait a minute" in said for said in refused)
    assert clean_apart(reverse, b"ab") == b"ba"
