"""What is said of versions and of an update that is being done."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime

from flask_babel import gettext, lazy_gettext, ngettext

from dosar.long_work.background_work import WorkProgress
from dosar.pages.backups.backup_words import MAKING_STEPS
from dosar.pages.formatting import day_text, when_text
from dosar.pages.rendering.work_progress import StepWords
from dosar.pages.updates.update_state import Versions
from dosar.updates.check.check_settings import CheckSettings
from dosar.updates.data.kept import KeptData
from dosar.updates.programs.program import Program
from dosar.updates.work import BACKUP, LOOK, RESTART, UpdateWork

FETCH = "fetch"
_CHECKED = lazy_gettext("The update is being checked…")
LOOKING_STEPS: Mapping[str, StepWords] = {
    FETCH: StepWords(lazy_gettext("The update is being fetched…"), 0, 80),
    LOOK: StepWords(_CHECKED, 80, 100),
}
UPDATING_STEPS: Mapping[str, StepWords] = {
    BACKUP: StepWords(lazy_gettext("A back-up is being made and checked…"), 0, 50),
    LOOK: StepWords(_CHECKED, 50, 60),
    "unpack": StepWords(lazy_gettext("The new version is being unpacked beside the present one…"), 60, 85),
    "try": StepWords(lazy_gettext("It is being tried whether the new version starts here…"), 85, 95),
    RESTART: StepWords(lazy_gettext("Dosar is starting anew…"), 95, 100),
}


def fraction_of(work: UpdateWork, progress: WorkProgress) -> float:
    """How much of the step is done; the back-up tells it itself."""
    made = work.backups.progress
    if progress.step != BACKUP or made is None or made.step not in MAKING_STEPS:
        return progress.fraction
    return MAKING_STEPS[made.step].percent(made.fraction) / 100


def running_text(found: Versions) -> str:
    """Which version runs, and since when."""
    if found.since is None:
        return gettext("Version %(version)s is running.", version=found.running)
    since = when_text(found.since)
    return gettext("Version %(version)s is running. It came here: %(when)s.", version=found.running, when=since)


def kept_moment(kept: KeptData) -> datetime:
    """The moment of the data that are kept, UTC."""
    return datetime.fromisoformat(kept.moment).replace(tzinfo=None)


def back_text(back: tuple[Program, KeptData]) -> str:
    """Where the way back leads."""
    program, kept = back
    when = when_text(kept_moment(kept))
    return gettext("Back to version %(version)s with the data of: %(when)s", version=program.version, when=when)


def out_of_date_text(settings: CheckSettings, today: date) -> str:
    """What to do where no news come that can be believed; empty where they do."""
    if settings.seen is None or not settings.is_out_of_date(today):
        return ""
    return gettext(
        "The last news of Dosar were good until %(day)s, and none have come since. Somebody may hold them back: try "
        "from another network, or ask the makers of Dosar whether there is a new version.",
        day=day_text(settings.seen.until),
    )


def lost_since_text(count: int) -> str:
    """What is not there any more once somebody has gone back."""
    if not count:
        return gettext("Nothing was written since the update, so no work is lost.")
    return ngettext(
        "What was written since the update is no longer there after going back: %(num)s entry of the history.",
        "What was written since the update is no longer there after going back: %(num)s entries of the history.",
        count,
    )


def trouble_lines(found: Versions) -> Iterator[str]:
    """What is not as it should be after the last update."""
    if found.failed:
        yield gettext(
            "Version %(failed)s did not come up, so %(version)s runs again, with the data of before the update.",
            failed=found.failed,
            version=found.running,
        )
    for trouble in () if found.kept is None else found.kept.troubles():
        yield trouble.say(gettext)
