"""The places where back-ups go: added once they were tried, looked at, taken away."""

from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from flask import Response, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext

from dosar.access.appbuilder.view import PageView
from dosar.access.authorization import page_route
from dosar.access.services import access_services
from dosar.backups.file.names import read_name
from dosar.backups.keeping.runs import recent_runs
from dosar.backups.keeping.states import WAITS
from dosar.backups.making.download import prepare_download
from dosar.backups.making.make import backup_mark
from dosar.backups.places.new_place import prepare_place
from dosar.backups.places.place import StoredFile
from dosar.backups.places.settings import PlaceSettings, open_place, remove_place, require_own_secret, save_place
from dosar.database.audit.trail import add_event
from dosar.database.store_errors import StoreError
from dosar.language.text.message import Mistake
from dosar.pages.backups.backup_state import current_work, place_waits
from dosar.pages.backups.backup_words import KIND_NAMES
from dosar.pages.backups.backups_page import BACKUPS_ACCESS
from dosar.pages.backups.drive_choices import drive_choices
from dosar.pages.backups.place_forms import PLACE_FORMS, FolderForm, PlaceForm
from dosar.pages.formatting import exact_time_text, size_text, when_text

MOST_RUNS = 1000


@dataclass(slots=True)
class BackupLine:
    """One back-up that lies at a place."""

    name: str
    when: str
    size: str
    checked: bool


class BackupPlacesPage(PageView):
    """Each place by itself."""

    @page_route("/backups/new/<kind>", BACKUPS_ACCESS)
    def new(self, kind: str) -> Any:
        current_work()
        return _new_page(kind, _form_of(kind, blank=True))

    @page_route("/backups/new/<kind>", BACKUPS_ACCESS.with_recent_proof(), ("POST",))
    def add(self, kind: str) -> Any:
        work, form = current_work(), _form_of(kind)
        if not form.validate():
            return _new_page(kind, form)
        try:
            _keep_tried(form.settings())
        except (StoreError, Mistake) as trouble:
            return _new_page(kind, form, trouble.message.say(gettext))
        work.look_at_disks()
        flash(gettext("The place was tried, and is kept. Make the first back-up now."), "success")
        return redirect(url_for("BackupsPage.backups"), 303)

    @page_route("/backups/places/<int:place>", BACKUPS_ACCESS)
    def place(self, place: int) -> Any:
        return _place_page(place_with_number(place))

    @page_route("/backups/places/<int:place>/edit", BACKUPS_ACCESS)
    def edit(self, place: int) -> Any:
        found = place_with_number(place)
        return _edit_page(found, _form_of_kept(found, blank=True))

    @page_route("/backups/places/<int:place>/edit", BACKUPS_ACCESS.with_recent_proof(), ("POST",))
    def change(self, place: int) -> Any:
        found = place_with_number(place)
        form = _form_of_kept(found)
        if not form.validate():
            return _edit_page(found, form)
        described = form.settings()
        try:
            settings = replace(described, id=found.id, secret=described.secret or found.secret)
            _keep_tried(settings, is_secret_typed=bool(described.secret))
        except (StoreError, Mistake) as trouble:
            return _edit_page(found, form, trouble.message.say(gettext))
        current_work().look_at_disks()
        flash(gettext("The place was tried, and is kept as it is described now."), "success")
        return redirect(url_for("BackupPlacesPage.place", place=place), 303)

    @page_route("/backups/places/<int:place>/remove", BACKUPS_ACCESS.with_recent_proof(), ("POST",))
    def remove(self, place: int) -> Any:
        place_with_number(place)
        with access_services().store.writing() as session:
            remove_place(session, place)
        flash(gettext("Nothing goes to this place any more. What lies there stays."), "success")
        return redirect(url_for("BackupsPage.backups"), 303)

    @page_route("/backups/places/<int:place>/take", BACKUPS_ACCESS.with_recent_proof(), ("POST",))
    def take(self, place: int) -> Any:
        return _backup_file(place_with_number(place))


def place_with_number(number: int) -> PlaceSettings:
    found = next((place for place in current_work().places() if place.id == number), None)
    if found is None:
        abort(404)
    return found


def _form_of(kind: str, blank: bool = False) -> PlaceForm:
    if kind not in PLACE_FORMS:
        abort(404)
    form = PLACE_FORMS[kind](formdata=None) if blank else PLACE_FORMS[kind]()
    return form.offer(drive_choices()) if isinstance(form, FolderForm) else form


