"""Where the back-up lies that somebody means: sent, on a drive, at a path, or at a place."""

from pathlib import Path

from dosar.backups.file.names import read_name, shown_name
from dosar.backups.places.addresses import OBJECT_STORE_KIND, WEBDAV_KIND
from dosar.backups.places.settings import PlaceSettings, open_place
from dosar.backups.restoring.restore_work import BackupSource, RestoreWork
from dosar.language.text.message import Mistake
from dosar.pages.backups.restoring.restore_forms import RestoreForm
from dosar.pages.input.uploaded_files import sent_file, sent_name

OBJECT_STORE_BEGIN = "s3://"


def asked_source(form: RestoreForm, work: RestoreWork) -> BackupSource:
    """The back-up she means; what was named last in the form counts first. Raises :class:`Mistake` and
    :class:`~dosar.database.store_errors.StoreError`."""
    sent = sent_file(work.uploads, form.upload.data)
    if sent is not None:
        return BackupSource(shown_name(sent_name(form.upload_name.data)) or sent.name, sent)
    if form.path.data:
        return _on_disk(Path(form.path.data).expanduser())
    if form.address.data:
        return _at_place(form)
    if form.found.data:
        return _on_disk(Path(form.found.data))
    raise Mistake("Say where the back-up is: choose one of the list, name the file, or send it.")


def _on_disk(file: Path) -> BackupSource:
    if file.is_dir():
        raise Mistake("%(folder)s is a folder. Name a file in it: a back-up is called dosar-….dosar.", folder=file)
    if not file.is_file():
        raise Mistake("There is no file %(file)s. Look at the path, and whether the stick is plugged in.", file=file)
    return BackupSource(file.name, file)


def _at_place(form: RestoreForm) -> BackupSource:
    kind = OBJECT_STORE_KIND if form.address.data.startswith(OBJECT_STORE_BEGIN) else WEBDAV_KIND
    place = open_place(
        PlaceSettings(
            None,
            kind,
            "",
            address=form.address.data,
            user=form.user.data or "",
            secret=form.place_secret.data or "",
            folder=form.folder.data or "",
        )
    )
    named = [(found.moment, file.name) for file in place.list() if (found := read_name(file.name)) is not None]
    if not named:
        raise Mistake("There is no back-up at this address. Look at the address and at the folder.")
    return BackupSource(max(named)[1], place=place)
