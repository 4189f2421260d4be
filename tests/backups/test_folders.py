"""Sticks, disks and shares as places of back-ups: known again, never mistaken for another, never waited for."""

import errno
import os
import shutil
import sys
import threading
from contextlib import suppress
from pathlib import Path

import pytest

from dosar.backups.file.names import BackupName, read_name
from dosar.backups.file.paced_writing import PacedFile
from dosar.backups.places import settings
from dosar.backups.places.connected_drives import backups_in, connected_drives, look_into
from dosar.backups.places.drives import Drive, drives_of_letters, linux_drives, mac_drives, windows_drives
from dosar.backups.places.folder import FolderPlace
from dosar.backups.places.folder_troubles import folder_trouble
from dosar.backups.places.known_folder import find_folder, mark_folder
from dosar.backups.places.new_place import prepare_place
from dosar.backups.places.place import PlaceUnreachable, StoredFile
from dosar.backups.places.same_disk import is_same_disk
from dosar.backups.places.settings import PlaceSettings, open_place, place_from_address
from dosar.backups.places.timeouts import PlaceWithTimeout, run_with_timeout
from dosar.database.store_errors import StoreError
from dosar.language.text.message import Mistake
from dosar.long_work.progress import Progress, keep_silent
from tests.small_disk import small_disk

OURS, THEIRS = "a1b2c3", "ffeedd"
NAME = "dosar-a1b2c3-2026-11-29-235900.dosar"
MOUNTS = r"""/dev/nvme0n1p2 / ext4 rw 0 0
proc /proc proc rw 0 0
/dev/nvme0n1p1 /boot/efi vfat rw 0 0
/dev/sdb1 /media/ana/STICK\040MARE\040ș exfat rw 0 0
/dev/sdc1 /mnt/disc ext4 rw 0 0
//nas/copii /mnt/nas cifs rw 0 0
/dev/vda /etc/hosts ext4 rw 0 0
tmpfs /run/user/1000 tmpfs rw 0 0
"""


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "date"
    folder.mkdir()
    return folder


@pytest.fixture
def stick(tmp_path: Path) -> Path:
    folder = tmp_path / "media/ana/STICK MARE ș"
    folder.mkdir(parents=True)
    return folder


def chosen(address: Path) -> PlaceSettings:
    return PlaceSettings(None, "folder", "Stickul din seif", str(address))


def connect(monkeypatch: pytest.MonkeyPatch, *folders: Path) -> None:
    """These drives are connected now: no test plugs one in."""
    monkeypatch.setattr(
        settings, "connected_drives", lambda: [Drive(folder, "stick", folder.name) for folder in folders]
    )