def _keep_tried(settings: PlaceSettings, is_secret_typed: bool = False) -> None:
    """Keep the place once a file was written there and read back. Raises :class:`StoreError` and :class:`Mistake`."""
    store = access_services().store
    if not is_secret_typed:
        require_own_secret(store.session, settings)
    prepared = prepare_place(settings, backup_mark(store), current_work().data)
    with store.writing() as session:
        save_place(session, prepared, is_secret_typed)


def _form_of_kept(place: PlaceSettings, blank: bool = False) -> PlaceForm:
    """The form of a place that is kept; ``blank`` as it is kept, else as it was posted."""
    made = PLACE_FORMS[place.kind]
    form = made(formdata=None, data=made.boxes(place)) if blank else made()
    form = form.offer(drive_choices()) if isinstance(form, FolderForm) else form
    return form.with_kept_secret()


def _new_page(kind: str, form: PlaceForm, refused: str = "") -> Response:
    title, action = gettext("A new place for back-ups"), url_for("BackupPlacesPage.add", kind=kind)
    return _described_page(title, kind, form, action, url_for("BackupsPage.backups"), refused)


def _edit_page(place: PlaceSettings, form: PlaceForm, refused: str = "") -> Response:
    title, action = gettext("Change the place"), url_for("BackupPlacesPage.change", place=place.id)
    back = url_for("BackupPlacesPage.place", place=place.id)
    return _described_page(title, place.kind, form, action, back, refused)


def _described_page(title: str, kind: str, form: PlaceForm, action: str, back: str, refused: str) -> Response:
    page = render_template(
        "backups/new_place.html",
        title=title,
        form=form,
        refused=refused,
        kind_name=KIND_NAMES[kind],
        action=action,
        back=back,
    )
    return Response(page, 422 if refused or form.errors else 200)


def _place_page(place: PlaceSettings) -> str:
    files: list[StoredFile] = []
    trouble, waits = "", False
    try:
        files = open_place(place).list()
    except (StoreError, Mistake) as why:
        trouble, waits = why.message.say(gettext), place_waits(place, why.message)
    return render_template(
        "backups/place.html",
        place=place,
        kind=KIND_NAMES[place.kind],
        where=place.address,
        trouble="" if waits else trouble,
        waiting=gettext(WAITS) if waits else "",
        files=_lines(files),
        url=url_for("BackupPlacesPage.place", place=place.id),
    )


def _lines(files: list[StoredFile]) -> list[BackupLine]:
    """The back-ups among the files, newest first."""
    checked = {run.name for run in recent_runs(access_services().session, MOST_RUNS) if run.verified}
    found = [(read.moment, file) for file in files if (read := read_name(file.name)) is not None and is_ours(file)]
    minutes = Counter(when_text(moment) for moment, _ in found)
    return [
        BackupLine(file.name, _told_apart(moment, minutes), size_text(file.bytes), file.name in checked)
        for moment, file in sorted(found, key=lambda each: each[0], reverse=True)
    ]


def _told_apart(moment: datetime, minutes: Counter[str]) -> str:
    """When it was made, to the second where another one is of the same minute."""
    when = when_text(moment)
    return f"{when} ({exact_time_text(moment)})" if minutes[when] > 1 else when


def is_ours(file: StoredFile) -> bool:
    """Whether the file calls itself a back-up of this organisation."""
    read = read_name(file.name)
    return read is not None and read.mark == backup_mark(access_services().store)


def named_backup(place: PlaceSettings) -> str:
    """The back-up that was named, if there is such a one at the place."""
    name = request.form.get("name", "")
    try:
        names = {file.name for file in open_place(place).list()}
    except (StoreError, Mistake):
        names = set()
    if read_name(name) is None or name not in names:
        abort(404)
    return name


def _backup_file(place: PlaceSettings) -> Response:
    """The file as it lies there, streamed: it may be larger than what the memory holds."""
    name = named_backup(place)
    with access_services().store.writing() as session:
        add_event(session, "backup_taken", fields=[name])
    download = prepare_download(open_place(place), name, current_work().data)
    answer = Response(download.pieces, mimetype="application/octet-stream")
    answer.call_on_close(download.close)
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    answer.headers["Content-Length"] = str(download.size)
    return answer
