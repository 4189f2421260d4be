"""How far a restore is, for whoever waits for it."""

from flask import Response, render_template
from flask_babel import gettext

from dosar.backups.restoring.restore_work import RestoreProgress
from dosar.pages.backups.backup_words import RESTORING_STEPS, step_words


def restore_progress_page(progress: RestoreProgress, here: str, back: str = "") -> Response:
    """A page that looks again by itself, without scripts too."""
    step = step_words(RESTORING_STEPS, progress.step)
    page = Response(
        render_template(
            "backups/progress.html",
            title=gettext("The back-up is being looked through"),
            said=step.said,
            percent=step.percent(progress.fraction),
            note="",
            advice=gettext("Nothing has been changed yet."),
            here=here,
            back=back,
        )
    )
    page.headers["Refresh"] = "1"
    return page
