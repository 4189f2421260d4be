"""An update that somebody asks for in the browser: looked at first, then done step by step while people work.

A back-up is made and verified, the new version is put beside the present one and tried, and chosen. Until then nothing
was changed; then the program closes everything and goes on as the new version, which keeps the data as they were.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from threading import Timer

from dosar.backups.keeping.runs import BEFORE_UPDATE
from dosar.backups.keeping.work import BackupWork, WorkOutcome
from dosar.database.audit.trail import add_event
from dosar.database.store_errors import StoreError
from dosar.database.system_tables import utc_now
from dosar.long_work.background_work import BackgroundWork
from dosar.long_work.progress import Progress
from dosar.long_work.uploads import Uploads, has_file_length
from dosar.updates.data.going_back import go_back
from dosar.updates.file.archive import NAME_END, UpdateFile, read_update
from dosar.updates.file.facts import is_inside
from dosar.updates.file.troubles import InstalledByPip
from dosar.updates.installing import Installed, choose_installed, install_update
from dosar.updates.programs.program import own_program, running_version

UPDATES = "dosar_updates"
"""Where an application has its update work."""
FETCHED_FOLDER = ".update-fetched"
"""In the data folder: what was sent or fetched; it goes when the update is done."""
LOOK, BACKUP, RESTART = "look", "backup", "restart"
"""Steps, beside ``unpack`` and ``try``."""
UNSEEN_SECONDS = 10.0
"""So long the restart waits for the page that tells of it."""
INSTALLED_ACTION, WENT_BACK_ACTION = "update_installed", "update_went_back"


class BackupUnderWay(StoreError):
    """It is there in a moment: nobody has to do without it."""

    def __init__(self) -> None:
        super().__init__("A back-up is being made just now. Wait until it is there, and begin the update again.")


class BackupFailed(StoreError):
    """Nothing is updated without one, unless somebody says so."""

    def __init__(self, trouble: StoreError) -> None:
        super().__init__("No back-up could be made, so nothing was updated: %(why)s", why=trouble.message)


def require_backup(outcomes: Sequence[WorkOutcome]) -> None:
    """Raises :class:`BackupFailed` unless one was made and checked: one good back-up is enough; and
    :class:`BackupUnderWay` where none was begun."""
    if not any(outcome.made is not None for outcome in outcomes):
        trouble = next((outcome.trouble for outcome in outcomes if outcome.trouble), None)
        raise BackupUnderWay if trouble is None else BackupFailed(trouble)


class UpdateWork(BackgroundWork):
    """One update at a time."""

    def __init__(
        self,
        data: Path,
        backups: BackupWork,
        restart: Callable[[], None],
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        super().__init__()
        self.data, self.backups = data, backups
        self._restart, self._clock = restart, clock
        self.found: UpdateFile | None = None
        """The update that was looked at, and is right."""
        self.outcomes: Sequence[WorkOutcome] = ()
        """What came of the back-up at each place."""
        self.installed: Installed | None = None
        """The new version, once it is chosen: the program is about to go on as that one."""
        self.failed = ""
        """The version that did not come up, so that this one runs again."""
        self._is_going_back = False
        self._looks = 0
        self.uploads = Uploads(
            data / FETCHED_FOLDER,
            f"update{NAME_END}",
            lambda name: name.endswith(NAME_END) and is_inside(name) and "/" not in name and has_file_length(name),
        )

    @property
    def is_restarting(self) -> bool:
        """Whether the program is about to go on as another version."""
        return self.installed is not None or self._is_going_back

    @property
    def is_on_its_way(self) -> bool:
        """Whether there is something to be seen of it."""
        return self.is_running or self.found is not None or self.installed is not None

    def note_look(self) -> None:
        """A page has looked how far it is. One that looks again by itself waits through the restart, too."""
        if self.is_restarting:
            self._looks += 1
            if self._looks > 1:
                self._restart()

    def look(self, get_file: Callable[[Progress], Path]) -> bool:
        """Get the file of an update, and read it, in the background. Whether that was begun: one thing at a time."""
        if self.is_restarting or not self._take_turn():
            return False
        self.found, self.installed, self.outcomes = None, None, ()
        self._start(lambda: self._look(get_file))
        return True

    def begin(self, actor: int | None = None, without_backup: bool = False) -> bool:
        """Do the update that was found, in the background. Whether it was begun."""
        if self.found is None or self.is_restarting or not self._take_turn():
            return False
        self._start(lambda: self._update(actor, without_backup))
        return True

    def go_back(self, actor: int | None = None) -> None:
        """Have the version before run, with the data of before. Raises :class:`StoreError`, and nothing was changed."""
        if not self._take_turn():
            raise StoreError("An update is being installed already. Wait until it is done.")
        try:
            store, version = self.backups.store, running_version()
            program = go_back(self.data, store.master_key, self._clock())
            with store.writing() as session:
                add_event(session, WENT_BACK_ACTION, actor=actor, fields=[version, program.version])
            self._is_going_back = True
        finally:
            self._end()
        self._restart_soon()

    def discard_abandoned(self) -> None:
        """What somebody sent or fetched hours ago, and went away from."""
        if self.progress is None and not self.is_restarting and self.uploads.is_abandoned():
            self.forget()

    def forget(self) -> bool:
        """It is over, or not wanted any more: nothing of it is kept. Whether that was done: what is being made is not
        broken off, and the version that was chosen runs next."""
        with self._change:
            if self.is_running or self.is_restarting:
                return False
            self.found = self.trouble = None
            self.outcomes = ()
            self.uploads.clear()
        return True

    def _restart_soon(self) -> None:
        """Once the page is there that waits for it; in a moment, where nobody looks."""
        waiting = Timer(UNSEEN_SECONDS, self._restart)
        waiting.daemon = True
        waiting.start()

    def _trouble_of(self, error: Exception) -> StoreError:
        if isinstance(error, StoreError):
            return error
        what = type(error).__name__
        return StoreError("Something went wrong with the update (%(what)s). Nothing was changed.", what=what)

    def _look(self, get_file: Callable[[Progress], Path]) -> None:
        self.tell(LOOK, 0.0)
        try:
            if own_program() is None:
                raise InstalledByPip
            self.found = read_update(get_file(self.tell), tell=self.tell)
        except BaseException:
            self.uploads.clear()
            raise

    def _update(self, actor: int | None, without_backup: bool) -> None:
        assert self.found is not None
        before = own_program()
        if not without_backup:
            self._back_up()
        installed = install_update(self.found.file, self.tell)
        with self.backups.store.writing() as session:
            add_event(session, INSTALLED_ACTION, actor=actor, fields=[running_version(), installed.version])
        choose_installed(installed, before, self._clock().isoformat())
        self.installed = installed
        self.tell(RESTART, 0.0)
        self.uploads.clear()
        self._restart_soon()

    def _back_up(self) -> None:
        """At every place. Where no place is set up there is none to make, and the new
        version keeps the data of before beside them all the same."""
        self.tell(BACKUP, 0.0)
        try:
            has_places = bool(self.backups.places())
        finally:
            self.backups.store.session.remove()
        if not has_places:
            return
        self.outcomes = self.backups.run(BEFORE_UPDATE)
        require_backup(self.outcomes)
