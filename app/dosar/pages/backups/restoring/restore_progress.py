"""How far a restore is, for whoever waits for it."""

from flask import Response
from flask_babel import gettext

from dosar.long_work.background_work import WorkProgress
from dosar.pages.backups.backup_words import RESTORING_STEPS
from dosar.pages.rendering.work_progress import WorkWords, work_progress_page


def restore_progress_page(progress: WorkProgress, here: str, back: str = "") -> Response:
    """The shared page, in the words of a restore."""
    words = WorkWords(
        gettext("The back-up is being looked through"), gettext("Nothing has been changed yet."), here, back, seconds=1
    )
    return work_progress_page(RESTORING_STEPS, progress.step, progress.fraction, words)
