"""What the running program does by itself: back-ups, which are also brought back in the browser, and the question for
a new version."""

import shutil

from flask import Flask

from dosar.access.sealed.vault import Vault
from dosar.access.services import AccessServices
from dosar.backups.keeping.schedule import BackupSchedule
from dosar.backups.keeping.work import BackupWork
from dosar.backups.making.download import DOWNLOAD_FOLDER
from dosar.backups.reading.lookup_folder import clear_lookup_folders
from dosar.backups.restoring.restore_work import RestoreWork
from dosar.backups.salvage.copy_work import CopyWork
from dosar.pages.backups.backup_state import COPY, RESTORE, WORK


def watch_backups(app: Flask, vault: Vault, restore: RestoreWork | None, by_itself: bool) -> RestoreWork:
    """Make back-ups ``by_itself`` from now on; what brings them back outlives the application, whose place the data
    take that were brought back."""
    work: BackupWork = app.extensions[WORK]
    if restore is None:
        restore = RestoreWork(work.data)
        restore.forget()
        shutil.rmtree(work.data / DOWNLOAD_FOLDER, ignore_errors=True)  # of a program that was killed
        copy: CopyWork = app.extensions[COPY]
        copy.clear()
        clear_lookup_folders(work.data.parent)
    app.extensions[RESTORE] = restore
    vault.on_seal = restore.forget
    if by_itself:
        services: AccessServices = app.extensions["dosar_access"]
        BackupSchedule(work, lambda: vault.seconds_idle, services.clock).watch()
    return restore
