"""Swap space that is not encrypted is told, where the system tells of it."""

import os
from pathlib import Path

from dosar.cli.swap_space import unencrypted_swap


def swap_on(tmp_path: Path, name: str = "swapfile") -> tuple[Path, Path, Path]:
    """A computer with one swap file; its table, its devices, and the device the file lies on."""
    file = tmp_path / name
    file.touch()
    number = file.stat().st_dev
    swaps, devices = tmp_path / "swaps", tmp_path / "devices"
    swaps.write_text(f"Filename\tType\tSize\tUsed\tPriority\n{file} file 1024 0 -2\n", encoding="utf-8")
    device = devices / f"{os.major(number)}:{os.minor(number)}"
    device.mkdir(parents=True)
    return swaps, devices, device


def test_swap_on_a_bare_disk_is_told(tmp_path: Path) -> None:
    swaps, devices, _ = swap_on(tmp_path)
    assert unencrypted_swap(swaps, devices) == [str(tmp_path / "swapfile")]


def test_swap_above_an_encrypted_disk_is_not(tmp_path: Path) -> None:
    swaps, devices, device = swap_on(tmp_path)
    below = device / "slaves/dm-0/dm"
    below.mkdir(parents=True)
    (below / "uuid").write_text("LVM-abc\n", encoding="ascii")
    assert unencrypted_swap(swaps, devices) != [], "a volume alone encrypts nothing"
    (below / "uuid").write_text("CRYPT-LUKS2-abc\n", encoding="ascii")
    assert unencrypted_swap(swaps, devices) == []


def test_swap_in_memory_is_none(tmp_path: Path) -> None:
    swaps, devices, _ = swap_on(tmp_path, "zram0")
    assert unencrypted_swap(swaps, devices) == []


def test_where_nothing_tells_nothing_is_said(tmp_path: Path) -> None:
    assert unencrypted_swap(tmp_path / "none", tmp_path) == []
