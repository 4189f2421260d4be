"""A back-up in the place of what is there: looked through first, and done after a word that says what goes."""

from typing import Any

from flask import Response, abort, current_app, flash, redirect, request, url_for
from flask_babel import gettext

from dosar.access.appbuilder.view import PageView
from dosar.access.authorization import SIGN_IN_ENDPOINT, page_route
from dosar.access.sealed.guesses import TooManyGuesses
from dosar.access.sealed.vault_use import current_vault
from dosar.access.services import access_services
from dosar.backups.keeping.runs import came_out_of_backup
from dosar.backups.places.settings import open_place
from dosar.backups.restoring.restore_work import BackupSource, RestoreWork, require_own_database
from dosar.database.store_errors import StoreError
from dosar.pages.backups.backup_state import current_restore, current_work
from dosar.pages.backups.backups_page import BACKUPS_ACCESS
from dosar.pages.backups.places_page import named_backup, place_with_number
from dosar.pages.backups.restoring.found_page import found_page, is_what_was_read
from dosar.pages.backups.restoring.restore_forms import OverForm, SecretForm
from dosar.pages.backups.restoring.restore_progress import restore_progress_page
from dosar.pages.backups.restoring.secret_page import key_file_here, secret_page
from dosar.updates.work import UPDATES, UpdateWork


class RestoreOverPage(PageView):
    """For an administrator who has just proved who she is."""

    @page_route("/backups/places/<int:place>/restore", BACKUPS_ACCESS.with_recent_proof(), ("POST",))
    def begin(self, place: int) -> Any:
        work, found, form = current_restore(), place_with_number(place), SecretForm()
        name = named_backup(found)
        secret, meant = form.secret.data or key_file_here(), {"name": name, "place": str(place)}
        if work.is_running and work.typed == meant:  # sent twice
            return redirect(url_for("RestoreOverPage.look"), 303)
        try:
            require_own_database(access_services().store)
            work.guesses.count(request.remote_addr or "")
            if not secret:
                return _secret_page(place, name, form, "")
            work.begin(BackupSource(name, place=open_place(found)), secret, meant)
        except TooManyGuesses as waiting:
            told = gettext("Too many did not fit; wait %(seconds)s seconds and try again.", seconds=waiting.seconds)
            return _secret_page(place, name, form, told), 429
        except StoreError as trouble:
            return _secret_page(place, name, form, trouble.message.say(gettext)), 422
        return redirect(url_for("RestoreOverPage.look"), 303)

    @page_route("/backups/restore", BACKUPS_ACCESS)
    def look(self) -> Any:
        work = current_restore()
        if (progress := work.progress) is not None:
            return restore_progress_page(progress, url_for("RestoreOverPage.look"), url_for("BackupsPage.backups"))
        if work.found is not None:
            work.guesses.forget(request.remote_addr or "")
            return _found_page(work, OverForm(formdata=None))
        if work.trouble is not None:
            return _trouble_page(work)
        return redirect("/", 303)

    @page_route("/backups/restore", BACKUPS_ACCESS.with_recent_proof(), ("POST",))
    def restore(self) -> Any:
        work, vault, form = current_restore(), current_vault(), OverForm()
        if work.found is None or vault is None:
            abort(404)
        if not form.validate():
            return _found_page(work, form)
        if not is_what_was_read(work.found):
            flash(gettext("Another back-up was opened meanwhile. Read what it holds before you go on."), "warning")
            return redirect(url_for("RestoreOverPage.look"), 303)
        try:
            _require_quiet()
        except StoreError as trouble:
            return _found_page(work, form, trouble.message.say(gettext))
        told = None if came_out_of_backup(access_services().session) else 1  # it could not be told from a failure
        vault.exchange(work.exchange(access_services().store.master_key))
        return redirect(url_for(SIGN_IN_ENDPOINT, restored=told, next=url_for("RestoreOverPage.look")), 303)

    @page_route("/backups/restore/leave", BACKUPS_ACCESS, ("POST",))
    def leave(self) -> Any:
        current_restore().forget()
        flash(gettext("Nothing was changed."), "success")
        return redirect(url_for("BackupsPage.backups"), 303)


def _require_quiet() -> None:
    """No back-up and no update loses the data that it works with. Raises :class:`StoreError`."""
    if current_work().is_running:
        raise StoreError("A back-up is being made just now. Wait until it is there, and press the button again.")
    update: UpdateWork | None = current_app.extensions.get(UPDATES)
    if update is not None and (update.is_running or update.is_restarting):
        raise StoreError(
            "Dosar is being updated just now. Nothing was changed: wait until that is done, and begin the restore "
            "again."
        )


def _found_page(work: RestoreWork, form: OverForm, refused: str = "") -> Response:
    action, leave = url_for("RestoreOverPage.restore"), url_for("RestoreOverPage.leave")
    return found_page(work, action, leave, form, refused)


def _trouble_page(work: RestoreWork) -> Any:
    """Why nothing came of it; a back-up with another key asks for what opened it."""
    trouble, name, place = work.trouble, work.typed["name"], int(work.typed["place"])
    assert trouble is not None
    return Response(_secret_page(place, name, SecretForm(formdata=None), trouble.message.say(gettext)), 422)


def _secret_page(place: int, name: str, form: SecretForm, refused: str) -> str:
    address, leave = url_for("RestoreOverPage.begin", place=place), url_for("RestoreOverPage.leave")
    return secret_page(gettext("Restore a back-up"), name, form, refused, address, leave)
