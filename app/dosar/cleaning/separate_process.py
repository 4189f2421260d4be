"""Foreign files are opened in a process of their own, one at a time, with a limit on memory and time.

A small file can unfold to gigabytes, and whoever reads it badly must not hold the keys: the process knows nothing
but the file, and is gone afterwards with all it took.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing import get_context
from multiprocessing.connection import Connection
from threading import BoundedSemaphore, Lock

from dosar.language.text.message import Mistake

MEMORY_BYTES = 640 * 2**20
SECONDS = 40
"""What one file may take. The largest picture accepted needs about 300 MiB and 6 seconds on a slow computer."""
WAITING_FILES = 4
"""More at once would take every thread that answers; who comes later is asked to try again."""
CLEANED, REFUSED = b"+", b"-"

_context = get_context("spawn")  # a fork would take the keys along
_waiting = BoundedSemaphore(WAITING_FILES)
_working = Lock()


def clean_apart(clean: Callable[[bytes], bytes], content: bytes) -> bytes:
    """What ``clean``, a function of a module, makes of the content. Raises :class:`Mistake`, as ``clean`` does."""
    with _turn():
        receiver, sender = _context.Pipe(duplex=False)
        process = _context.Process(target=_answer, args=(sender, clean, content), daemon=True)
        process.start()
        sender.close()
        try:
            return _received(receiver)
        finally:
            receiver.close()
            process.kill()
            process.join()


@contextmanager
def _turn() -> Iterator[None]:
    if not _waiting.acquire(blocking=False):
        raise Mistake("Several files are being looked through just now. Wait a minute and attach it again.")
    try:
        with _working:
            yield
    finally:
        _waiting.release()


def _received(receiver: "Connection[bytes, bytes]") -> bytes:
    """Bytes only: what comes back from a process that read a foreign file is not unpacked as objects."""
    try:
        answer = receiver.recv_bytes() if receiver.poll(SECONDS) else b""
    except EOFError:
        answer = b""
    if answer.startswith(CLEANED):
        return answer[len(CLEANED) :]
    if answer.startswith(REFUSED):
        refused = json.loads(answer[len(REFUSED) :])
        raise Mistake(refused["text"], **refused["values"])
    raise Mistake(
        "The file takes too much memory or time to be looked through. Save it again, smaller or with fewer pages, and "
        "attach that."
    )


def _answer(sender: "Connection[bytes, bytes]", clean: Callable[[bytes], bytes], content: bytes) -> None:
    _limit_resources()
    try:
        sender.send_bytes(CLEANED + clean(content))
    except Mistake as mistake:
        _refuse(sender, mistake)
    except MemoryError:
        sender.close()
    except Exception:  # whatever a made-up file provokes: nobody else is hurt by it, and its words go into no log
        _refuse(sender, Mistake("The file cannot be read. Save it again and attach that."))


def _refuse(sender: "Connection[bytes, bytes]", mistake: Mistake) -> None:
    refused = {"text": mistake.message.text, "values": mistake.message.values}
    sender.send_bytes(REFUSED + json.dumps(refused).encode())


def _limit_resources() -> None:
    try:
        import resource
    except ImportError:  # Windows has no such limits: there the bounds on pixels and pages hold alone
        return
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY_BYTES, MEMORY_BYTES))
