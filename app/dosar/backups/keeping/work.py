"""Back-ups that are made while people work: one at a time, one place after another, each told."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from dosar.backups.keeping.back_up import back_up_and_prune, log_run
from dosar.backups.keeping.backup_plan import read_plan
from dosar.backups.keeping.retention import Retention
from dosar.backups.keeping.runs import BackupRun, note_rehearsal
from dosar.backups.making.make import MadeBackup
from dosar.backups.places.addresses import FOLDER_KIND
from dosar.backups.places.same_disk import is_same_disk
from dosar.backups.places.settings import PlaceSettings, open_place, read_places
from dosar.backups.restoring.rehearsal import rehearse
from dosar.backups.working import work_folder
from dosar.database.audit.trail import add_event
from dosar.database.store import Store
from dosar.database.store_errors import StoreError
from dosar.database.system_tables import utc_now
from dosar.long_work.background_work import BackgroundWork, WorkProgress
from dosar.long_work.progress import Progress

REHEARSED_ACTION = "backup_rehearsed"


@dataclass(frozen=True)
class WorkOutcome:
    """What came of it at one place."""

    place: PlaceSettings
    made: MadeBackup | None = None
    trouble: StoreError | None = None


class BackupWork(BackgroundWork):
    """Whoever makes the back-ups of one running program."""

    def __init__(self, store: Store, data: Path, forms: Path, clock: Callable[[], datetime] = utc_now) -> None:
        super().__init__()
        self.store, self.data, self.forms = store, data, forms
        self._clock = clock
        self.outcomes: Sequence[WorkOutcome] = ()
        """What came of the work that was done last."""
        self._on_this_disk: set[int | None] = set()

    def begin(self, cause: str, actor: int | None = None) -> bool:
        """Make back-ups at every place, in the background. Whether it was begun: no two are made at once."""
        if not self._take_turn():
            return False
        self.outcomes = ()
        self._start(lambda: self._make(cause, actor))
        return True

    def run(self, cause: str, wanted: Sequence[int] | None = None) -> Sequence[WorkOutcome]:
        """Make back-ups now, at the places with these numbers or at all; none where some are being made."""
        if not self._take_turn():
            return ()
        self.outcomes = ()
        self._work(lambda: self._make(cause, wanted=wanted))
        return self.outcomes

    def rehearse(self, run: BackupRun) -> bool:
        """Fetch this back-up and restore it to nowhere. Whether that was done; what goes wrong is noted as a try."""
        place = next((each for each in self.places() if each.id == run.place_id), None)
        if place is None or not self._take_turn():
            return False
        self.progress, begun = WorkProgress(place=place.title), self._clock()
        try:
            self._rehearse(place, run)
            return True
        except StoreError as trouble:
            self._note(WorkOutcome(place, trouble=trouble), begun, run.cause, None)
            return False
        finally:
            self._end()

    def _rehearse(self, settings: PlaceSettings, run: BackupRun) -> None:
        assert run.id is not None
        tell = self._teller(settings)
        with work_folder(self.data) as folder:
            file = folder / run.name
            open_place(settings).fetch(run.name, file, tell)
            rehearse(file, self.store.master_key, tell)
        with self.store.writing() as session:
            note_rehearsal(session, run.id, self._clock())
            add_event(session, REHEARSED_ACTION, fields=[run.name])

    def places(self) -> Sequence[PlaceSettings]:
        """Where back-ups go."""
        return read_places(self.store.session)

    def is_on_this_disk(self, place: PlaceSettings) -> bool:
        """Whether the place goes when the disk of the data goes, as far as it is known."""
        return place.id in self._on_this_disk

    def look_at_disks(self) -> None:
        """Find out which places lie on the disk of the data: a network share may take long to answer, so no page asks
        for it."""
        try:
            places = self.places()
        finally:
            self.store.session.remove()
        folders = (place for place in places if place.kind == FOLDER_KIND)
        self._on_this_disk = {place.id for place in folders if is_same_disk(Path(place.address), self.data)}

    def _make(self, cause: str, actor: int | None = None, wanted: Sequence[int] | None = None) -> None:
        places, kept = self.places(), read_plan(self.store.session).kept
        self.store.session.remove()
        for place in places:
            if wanted is None or place.id in wanted:
                self.outcomes = [*self.outcomes, self._back_up(place, kept, cause, actor)]

    def _end(self) -> None:
        self.store.session.remove()
        super()._end()

    def _back_up(self, place: PlaceSettings, kept: Retention, cause: str, actor: int | None) -> WorkOutcome:
        begun, outcome = self._clock(), WorkOutcome(place)
        self.progress = WorkProgress(place=place.title)
        try:
            tell = self._teller(place)
            made, _ = back_up_and_prune(self.store, self.data, self.forms, open_place(place), kept, begun, tell)
            outcome = replace(outcome, made=made)
        except StoreError as trouble:
            outcome = replace(outcome, trouble=trouble)
        except Exception as error:  # nobody would ever hear of it
            if self.store.closed.is_set():
                return outcome
            what = type(error).__name__
            told = StoreError("Something went wrong while the back-up was made (%(what)s). Try again.", what=what)
            outcome = replace(outcome, trouble=told)
        if not self.store.closed.is_set():
            self._note(outcome, begun, cause, actor)
        return outcome

    def _teller(self, settings: PlaceSettings) -> Progress:
        def tell(step: str, fraction: float) -> None:
            self.progress = WorkProgress(step, fraction, settings.title)

        return tell

    def _note(self, outcome: WorkOutcome, begun: datetime, cause: str, actor: int | None) -> None:
        made, trouble = outcome.made, outcome.trouble
        run = BackupRun(outcome.place.id, cause, begun, self._clock(), trouble=trouble.message if trouble else None)
        if made is not None:
            run = replace(run, name=made.name, bytes=made.bytes, verified=True)
        log_run(self.store, run, actor)
