"""Why an update is not taken, in words."""

from pathlib import Path

from dosar.database.store_errors import StoreError
from dosar.long_work.disk_room import SPARE_BYTES
from dosar.updates.pip.pip_facts import pip_facts
from dosar.updates.pip.pip_lines import newest_line


class UpdatesNotTaken(StoreError):
    """This program has no key to know an update by."""

    def __init__(self) -> None:
        super().__init__(
            "This Dosar takes no update from a file: it was made without the key by which one is known. Install the "
            "new version in the place of this one; the data stay where they are."
        )


class UnsignedUpdate(StoreError):
    """Somebody else made it, or changed it."""

    def __init__(self, file: Path) -> None:
        super().__init__(
            "%(file)s was not signed by those who publish this Dosar, so nothing of it is used. Fetch the update once "
            "more from where you had it, and ask them if it is refused again.",
            file=file.name,
        )


class UpdateDamaged(StoreError):
    """Some of it is missing, or is not what was signed."""

    def __init__(self, file: Path) -> None:
        super().__init__(
            "%(file)s is not a whole update: a part of it is missing or was changed. Nothing was changed here. Fetch "
            "it once more.",
            file=file.name,
        )


class NotForThisSystem(StoreError):
    """It was made for other computers."""

    def __init__(self, file: Path, system: str, own: str) -> None:
        super().__init__(
            "%(file)s is for another kind of computer (%(system)s). For this one, fetch the update whose name ends in "
            "%(own)s.",
            file=file.name,
            system=system,
            own=own,
        )


class NotNewer(StoreError):
    """It is what runs, or older."""

    def __init__(self, version: str, running: str) -> None:
        super().__init__(
            "The update brings version %(version)s, and %(running)s runs here: it is not newer, so there is nothing to "
            "do.",
            version=version,
            running=running,
        )


class UpdateTooFar(StoreError):
    """A version between the two is needed first."""

    def __init__(self, version: str, running: str, oldest: str) -> None:
        super().__init__(
            "Version %(version)s cannot take over the data of %(running)s. Update to %(oldest)s first, and then once "
            "more.",
            version=version,
            running=running,
            oldest=oldest,
        )


class NoRoomForUpdate(StoreError):
    """The disk is too full."""

    def __init__(self, folder: Path, size: int) -> None:
        super().__init__(
            "There is no room for the new version in %(folder)s: it takes %(megabytes)s MB. Make room, and try again.",
            folder=folder,
            megabytes=round((size + SPARE_BYTES) / 1_000_000),
        )


class DamagedButRunning(StoreError):
    """Its folder is not as it was signed, and a program works with what is left of it."""

    def __init__(self, version: str) -> None:
        super().__init__(
            "Version %(version)s lies here already, is damaged, and runs for other data of this account. Stop Dosar "
            "there, and try again.",
            version=version,
        )


class DoesNotStartHere(StoreError):
    """It was tried, and does not run on this computer."""

    def __init__(self, version: str) -> None:
        super().__init__(
            "Version %(version)s does not start on this computer: the system may be too old for it, or a protection "
            "program holds it up. Nothing was changed, and the present version goes on.",
            version=version,
        )


class InstalledByPip(StoreError):
    """There is no folder to put another one beside."""

    def __init__(self) -> None:
        super().__init__(
            "This Dosar was installed with pip, so it is updated with pip: make a back-up first, stop it, then type "
            "%(line)s, and start it again.",
            line=newest_line(pip_facts()),
        )
