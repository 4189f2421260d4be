"""What is known of the versions of the running application, for whatever page tells it."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from flask import abort, current_app

from dosar.access.services import access_services
from dosar.updates.check.check_settings import CheckSettings
from dosar.updates.check.daily_check import DailyCheck
from dosar.updates.check.newest import OfferedFile
from dosar.updates.data.going_back import way_back
from dosar.updates.data.kept import KeptData, read_kept_for_this
from dosar.updates.file.archive import system_name
from dosar.updates.pinned import read_pinned
from dosar.updates.programs.choice import ProgramChoice, read_choice
from dosar.updates.programs.program import Program, own_program, running_version
from dosar.updates.work import UPDATES, UpdateWork


@dataclass(frozen=True)
class Versions:
    """What runs, since when, and what ran before."""

    running: str
    own: Program | None
    """None where Dosar was installed into a Python, which brings new versions itself."""
    choice: ProgramChoice | None
    """What was chosen, if that is what runs."""
    kept: KeptData | None
    """The data as they were before this version opened them."""
    back: tuple[Program, KeptData] | None
    """The version and the data that can be gone back to."""
    failed: str
    """The version that did not come up, so that this one runs again."""

    @property
    def since(self) -> datetime | None:
        """When it came, UTC."""
        told = (self.choice.since if self.choice else "") or (self.kept.moment if self.kept else "")
        return datetime.fromisoformat(told).replace(tzinfo=None) if told else None

    @property
    def is_on_trial(self) -> bool:
        """Whether the version before is still there."""
        return self.choice is not None and self.choice.is_on_trial


def versions() -> Versions:
    """As it stands now."""
    data, own, choice = Path(current_app.config["DATA"]), own_program(), read_choice()
    work = known_update()
    return Versions(
        running_version(),
        own,
        choice if choice is not None and choice.runs == own else None,
        read_kept_for_this(data),
        way_back(data),
        work.failed if work is not None else "",
    )


def known_update() -> UpdateWork | None:
    """Whoever updates this program; there is nobody where it does not run as one."""
    work: UpdateWork | None = current_app.extensions.get(UPDATES)
    return work


def current_update() -> UpdateWork:
    """The same for a page that nobody finds without it."""
    work = known_update()
    if work is None:
        abort(404)
    return work


def offered_file(settings: CheckSettings, running: str) -> OfferedFile | None:
    """The newer version for this kind of computer, where there is one."""
    newer = settings.newer_than(running)
    return newer.files.get(system_name()) if newer is not None else None


def daily_check() -> DailyCheck:
    """Whoever asks whether there is a new version."""
    services = access_services()
    return DailyCheck(services.store, read_pinned(), services.clock)
