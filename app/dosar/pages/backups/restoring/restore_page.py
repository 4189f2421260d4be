"""A new computer gets its data back: a page that is there while nobody is set up, behind the code of the set-up."""

from hmac import compare_digest
from typing import Any

from flask import Response, abort, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext

from dosar.access.appbuilder.view import PageView
from dosar.access.authorization import PUBLIC_ACCESS, SIGN_IN_ENDPOINT, page_route
from dosar.access.organisation.set_up_code import require_set_up_code
from dosar.access.sealed.guesses import TooManyGuesses
from dosar.access.sealed.vault_use import current_vault
from dosar.access.services import access_services
from dosar.access.web.cookies import host_cookie
from dosar.access.web.hosts import is_loopback_name
from dosar.backups.restoring.restore_work import RestoreWork, require_idle, require_own_database
from dosar.database.store_errors import StoreError
from dosar.language.text.message import Mistake
from dosar.long_work.uploads import PIECE_BYTES
from dosar.pages.backups.backup_state import current_restore
from dosar.pages.backups.drive_choices import found_choices
from dosar.pages.backups.restoring.found_page import found_page, is_what_was_read
from dosar.pages.backups.restoring.restore_forms import RestoreForm
from dosar.pages.backups.restoring.restore_progress import restore_progress_page
from dosar.pages.backups.restoring.restore_sources import asked_source
from dosar.pages.input.uploaded_files import keep_piece

RESTORE_COOKIE = "restore"
"""What the browser shows that typed the code: what comes back is told to nobody else."""


class RestorePage(PageView):
    """From a file and a card to the data."""

    @page_route("/restore", PUBLIC_ACCESS)
    def restore(self) -> Any:
        _require_beginning()
        return _restore_page(RestoreForm(formdata=None).offer(_found_here()))

    @page_route("/restore", PUBLIC_ACCESS, ("POST",))
    def begin(self) -> Any:
        work = _require_beginning()
        form = RestoreForm().offer(_found_here())
        if not form.validate():
            return _restore_page(form)
        try:
            require_set_up_code(access_services().set_up_code, form.code.data)
            require_own_database(access_services().store)
            if work.is_running and form.typed == work.typed:  # sent twice
                return _with_cookie(redirect(url_for("RestorePage.progress"), 303), work)
            require_idle(work)
            source = asked_source(form, work)
            work.guesses.count(request.remote_addr or "")
            work.begin(source, form.secret.data, dict(form.typed))
        except TooManyGuesses as waiting:
            told = gettext("Too many did not fit; wait %(seconds)s seconds and try again.", seconds=waiting.seconds)
            return _restore_page(form, told, 429)
        except (Mistake, StoreError) as mistake:
            return _restore_page(form, mistake.message.say(gettext))
        return _with_cookie(redirect(url_for("RestorePage.progress"), 303), work)

    @page_route("/restore/piece", PUBLIC_ACCESS, ("POST",))
    def piece(self) -> Any:
        work = _require_beginning()
        try:
            require_set_up_code(access_services().set_up_code, request.form.get("code", ""))
            require_idle(work)
            upload, at = keep_piece(work.uploads)
        except (Mistake, StoreError) as mistake:
            return jsonify(problem=mistake.message.say(gettext)), 422
        return jsonify(upload=upload, at=at)

    @page_route("/restore/progress", PUBLIC_ACCESS)
    def progress(self) -> Any:
        if access_services().is_set_up():
            return redirect(url_for(SIGN_IN_ENDPOINT, restored=1), 303)  # it is done
        work = _require_hers()
        if (progress := work.progress) is not None:
            return restore_progress_page(progress, url_for("RestorePage.progress"))
        if work.found is not None:
            work.guesses.forget(request.remote_addr or "")
            return found_page(work, url_for("RestorePage.work_with"), url_for("RestorePage.leave"))
        if work.trouble is not None:
            return _restore_page(_form_as_typed(work), work.trouble.message.say(gettext))
        return redirect(url_for("RestorePage.restore"), 303)

    @page_route("/restore/open", PUBLIC_ACCESS, ("POST",))
    def work_with(self) -> Any:
        work, vault = _require_hers(), current_vault()
        if work.found is None or vault is None:
            abort(404)
        if not is_what_was_read(work.found):
            return redirect(url_for("RestorePage.progress"), 303)
        vault.exchange(work.exchange(access_services().store.master_key))
        return redirect(url_for("RestorePage.progress"), 303)

    @page_route("/restore/leave", PUBLIC_ACCESS, ("POST",))
    def leave(self) -> Any:
        _require_hers().forget()
        return redirect(url_for("SetUpPage.set_up"), 303)


def _require_beginning() -> RestoreWork:
    """A page that is there once, on this computer or where nobody reads along."""
    if access_services().is_set_up():
        abort(404)
    if not (request.is_secure or is_loopback_name(request.host)):
        abort(403)
    return current_restore()


def _require_hers() -> RestoreWork:
    """The restore that this browser began."""
    work = _require_beginning()
    shown = request.cookies.get(host_cookie(RESTORE_COOKIE), "")
    if not work.token or not compare_digest(shown.encode(), work.token.encode()):
        abort(redirect(url_for("RestorePage.restore"), 303))
    return work


def _with_cookie(answer: Any, work: RestoreWork) -> Any:
    answer.set_cookie(
        host_cookie(RESTORE_COOKIE),
        work.token,
        path="/",
        httponly=True,
        samesite="Strict",
        secure=request.is_secure,
    )
    return answer


def _found_here() -> list[tuple[str, str]]:
    """What lies on the drives of this computer is told to who sits at it."""
    return found_choices() if is_loopback_name(request.host) else []


def _form_as_typed(work: RestoreWork) -> RestoreForm:
    return RestoreForm(formdata=None, **work.typed).offer(_found_here())


def _restore_page(form: RestoreForm, refused: str = "", status: int = 422) -> Response:
    page = render_template("backups/restoring/restore.html", form=form, refused=refused, piece_bytes=PIECE_BYTES)
    return Response(page, status if refused or form.errors else 200)