def test_a_stick_is_known_wherever_it_is_connected(
    stick: Path, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect(monkeypatch, stick)
    place = prepare_place(chosen(stick), OURS, data)
    assert [file.suffixes for file in (stick / "Dosar").iterdir()] == [[".place", ".txt"]], "nothing of the trial stays"
    assert place.mark.startswith(OURS) and prepare_place(chosen(stick), OURS, data) == place
    (data / NAME).write_bytes(b"sealed")
    open_place(place).put(data / NAME, NAME, keep_silent)

    elsewhere = tmp_path / "media/maria/STICK1"
    elsewhere.parent.mkdir()
    stick.rename(elsewhere)
    with pytest.raises(PlaceUnreachable, match="is not there"):
        open_place(place).list()
    connect(monkeypatch, elsewhere)
    assert StoredFile(NAME, 6) in open_place(place).list()

    stick.mkdir()
    (stick / "Dosar").mkdir()
    connect(monkeypatch, stick)
    with pytest.raises(PlaceUnreachable, match="another disk or stick"):
        open_place(place).put(data / NAME, NAME, keep_silent)
    assert not list((stick / "Dosar").iterdir()), "somebody else's stick is left alone"


def test_a_folder_of_a_stick_is_found_under_another_letter(tmp_path: Path) -> None:
    before, now = tmp_path / "E", tmp_path / "F"
    (now / "copii/ong").mkdir(parents=True)
    mark = mark_folder(now / "copii/ong/Dosar", OURS)
    assert find_folder(before / "copii/ong", "Dosar", mark, [tmp_path, now]) == now / "copii/ong/Dosar"
    assert mark_folder(now / "copii/ong/Dosar", THEIRS) != mark, "two organisations may share a disk"
    assert find_folder(now / "copii/ong", "Dosar", mark) == now / "copii/ong/Dosar"


def test_a_folder_named_in_one_line_is_used_as_it_is(stick: Path, data: Path) -> None:
    place = open_place(place_from_address(str(stick)))
    (data / NAME).write_bytes(b"sealed")
    place.put(data / NAME, NAME, keep_silent)
    assert [file.name for file in stick.iterdir()] == [NAME]
    stick.joinpath(NAME).unlink()
    stick.rmdir()
    with pytest.raises(PlaceUnreachable, match="is not there"):
        place.put(data / NAME, NAME, keep_silent)
    assert not stick.exists(), "a stick that is not there becomes no folder of the disk"


def test_a_folder_in_the_data_folder_is_refused_and_one_on_the_same_disk_is_said(data: Path, stick: Path) -> None:
    (data / "copii").mkdir()
    for address in (data, data / "copii"):
        with pytest.raises(Mistake, match="outside of the data folder"):
            prepare_place(chosen(address), OURS, data)
    assert not list((data / "copii").iterdir())
    assert is_same_disk(data, stick) and not is_same_disk(data, data / "nu este")
    assert not is_same_disk(data, Path("/proc"))


def test_a_folder_called_dosar_is_itself_the_place(stick: Path, data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    connect(monkeypatch)
    (stick / "Dosar").mkdir()
    assert prepare_place(chosen(stick / "Dosar"), OURS, data).folder == ""
    assert not (stick / "Dosar/Dosar").exists()


def test_a_share_that_hangs_is_given_up(data: Path) -> None:
    goes_on, ended, told = threading.Event(), threading.Event(), []

    class Hanging(FolderPlace):
        def put(self, source: Path, name: str, tell: Progress) -> None:
            tell("write", 0.5)
            goes_on.wait(60)
            try:
                tell("write", 0.6)
            finally:
                ended.set()

    place = PlaceWithTimeout(lambda: Hanging(data), "//nas/copii", 0.1)
    with pytest.raises(PlaceUnreachable, match="//nas/copii does not answer"):
        place.put(data / NAME, NAME, lambda step, done: told.append(done))
    goes_on.set()
    assert ended.wait(60) and told == [0.5], "what comes back later is told nobody"


def test_progress_is_told_in_the_thread_that_waits_and_may_end_it() -> None:
    class Enough(Exception):
        pass

    def tell(step: str, done: float) -> None:
        assert threading.current_thread() is threading.main_thread()
        raise Enough

    with pytest.raises(Enough):
        run_with_timeout(5, lambda report: report("write", 0.1), tell)
    assert run_with_timeout(5, lambda report: 7) == 7


@pytest.mark.parametrize(
    ("number", "told"),
    [
        ("ENOSPC", "no room left"),
        ("EFBIG", "FAT32"),
        ("EROFS", "can only be read"),
        ("EACCES", "may not write"),
        ("EIO", "went away"),
        ("EINVAL", "cannot be used (EINVAL)"),
    ],
)
def test_what_a_disk_refuses_is_said_with_its_remedy(number: str, told: str) -> None:
    trouble = folder_trouble(OSError(getattr(errno, number), "in the words of the system"), Path("E:/"))
    assert told in str(trouble) and "words of" not in str(trouble)


def test_a_stick_that_is_full_or_locked_keeps_nothing_half(tmp_path: Path) -> None:
    """On real disks: one of a megabyte, and one that can only be read."""
    put = "import sys; from pathlib import Path; from dosar.backups.places.folder import FolderPlace; "
    put += "FolderPlace(Path(sys.argv[2])).put(Path(sys.argv[1]), 'x', lambda *_: None)"
    source, said = tmp_path / "file", tmp_path / "said"
    source.write_bytes(os.urandom(2 * 2**20))
    with small_disk(tmp_path / "stick", 2**20) as disk:
        for told in ("no room left", "can only be read"):
            assert disk.run(f'{sys.executable} -c "{put}" {source} {disk.folder} 2> {said}')
            assert told in said.read_text("utf-8") and disk.run(f"test -e {disk.folder}/x")
            disk.run(f"mount -o remount,ro {disk.folder}")


def test_names_of_back_ups_are_names_on_every_stick() -> None:
    """FAT and Windows know no colon, no question mark, and no dot or blank at the end."""
    name = read_name(NAME)
    assert name is not None and not set(NAME) & set('<>:"/\\|?*') and NAME[-1] not in ". "


def test_drives_of_linux() -> None:
    assert linux_drives(MOUNTS, {"sdb1", "nvme0n1p1"}.__contains__) == [
        Drive(Path("/media/ana/STICK MARE ș"), "stick", "STICK MARE ș"),
        Drive(Path("/mnt/disc"), "disk", "disc"),
        Drive(Path("/mnt/nas"), "network", "nas"),
    ]


def test_drives_of_macs_and_of_windows() -> None:
    names = ["Macintosh HD", "STICK", ".timemachine"]
    assert mac_drives(names, lambda name: name == "Macintosh HD") == [Drive(Path("/Volumes/STICK"), "disk", "STICK")]
    assert drives_of_letters(0b1100_0000_1100) == ["C", "D", "K", "L"]
    kinds = {"C": 3, "D": 5, "E": 2, "F": 3, "K": 4}
    found = [(str(drive.path), drive.kind, drive.title) for drive in windows_drives(kinds, {"E": "STICK ș"}, "c")]
    assert found == [("E:\\", "stick", "STICK ș"), ("F:\\", "disk", "F:"), ("K:\\", "network", "K:")]


def test_back_ups_on_a_drive_are_found_and_nothing_else_is_looked_at(stick: Path) -> None:
    (stick / "Dosar").mkdir()
    older = "dosar-ffeedd-2026-10-01-080000.dosar"
    for name in (f"Dosar/{NAME}", older, "Fotografii.dosar", f"Dosar/{NAME}.unfinished"):
        (stick / name).write_bytes(b"sealed")
    found = backups_in(stick)
    assert [(backup.file, backup.bytes) for backup in found] == [(stick / "Dosar" / NAME, 6), (stick / older, 6)]
    assert isinstance(found[0].name, BackupName) and found[0].name.mark == OURS
    seen, gone = look_into([Drive(stick, "stick", "S"), Drive(stick / "nu este", "stick", "N")])
    assert seen.free and seen.backups == found and gone.free is None and gone.backups == []


def test_this_computer_can_be_asked() -> None:
    with suppress(StopIteration):
        assert next(iter(connected_drives())).path.is_absolute()


def test_a_link_on_the_stick_leads_to_no_file_of_the_computer(tmp_path: Path) -> None:
    """Whoever prepared the stick cannot have a back-up written over what is dear to its owner."""
    stick, dear, made = tmp_path / "stick", tmp_path / "letter.odt", tmp_path / "made"
    stick.mkdir()
    dear.write_text("Dear Sir")
    made.write_text("a back-up")
    (stick / "made.unfinished").symlink_to(dear)
    place = FolderPlace(stick)
    place.put(made, "made.unfinished", keep_silent)
    assert dear.read_text() == "Dear Sir" and not (stick / "made.unfinished").is_symlink()
    assert (stick / "made.unfinished").read_text() == "a back-up"
    (stick / NAME).symlink_to(dear)
    assert [file.name for file in place.list()] == ["made.unfinished"], "nor is one taken along"
    with pytest.raises(PlaceUnreachable, match="cannot be used"):
        place.fetch(NAME, tmp_path / "fetched", keep_silent)
    with suppress(OSError), PacedFile(link_to(dear, tmp_path / "link")) as written:
        written.write(b"a back-up")
    assert dear.read_text() == "Dear Sir"


def test_a_stick_without_end_fills_no_disk(tmp_path: Path) -> None:
    """A file may say that it is larger than all disks, and take no room where it lies."""
    stick, target = tmp_path / "stick", tmp_path / "fetched"
    stick.mkdir()
    with (stick / "endless").open("wb") as written:
        written.truncate(shutil.disk_usage(tmp_path).total)
    with pytest.raises(StoreError, match="no room"):
        FolderPlace(stick).fetch("endless", target, keep_silent)
    assert not target.exists()
    (stick / "zeros").symlink_to("/dev/zero")
    os.mkfifo(stick / "pipe")
    for name in ("zeros", "pipe"):
        with pytest.raises(PlaceUnreachable, match="cannot be used"):
            FolderPlace(stick).fetch(name, target, keep_silent)
    (stick / "grows").write_bytes(b"x" * 2**21)

    def grow(_: str, done: float) -> None:
        with (stick / "grows").open("ab") as more:
            more.write(b"y" * 2**21)

    FolderPlace(stick).fetch("grows", target, grow)
    assert target.read_bytes() == b"x" * 2**21


def link_to(file: Path, link: Path) -> Path:
    link.symlink_to(file)
    return link
