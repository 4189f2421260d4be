"""What programs did to the files of a folder, call by call, as strace saw it.

Only calls to the system are seen: what is written by way of memory (the index of SQLite's log, which it makes anew
after a cut) is not, and is not needed.
"""

import re
import shutil
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

CALLS = (
    "open,openat,creat,lseek,write,pwrite64,ftruncate,truncate,fsync,fdatasync,rename,renameat,renameat2,unlink,"
    "unlinkat,mkdir,mkdirat,rmdir,link,linkat,sendfile,copy_file_range,writev,pwritev,pwritev2,fallocate"
)
LONGEST_WRITE = 4 * 2**20
UNKNOWN_CALLS = {"writev", "pwritev", "pwritev2"}
"""Nothing of ours uses them; what would, is noticed."""
Kind = Literal["write", "truncate", "sync", "synced", "create", "folder", "rename", "link", "unlink", "unfolder"]
LINE = re.compile(r"^(\d+)\s+(\d+\.\d+) (.*)$", re.DOTALL)
CALL = re.compile(r"^(\w+)\((.*?)(\) += (-?\d+).*| <unfinished \.\.\.>)$", re.DOTALL)
RESUMED = re.compile(r"^<\.\.\. (\w+) resumed>.*\) += (-?\d+)")
DESCRIPTOR = re.compile(r"^(-?\w+)<([^>]*)>$")
TEXT = re.compile(r'^"(.*)"$', re.DOTALL)


@dataclass(frozen=True)
class Done:
    """One thing that was done to a file or a folder."""

    moment: float
    """When it began, in seconds of the computer's clock."""
    kind: Kind
    path: str
    to: str = ""
    """The other name of a file that was renamed or linked."""
    at: int = 0
    """Where it was written, or how long the file was made."""
    content: bytes = b""


def watched_by_strace(log: Path) -> list[str]:
    """What stands before the command that is to be watched, with all its threads and children."""
    if shutil.which("strace") is None:
        raise SystemExit("strace is needed, which tells what reaches the disk. On Debian: apt install strace")
    shown = ["-ttt", "-y", "-xx", "-s", str(LONGEST_WRITE), "-e", "signal=none"]
    return ["strace", "-f", "--seccomp-bpf", *shown, "-e", f"trace={CALLS}", "-o", str(log)]


def read_recording(log: Path, root: Path) -> Iterator[Done]:
    """What was done to anything in ``root``, in the order it began; a sync is done once ``synced`` says so."""
    reading = _Reading(str(root))
    with log.open(encoding="ascii", errors="replace") as lines:
        for line in lines:
            yield from reading.of_line(line.rstrip("\n"))


