"""What lies in a back-up that was looked through, before its data are worked with."""

from hmac import compare_digest

from flask import Response, render_template, request
from flask_babel import gettext

from dosar.backups.restoring.restore_work import FoundBackup, RestoreWork
from dosar.pages.backups.backup_words import contents_text
from dosar.pages.backups.lost_work import lost_text, saved_since
from dosar.pages.backups.restoring.restore_forms import OverForm


def found_page(work: RestoreWork, action: str, leave: str, form: OverForm | None = None, refused: str = "") -> Response:
    """The page; with the ``form`` that is filled in where there are data already. Where it was ``refused``, or tried
    and the data could not take their place, it says why: it can be tried again."""
    assert work.found is not None
    count = saved_since(work.found.manifest.moment) if form is not None else 0
    if not refused and work.trouble is not None:
        refused = work.trouble.message.say(gettext)
    page = render_template(
        "backups/restoring/restore_found.html",
        whose=work.found.organisation,
        counted=contents_text(work.found.manifest),
        lost=lost_text(count) if form is not None else "",
        is_lost=bool(count),
        form=form,
        refused=refused,
        word=work.found.word,
        action=action,
        leave=leave,
    )
    return Response(page, 422 if refused or (form is not None and form.errors) else 200)


def is_what_was_read(found: FoundBackup) -> bool:
    """Whether the page that was sent told of this back-up: somebody else may have opened another one since."""
    return compare_digest(request.form.get("found", "").encode(), found.word.encode())
