"""An update on its way: brought, looked at, done, and its way back."""

from typing import Any

from flask import Response, abort, flash, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext

from dosar.access.appbuilder.view import PageView
from dosar.access.authorization import current_worker, page_route
from dosar.access.i18n.languages import request_language
from dosar.access.services import access_services
from dosar.database.store_errors import StoreError
from dosar.long_work.background_work import WorkProgress
from dosar.pages.backups.lost_work import saved_since
from dosar.pages.backups.restoring.restore_forms import OverForm
from dosar.pages.formatting import size_text
from dosar.pages.input.uploaded_files import keep_piece, sent_file
from dosar.pages.rendering.work_progress import WorkWords, work_progress_page
from dosar.pages.updates.update_page import UPDATE_ACCESS, update_page
from dosar.pages.updates.update_state import current_update, offered_file, versions
from dosar.pages.updates.update_words import (
    LOOKING_STEPS,
    UPDATING_STEPS,
    back_text,
    fraction_of,
    kept_moment,
    lost_since_text,
)
from dosar.updates.check.check_settings import read_check_settings
from dosar.updates.check.fetching import fetch_update
from dosar.updates.work import RESTART, BackupFailed, UpdateWork


class UpdatingPage(PageView):
    """For an administrator; what changes something, for one who has just proved who she is."""

    @page_route("/update/piece", UPDATE_ACCESS, ("POST",))
    def piece(self) -> Any:
        try:
            upload, at = keep_piece(_idle_update().uploads)
        except StoreError as trouble:
            return jsonify(problem=trouble.message.say(gettext)), 422
        return jsonify(upload=upload, at=at)

    @page_route("/update/file", UPDATE_ACCESS, ("POST",))
    def bring(self) -> Any:
        try:
            work = _idle_update()
            file = sent_file(work.uploads, request.form.get("upload", ""))
        except StoreError as trouble:
            return update_page(refused=trouble.message.say(gettext))
        if file is None:
            return update_page(refused=gettext("Choose the file of the update."))
        work.look(lambda tell: file)
        return redirect(url_for("UpdatingPage.progress"), 303)

    @page_route("/update/fetch", UPDATE_ACCESS, ("POST",))
    def fetch(self) -> Any:
        work = current_update()
        offered = offered_file(read_check_settings(access_services().session), versions().running)
        if offered is None:
            abort(404)
        work.look(lambda tell: fetch_update(offered, work.uploads.prepared_folder(), tell))
        return redirect(url_for("UpdatingPage.progress"), 303)

    @page_route("/update/progress", UPDATE_ACCESS)
    def progress(self) -> Any:
        work = current_update()
        work.note_look()
        if work.is_restarting:
            return _progress_page(work, WorkProgress(RESTART, 1.0))
        if (progress := work.progress) is not None:
            return _progress_page(work, progress)
        if work.found is not None:
            return _found_page(work)
        if work.trouble is not None:
            return update_page(refused=work.trouble.message.say(gettext))
        return redirect(url_for("UpdatePage.update"), 303)

    @page_route("/update/begin", UPDATE_ACCESS.with_recent_proof(), ("POST",))
    def begin(self) -> Any:
        work = current_update()
        if work.found is None:
            abort(404)
        if request.form.get("version") != work.found.version:
            flash(gettext("Another update was brought meanwhile. Read what it brings before you begin it."), "warning")
            return redirect(url_for("UpdatingPage.progress"), 303)
        work.begin(current_worker().id, "without_backup" in request.form)
        return redirect(url_for("UpdatingPage.progress"), 303)

    @page_route("/update/leave", UPDATE_ACCESS, ("POST",))
    def leave(self) -> Any:
        if not current_update().forget():
            return redirect(url_for("UpdatingPage.progress"), 303)
        flash(gettext("Nothing was changed."), "success")
        return redirect(url_for("UpdatePage.update"), 303)

    @page_route("/update/back", UPDATE_ACCESS)
    def way_back(self) -> Any:
        return _back_page(OverForm(formdata=None))

    @page_route("/update/back", UPDATE_ACCESS.with_recent_proof(), ("POST",))
    def go_back(self) -> Any:
        work, form = current_update(), OverForm()
        if not form.validate():
            return _back_page(form)
        try:
            work.go_back(current_worker().id)
        except StoreError as trouble:
            return update_page(refused=trouble.message.say(gettext))
        return redirect(url_for("UpdatingPage.progress"), 303)


def _idle_update() -> UpdateWork:
    """The work, to be given another file. Raises :class:`~dosar.database.store_errors.StoreError` while it is busy with
    one: that would go."""
    work = current_update()
    if work.is_running or work.is_restarting:
        raise StoreError("An update is being installed already. Wait until it is done.")
    return work


def _progress_page(work: UpdateWork, progress: WorkProgress) -> Response:
    is_looking = work.found is None and not work.is_restarting
    words = WorkWords(
        gettext("The update is being looked at") if is_looking else gettext("Dosar is being updated"),
        gettext("Nothing has been changed yet.")
        if is_looking
        else gettext("Everybody can go on working until Dosar starts anew. This page goes on by itself."),
        url_for("UpdatingPage.progress"),
        away=gettext("Dosar is starting anew…"),
        lost=gettext(
            "Dosar has not come up for some minutes. Start it as usual: if the new version does not come up, the one "
            "before does. The data are there."
        ),
        seconds=1,
    )
    steps = LOOKING_STEPS if is_looking else UPDATING_STEPS
    return work_progress_page(steps, progress.step, fraction_of(work, progress), words)


def _found_page(work: UpdateWork) -> Response:
    """What the update brings, or why it was not done."""
    found, trouble = work.found, work.trouble
    assert found is not None
    page = render_template(
        "updates/found.html",
        version=found.version,
        running=versions().running,
        notes=found.notes(request_language()),
        size=size_text(found.bytes),
        places=[place.title for place in work.backups.places()],
        refused=trouble.message.say(gettext) if trouble is not None else "",
        without_backup=isinstance(trouble, BackupFailed),
    )
    return Response(page, 422 if trouble is not None else 200)


def _back_page(form: OverForm) -> Response:
    back = versions().back
    if back is None:
        abort(404)
    count = saved_since(kept_moment(back[1]))
    page = render_template(
        "updates/back.html",
        form=form,
        title=back_text(back),
        lost=lost_since_text(count),
        is_lost=bool(count),
    )
    return Response(page, form.status)
