"""The drives that are connected just now, and the back-ups on them, as choices to click."""

from collections.abc import Mapping

from flask_babel import gettext, lazy_gettext, ngettext

from dosar.backups.places.connected_drives import BackupFile, ConnectedDrive, connected_drives, look_into
from dosar.backups.places.drives import DISK, NETWORK, STICK
from dosar.pages.formatting import size_text, when_text

DRIVE_KINDS: Mapping[str, object] = {
    STICK: lazy_gettext("USB stick or disk"),
    DISK: lazy_gettext("another disk"),
    NETWORK: lazy_gettext("network share"),
}
MOST_FOUND = 20


def drive_choices() -> list[tuple[str, str]]:
    """(folder, words) of each drive; one that does not answer cannot be chosen."""
    seen = look_into(connected_drives())
    return [(str(drive.drive.path), _drive_words(drive, drive.free)) for drive in seen if drive.free is not None]


def found_choices() -> list[tuple[str, str]]:
    """(path, words) of the back-ups on the drives, newest first."""
    found = [(backup, drive) for drive in look_into(connected_drives()) for backup in drive.backups]
    newest = sorted(found, key=lambda each: each[0].name.moment, reverse=True)[:MOST_FOUND]
    return [(str(backup.file), _backup_words(backup, drive)) for backup, drive in newest]


def _drive_words(drive: ConnectedDrive, free: int) -> str:
    words = gettext(
        "%(title)s: %(kind)s, %(size)s free",
        title=drive.drive.title,
        kind=str(DRIVE_KINDS[drive.drive.kind]),
        size=size_text(free),
    )
    count = len(drive.backups)
    return f"{words}, {ngettext('%(num)s back-up', '%(num)s back-ups', count)}" if count else words


def _backup_words(backup: BackupFile, drive: ConnectedDrive) -> str:
    return f"{when_text(backup.name.moment)} · {size_text(backup.bytes)} · {drive.drive.title}"