class _Reading:
    def __init__(self, root: str) -> None:
        self._root = root
        self._offsets: dict[str, int] = {}
        """Open file → where the next plain write goes."""
        self._syncing: dict[str, str] = {}
        """Thread → the file it waits for."""

    def of_line(self, line: str) -> Iterator[Done]:
        found = LINE.match(line)
        if found is None:
            return
        thread, moment, rest = found[1], float(found[2]), found[3]
        resumed = RESUMED.match(rest)
        if resumed is not None:
            path = self._syncing.pop(thread, "")
            if path and resumed[2] == "0":
                yield Done(moment, "synced", path)
            return
        call = CALL.match(rest)
        if call is None:
            return
        name, result = call[1], call[4]
        if result is not None and int(result) < 0:
            return
        for done in self._of_call(moment, name, _arguments(call[2]), result):
            if done.path.startswith(self._root) or done.to.startswith(self._root):
                yield done
                if done.kind == "sync" and result is not None:
                    yield Done(moment, "synced", done.path)
                elif done.kind == "sync":
                    self._syncing[thread] = done.path

    def _of_call(self, moment: float, name: str, given: Sequence[str], result: str | None) -> Iterable[Done]:
        if name in ("open", "openat", "creat"):
            return self._opened(moment, given if name == "openat" else ["", *given], name == "creat")
        if name in UNKNOWN_CALLS and _of_descriptor(given[0]).startswith(self._root):
            raise NotImplementedError(f"{name} is not recorded")
        reader = _READERS.get(name)
        return reader(self, moment, given, result) if reader else ()

    def _opened(self, moment: float, given: Sequence[str], creates: bool) -> Iterator[Done]:
        path, flags = _path(given[0], given[1]), given[2]
        self._offsets.pop(path, None)
        if creates or "O_CREAT" in flags:
            yield Done(moment, "create", path)
        if creates or "O_TRUNC" in flags:
            yield Done(moment, "truncate", path)
        if "O_APPEND" in flags:
            self._offsets[path] = -1

    def _written(self, moment: float, given: Sequence[str], result: str | None) -> Iterator[Done]:
        path, content = _of_descriptor(given[0]), _bytes(given[1])
        offset = self._offsets.get(path, 0)
        yield Done(moment, "write", path, at=offset, content=content)
        if offset >= 0:
            self._offsets[path] = offset + len(content)

    def _written_at(self, moment: float, given: Sequence[str], result: str | None) -> Iterator[Done]:
        yield Done(moment, "write", _of_descriptor(given[0]), at=int(given[3]), content=_bytes(given[1]))

    def _moved_to(self, moment: float, given: Sequence[str], result: str | None) -> Iterator[Done]:
        if result is not None:
            self._offsets[_of_descriptor(given[0])] = int(result)
        return iter(())

    def _copied(self, moment: float, given: Sequence[str], result: str | None) -> Iterator[Done]:
        """``sendfile(to, from, …)``: as much as it says, from the beginning of what is copied."""
        to, source = _of_descriptor(given[0]), _of_descriptor(given[1])
        offset = self._offsets.get(to, 0)
        yield Done(moment, "write", to, to=source, at=offset, content=bytes(int(result or 0)))
        self._offsets[to] = offset + int(result or 0)

    def _shortened(self, moment: float, given: Sequence[str], result: str | None) -> Iterator[Done]:
        yield Done(moment, "truncate", _either(given[0]), at=int(given[1]))

    def _synced(self, moment: float, given: Sequence[str], result: str | None) -> Iterator[Done]:
        yield Done(moment, "sync", _of_descriptor(given[0]))

    def _renamed(self, moment: float, given: Sequence[str], result: str | None) -> Iterator[Done]:
        names = given if len(given) == 2 else [_path(given[0], given[1]), _path(given[2], given[3])]
        yield Done(moment, "rename", _either(names[0]), _either(names[1]))

    def _linked(self, moment: float, given: Sequence[str], result: str | None) -> Iterator[Done]:
        names = given if len(given) == 2 else [_path(given[0], given[1]), _path(given[2], given[3])]
        yield Done(moment, "link", _either(names[0]), _either(names[1]))

    def _unlinked(self, moment: float, given: Sequence[str], result: str | None) -> Iterator[Done]:
        path = _either(given[0]) if len(given) == 1 else _path(given[0], given[1])
        yield Done(moment, "unfolder" if len(given) > 2 and "REMOVEDIR" in given[2] else "unlink", path)

    def _removed(self, moment: float, given: Sequence[str], result: str | None) -> Iterator[Done]:
        yield Done(moment, "unfolder", _either(given[0]))

    def _made(self, moment: float, given: Sequence[str], result: str | None) -> Iterator[Done]:
        yield Done(moment, "folder", _either(given[0]) if len(given) == 2 else _path(given[0], given[1]))


_READERS = {
    "write": _Reading._written,
    "pwrite64": _Reading._written_at,
    "lseek": _Reading._moved_to,
    "sendfile": _Reading._copied,
    "copy_file_range": lambda reading, moment, given, result: _Reading._copied(
        reading, moment, [given[2], given[0]], result
    ),
    "ftruncate": _Reading._shortened,
    "truncate": _Reading._shortened,
    "fsync": _Reading._synced,
    "fdatasync": _Reading._synced,
    "rename": _Reading._renamed,
    "renameat": _Reading._renamed,
    "renameat2": lambda reading, moment, given, result: _Reading._renamed(reading, moment, given[:4], result),
    "link": _Reading._linked,
    "linkat": lambda reading, moment, given, result: _Reading._linked(reading, moment, given[:4], result),
    "unlink": _Reading._unlinked,
    "unlinkat": _Reading._unlinked,
    "rmdir": _Reading._removed,
    "mkdir": _Reading._made,
    "mkdirat": lambda reading, moment, given, result: _Reading._made(reading, moment, given, result),
}


def _arguments(text: str) -> list[str]:
    """Every letter of a text and of a path is written as a number: no comma stands in either."""
    return [part.strip() for part in text.split(", ")]


def _bytes(text: str) -> bytes:
    found = TEXT.match(text)
    assert found is not None, f"a write that is longer than {LONGEST_WRITE} bytes"
    return bytes.fromhex(found[1].replace("\\x", ""))


def _of_descriptor(text: str) -> str:
    found = DESCRIPTOR.match(text)
    return bytes.fromhex(found[2].replace("\\x", "")).decode(errors="replace") if found and "\\x" in found[2] else ""


def _either(text: str) -> str:
    """The path that is written here: of an open file, by its name, or read already."""
    return _bytes(text).decode(errors="replace") if text.startswith('"') else _of_descriptor(text) or text


def _path(folder: str, name: str) -> str:
    named = _bytes(name).decode(errors="replace")
    return named if named.startswith("/") else f"{_of_descriptor(folder)}/{named}"
