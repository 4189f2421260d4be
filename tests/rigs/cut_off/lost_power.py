"""A disk whose power goes at any moment: what no sync had brought to it is lost, torn, or there in part.

The harshest disk that keeps its promises: a name is kept only once its folder was synced, contents only once the file
was. Files in the folder as it was before count as synced.
"""

import random
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from math import inf
from pathlib import Path
from typing import Literal, get_args

from tests.rigs.cut_off.recording import Done

Mode = Literal["lost", "torn", "in part"]
MODES: tuple[Mode, ...] = get_args(Mode)
"""All that is not synced is lost; each 512 bytes of it are there or not; it is there as far as some moment."""
SECTOR = 512
CHANCES = (0.1, 0.5, 0.9)
FORGOTTEN = "-shm"
"""SQLite's index of its log is written by way of memory, and made anew after a cut."""
NAMES = {"create", "folder", "rename", "link", "unlink", "unfolder"}


@dataclass
class _File:
    kept: bytearray
    """What is on the disk for good."""
    pending: list[Done] = field(default_factory=list)
    now: bytearray = field(default_factory=bytearray)
    """As programs read it: what is copied elsewhere comes from here."""
    syncing: int = 0
    """How many of the pending a sync that runs will bring to the disk."""


Names = dict[str, "_File | None"]
"""Path → its file, or nothing for a folder."""


@dataclass(frozen=True)
class Cut:
    """The power went before this moment; what was found afterwards lies in the folder."""

    moment: float
    mode: Mode
    folder: Path
    number: int


class Disk:
    """The folder as it was, and what was done to it since."""

    def __init__(self, before: Path, root: Path) -> None:
        self._root = str(root)
        self.kept: Names = {}
        for path in sorted(before.rglob("*")):
            content = None if path.is_dir() else bytearray(path.read_bytes())
            file = None if content is None else _File(content, now=bytearray(content))
            self.kept[f"{root}/{path.relative_to(before)}"] = file
        self.kept[self._root] = None
        self.now: Names = dict(self.kept)
        self.pending: list[tuple[int, Done, _File | None]] = []
        """Changes of names whose folder was not synced since, in order; the file is the one that had the name."""
        self._syncing: dict[str, int] = {}
        self._count = 0

    def do(self, done: Done) -> None:
        """One thing more."""
        self._count += 1
        if done.kind in NAMES:
            self._name(done)
        elif done.kind in ("sync", "synced"):
            self._sync(done)
        else:
            self._write(done)

    def _write(self, done: Done) -> None:
        file = self.now.get(done.path)
        if file is None:
            return
        if done.to:  # copied from another file
            source = self.now.get(done.to)
            content = bytes(source.now[done.at : done.at + len(done.content)]) if source else done.content
            done = Done(done.moment, "write", done.path, at=done.at, content=content)
        if done.at < 0:
            done = Done(done.moment, done.kind, done.path, at=len(file.now), content=done.content)
        _change(file.now, done)
        file.pending.append(done)

    def _sync(self, done: Done) -> None:
        file = self.now.get(done.path)
        if file is None:
            self._sync_folder(done)
        elif done.kind == "sync":
            file.syncing = len(file.pending)
        else:
            for pending in file.pending[: file.syncing]:
                _change(file.kept, pending)
            del file.pending[: file.syncing]
            file.syncing = 0

    def _sync_folder(self, done: Done) -> None:
        if done.kind == "sync":
            self._syncing[done.path] = self._count
            return
        until = self._syncing.pop(done.path, 0)
        left = []
        for number, change, file in self.pending:
            if number <= until and done.path in (_folder(change.path), _folder(change.to)):
                _apply(self.kept, change, file)
            else:
                left.append((number, change, file))
        self.pending = left

    def _name(self, done: Done) -> None:
        if done.kind == "create":
            if done.path in self.now:
                return
            file: _File | None = _File(bytearray())
        else:
            file = self.now.get(done.path)
        _apply(self.now, done, file)
        self.pending.append((self._count, done, file))

    def left(self, mode: Mode, chance: random.Random) -> dict[str, bytes | None]:
        """What is found after a cut now: path → contents, nothing for a folder."""
        names, share = dict(self.kept), chance.choice(CHANCES)
        there = 0 if mode == "lost" else chance.randint(0, len(self.pending))
        for _, change, file in self.pending[:there]:
            _apply(names, change, file)
        return {
            path: None if file is None else bytes(_content(file, mode, share, chance)) for path, file in names.items()
        }


def _content(file: _File, mode: Mode, share: float, chance: random.Random) -> bytearray:
    content = bytearray(file.kept)
    if mode == "in part":
        for done in file.pending[: chance.randint(0, len(file.pending))]:
            _change(content, done)
    elif mode == "torn":
        for done in file.pending:
            for piece in _sectors(done):
                if chance.random() < share:
                    _change(content, piece)
    return content


def _sectors(done: Done) -> Iterable[Done]:
    if done.kind == "truncate":
        return [done]
    first = SECTOR - done.at % SECTOR
    starts = [0, *range(first, len(done.content), SECTOR)]
    ends = [*starts[1:], len(done.content)]
    return [
        Done(done.moment, "write", done.path, at=done.at + start, content=done.content[start:end])
        for start, end in zip(starts, ends, strict=True)
    ]


def _change(content: bytearray, done: Done) -> None:
    if done.kind == "truncate":
        del content[done.at :]
        content.extend(bytes(done.at - len(content)))
        return
    content.extend(bytes(max(0, done.at - len(content))))
    content[done.at : done.at + len(done.content)] = done.content


def _apply(names: Names, done: Done, file: _File | None) -> None:
    if done.kind in ("create", "folder"):
        names[done.path] = file if done.kind == "create" else None
    elif done.kind in ("unlink", "unfolder"):
        names.pop(done.path, None)
    elif done.kind == "link":
        names[done.to] = file
    elif done.kind == "rename":
        inside = [path for path in names if path == done.path or path.startswith(f"{done.path}/")]
        for path in inside:
            names[done.to + path[len(done.path) :]] = names.pop(path)
        if not inside:  # its making was lost, not its name
            names[done.to] = file


def _folder(path: str) -> str:
    return path.rpartition("/")[0]


def power_cuts(
    recording: Iterable[Done], before: Path, root: Path, folder: Path, cuts: int, seed: int
) -> Iterator[Cut]:
    """So many cuts, one mode after the other, at random moments of the recording, and one in each mode after its end;
    each is found in ``folder``, in which only one lies at a time."""
    chance, everything = random.Random(seed), list(recording)
    disk, done = Disk(before, root), 0
    moments = sorted(chance.randint(1, len(everything) - 1) for _ in range(cuts - len(MODES)))
    moments += [len(everything)] * len(MODES)
    for number, until in enumerate(moments):
        for one in everything[done:until]:
            disk.do(one)
        done = until
        mode = MODES[number % len(MODES)]
        found = folder / "found"
        _lay_out(disk.left(mode, chance), root, found)
        yield Cut(everything[until].moment if until < len(everything) else inf, mode, found, number)
        shutil.rmtree(found)


def _lay_out(contents: dict[str, bytes | None], root: Path, found: Path) -> None:
    found.mkdir(mode=0o700)
    for path, content in sorted(contents.items()):
        if not path.startswith(f"{root}/") or path.endswith(FORGOTTEN):
            continue
        there = found / path[len(str(root)) + 1 :]
        if content is None:
            there.mkdir(mode=0o700, parents=True, exist_ok=True)
        elif there.parent.is_dir():
            there.touch(mode=0o600)
            there.write_bytes(content)
