"""The version that runs, watched by the program itself: it has come up, somebody works with it, its trial is over."""

import sys
from collections.abc import Callable
from pathlib import Path
from threading import Thread

from flask import Flask

from dosar.access.sealed.vault import Vault
from dosar.access.services import AccessServices
from dosar.backups.keeping.work import BackupWork
from dosar.backups.restoring.restore_work import RestoreWork
from dosar.cli.console.locale import translate_message
from dosar.database.store import Store
from dosar.database.system_tables import utc_now
from dosar.language.text.message import Message, msgid
from dosar.pages.backups.backup_state import RESTORE, WORK
from dosar.updates.check.daily_check import DailyCheck
from dosar.updates.data.kept import change_kept, read_kept_for_this
from dosar.updates.ending import end_update
from dosar.updates.pinned import read_pinned
from dosar.updates.programs.program import running_version
from dosar.updates.programs.trial import note_coming_up, note_work, pop_failure
from dosar.updates.work import UPDATES, UpdateWork

FIRST_LOOK_SECONDS, LOOK_SECONDS = 60.0, 600.0
"""Between two looks whether somebody works, and whether the good day is over."""
ENDED_ACTION = "update_settled"
"""What the audit log calls the end of a trial."""
FAILED = msgid(
    "Version %(version)s did not come up, so %(running)s runs again, with the data of before the update. Nothing is "
    "lost. Tell those who publish Dosar."
)
DIFFERENT = Message(
    "After the update the data are not what they were before: a table has other numbers of rows, or a part cannot be "
    "read. Sign in as administrator and look at the page of the updates, or go back: dosar update --back"
)


def watch_updates(app: Flask, vault: Vault, data: Path, restart: Callable[[], None], by_itself: bool) -> None:
    """Note that this version has come up with these data, and what becomes of its trial; in a demo, nothing does."""
    backups: BackupWork = app.extensions[WORK]
    work = app.extensions[UPDATES] = UpdateWork(data, backups, restart)
    work.uploads.clear()  # of a program that was killed
    note_coming_up(utc_now())
    _note_coming_up_with(data)
    work.failed = pop_failure()
    if work.failed:
        _say(Message(FAILED, {"version": work.failed, "running": running_version()}))
    if by_itself:
        services: AccessServices = app.extensions["dosar_access"]
        DailyCheck(services.store, read_pinned(), services.clock).watch()
        Thread(target=_look_now_and_then, args=(vault, work, app.extensions[RESTORE]), daemon=True).start()


def _note_coming_up_with(data: Path) -> None:
    """What is kept of before the update goes a day after this version came up with the data first."""
    kept = read_kept_for_this(data)
    if kept is None:
        return
    if not kept.came_up_at:
        change_kept(data, came_up_at=utc_now().isoformat())
    if not kept.is_good:
        _say(DIFFERENT)


def look_at_trial(data: Path, store: Store, has_worked: bool) -> None:
    """Note that somebody works, and end what has lasted for a good day."""
    if has_worked:
        note_work()
        kept = read_kept_for_this(data)
        if kept is not None:
            change_kept(data, has_worked=True, came_up_at=kept.came_up_at or utc_now().isoformat())
    if end_update(data, utc_now()):
        store.tell(ENDED_ACTION, [running_version()])


def _look_now_and_then(vault: Vault, work: UpdateWork, restore: RestoreWork) -> None:
    store = work.backups.store
    if store.closed.wait(FIRST_LOOK_SECONDS):
        return
    opened = vault.clock() - vault.seconds_idle
    while True:
        work.discard_abandoned()
        restore.discard_abandoned()
        look_at_trial(work.data, store, has_worked=vault.clock() - vault.seconds_idle > opened + 1)
        if store.closed.wait(LOOK_SECONDS):
            return


def _say(message: Message) -> None:
    print(translate_message(message), file=sys.stderr, flush=True)
