"""Starting with the computer: each system gets its own words, whatever the folder is called."""

import plistlib
import sys
from pathlib import Path

import pytest

from dosar.desktop.autostart import Autostart, linux_entry, macos_agent, windows_command

COMMAND = ["/home/ana/Programe ș alte/Dosar/dosar-desktop", "--data", '/mnt/50% "date" $HOME\\x', "--in-background"]


def as_the_desktop_reads(line: str) -> list[str]:
    """The arguments of ``Exec``, by the rules of freedesktop.org: first those of any text, then those of quotes."""
    said = line.replace("\\\\", "\\").replace("%%", "%")
    arguments, letters = [], iter(said)
    for letter in letters:
        if letter != '"':
            continue
        argument = ""
        for inner in letters:
            if inner == '"':
                break
            argument += next(letters) if inner == "\\" else inner
        arguments.append(argument)
    return arguments


def test_linux_reads_the_same_command() -> None:
    lines = dict(line.split("=", 1) for line in linux_entry(COMMAND).splitlines() if "=" in line)
    assert lines["Type"] == "Application" and lines["Terminal"] == "false"
    assert as_the_desktop_reads(lines["Exec"]) == COMMAND


def test_macos_reads_the_same_command() -> None:
    said = plistlib.loads(macos_agent(COMMAND).encode())
    assert said["ProgramArguments"] == COMMAND and said["RunAtLoad"] is True


def test_windows_keeps_a_folder_with_blanks_together() -> None:
    command = [r"C:\Users\Ioana Șerban\AppData\Local\Programs\Dosar\dosar-desktop.exe", "--in-background"]
    assert windows_command(command) == f'"{command[0]}" --in-background'


@pytest.mark.skipif(sys.platform != "linux", reason="writes where Linux looks")
def test_it_is_switched_on_and_off_again(tmp_path: Path) -> None:
    autostart = Autostart(COMMAND, tmp_path)
    assert not autostart.is_on()
    autostart.switch(False)
    autostart.switch(True)
    assert autostart.is_on() and (tmp_path / ".config/autostart/dosar.desktop").is_file()
    autostart.switch(False)
    assert not autostart.is_on()
