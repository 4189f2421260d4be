"""A disk of a few megabytes, of the memory: to be filled to the last byte, as no other can be."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from subprocess import DEVNULL, PIPE, Popen, run
from typing import IO

import pytest

SAID = "~said"


class SmallDisk:
    """Mounted at ``folder`` for the programs that are run on it, and for nobody else."""

    def __init__(self, shell: "Popen[str]", folder: Path) -> None:
        self._shell, self.folder = shell, folder

    def run(self, command: str) -> int:
        """Run a command of the shell beside the disk, to its end; its status."""
        words: IO[str] = self._shell.stdin  # type: ignore[assignment]
        words.write(f"{command}\necho {SAID} $?\n")
        words.flush()
        for line in self._shell.stdout or ():
            if line.startswith(SAID):
                return int(line.split()[1])
        raise RuntimeError(f"the shell has ended: {command}")

    def fill(self) -> None:
        """Nothing more can be written; what the shell says of it is not heard."""
        self.run(f"cat /dev/zero > {self.folder}/filler 2> {DEVNULL_FILE}")

    def make_room(self) -> None:
        """Take away what filled it."""
        assert self.run(f"rm {self.folder}/filler") == 0


DEVNULL_FILE = "/dev/null"


@contextmanager
def small_disk(folder: Path, size: int) -> Iterator[SmallDisk]:
    """A disk of so many bytes at ``folder``; skips the test where this computer gives nobody one."""
    if shutil.which("unshare") is None or run(["unshare", "-rm", "true"], stderr=DEVNULL, check=False).returncode:
        pytest.skip("a full disk is not tested: this computer lets nobody mount one of her own (unshare -rm)")
    folder.mkdir()
    with Popen(["unshare", "-rm", "sh"], stdin=PIPE, stdout=PIPE, text=True) as shell:
        disk = SmallDisk(shell, folder)
        try:
            assert disk.run(f"mount -t tmpfs -o size={size} none {folder}") == 0
            yield disk
        finally:
            assert shell.stdin
            shell.stdin.close()
            shell.wait(60)
