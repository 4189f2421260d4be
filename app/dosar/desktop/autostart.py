"""Starting with the computer, in the way of each system: what is written is made by functions that write nothing."""

import plistlib
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from subprocess import list2cmdline

NAME = "Dosar"
MACOS_LABEL = "org.dosar.desktop"
WINDOWS_KEY = r"Software\Microsoft\Windows\CurrentVersion\Run"
ESCAPED_IN_EXEC = '\\"`$'
"""What a quoted argument of a desktop entry may not hold as it stands."""


def linux_entry(command: Sequence[str]) -> str:
    """A desktop entry, by the rules of freedesktop.org: backslashes once for the argument, once more for the file."""
    return (
        "[Desktop Entry]\n"
        "Type=Application\n"
        f"Name={NAME}\n"
        f"Exec={' '.join(map(_exec_argument, command))}\n"
        "Terminal=false\n"
        "X-GNOME-Autostart-enabled=true\n"
    )


def _exec_argument(argument: str) -> str:
    quoted = "".join(f"\\{letter}" if letter in ESCAPED_IN_EXEC else letter for letter in argument)
    return f'"{quoted}"'.replace("\\", "\\\\").replace("%", "%%")


def macos_agent(command: Sequence[str]) -> str:
    """A launch agent of the person who signs in to the computer."""
    said = {"Label": MACOS_LABEL, "ProgramArguments": list(command), "RunAtLoad": True, "ProcessType": "Interactive"}
    return plistlib.dumps(said).decode()


def windows_command(command: Sequence[str]) -> str:
    """The value of the key ``Run``."""
    return list2cmdline(command)


class Autostart:
    """Whether the computer starts Dosar when this person signs in to it."""

    def __init__(self, command: Sequence[str], home: Path | None = None) -> None:
        self._command, self._home = command, home or Path.home()

    def is_on(self) -> bool:
        """Whether it does."""
        if sys.platform == "win32":
            return _windows_value() is not None
        return self._file().is_file()

    def switch(self, on: bool) -> None:
        """Have it, or not. Raises :class:`OSError`."""
        if sys.platform == "win32":
            _write_windows_value(windows_command(self._command) if on else None)
        elif on:
            self._file().parent.mkdir(parents=True, exist_ok=True)
            self._file().write_text((macos_agent if sys.platform == "darwin" else linux_entry)(self._command), "utf-8")
        else:
            self._file().unlink(missing_ok=True)

    def _file(self) -> Path:
        if sys.platform == "darwin":
            return self._home / "Library/LaunchAgents" / f"{MACOS_LABEL}.plist"
        return self._home / ".config/autostart/dosar.desktop"


if sys.platform == "win32":
    import winreg

    def _windows_value() -> str | None:
        with suppress(OSError), winreg.OpenKey(winreg.HKEY_CURRENT_USER, WINDOWS_KEY) as key:
            return str(winreg.QueryValueEx(key, NAME)[0])
        return None

    def _write_windows_value(command: str | None) -> None:
        with winreg.CreateKey(winreg.HKEY_CURRENT_USER, WINDOWS_KEY) as key:
            if command is not None:
                winreg.SetValueEx(key, NAME, 0, winreg.REG_SZ, command)
                return
            with suppress(FileNotFoundError):
                winreg.DeleteValue(key, NAME)
