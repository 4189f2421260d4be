"""An administrator opens a back-up for single records; what comes back of it is chosen by who may see the case."""

from typing import Any

from flask import Response, flash, redirect, request, url_for
from flask_babel import gettext

from dosar.access.appbuilder.view import PageView
from dosar.access.authorization import current_worker, page_route
from dosar.access.sealed.guesses import TooManyGuesses
from dosar.backups.places.settings import open_place
from dosar.backups.restoring.restore_work import BackupSource
from dosar.pages.backups.backup_state import current_copy
from dosar.pages.backups.backups_page import BACKUPS_ACCESS
from dosar.pages.backups.places_page import named_backup, place_with_number
from dosar.pages.backups.restoring.restore_forms import SecretForm
from dosar.pages.backups.restoring.restore_progress import restore_progress_page
from dosar.pages.backups.restoring.secret_page import key_file_here, secret_page


class BackupCopyPage(PageView):
    """For an administrator, who sees nothing of what is in the back-up."""

    @page_route("/backups/places/<int:place>/open", BACKUPS_ACCESS.with_recent_proof(), ("POST",))
    def begin(self, place: int) -> Any:
        found, form = place_with_number(place), SecretForm()
        name = named_backup(found)
        try:
            current_copy().guesses.count(request.remote_addr or "")
        except TooManyGuesses as waiting:
            told = gettext("Too many did not fit; wait %(seconds)s seconds and try again.", seconds=waiting.seconds)
            return _secret_page(place, name, form, told), 429
        secret = form.secret.data or key_file_here()
        if not secret:
            return _secret_page(place, name, form, "")
        source, typed = BackupSource(name, place=open_place(found)), {"name": name, "place": str(place)}
        current_copy().begin(source, secret, current_worker().id, typed)
        return redirect(url_for("BackupCopyPage.look"), 303)

    @page_route("/backups/open", BACKUPS_ACCESS)
    def look(self) -> Any:
        work = current_copy()
        if (progress := work.progress) is not None:
            return restore_progress_page(progress, url_for("BackupCopyPage.look"), url_for("BackupsPage.backups"))
        if work.trouble is None and work.moment is not None:
            work.guesses.forget(request.remote_addr or "")
        if work.trouble is not None:
            form = SecretForm(formdata=None)
            told = work.trouble.message.say(gettext)
            return Response(_secret_page(int(work.typed["place"]), work.typed["name"], form, told), 422)
        return redirect(url_for("BackupsPage.backups"), 303)

    @page_route("/backups/open/close", BACKUPS_ACCESS, ("POST",))
    def close(self) -> Any:
        current_copy().close(current_worker().id)
        flash(gettext("The back-up is closed. Nothing of it is left on this computer."), "success")
        return redirect(url_for("BackupsPage.backups"), 303)


def _secret_page(place: int, name: str, form: SecretForm, refused: str) -> str:
    address, leave = url_for("BackupCopyPage.begin", place=place), url_for("BackupCopyPage.close")
    return secret_page(gettext("Open a back-up for single records"), name, form, refused, address, leave)
