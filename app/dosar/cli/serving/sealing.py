"""When a running program seals its data: idle for hours, or told so by the system."""

import os
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from threading import Thread
from time import sleep
from typing import Any

from flask import Flask
from sqlalchemy import delete
from sqlalchemy.exc import SQLAlchemyError

from dosar.access.sealed.vault import Vault
from dosar.cli.console.locale import translate_message
from dosar.database.audit.trail import NoAuditLog, add_event
from dosar.database.keys.key_changes import stored_status
from dosar.database.store_errors import StoreError
from dosar.language.text.message import Message

LOOK_SECONDS = 60.0
"""Seconds between two looks whether anybody works."""
HOUR_SECONDS = 3600.0
LOCKED = Message("The data are locked.")
"""What is said where Dosar was started; the window knows it by this."""


def can_be_unsealed(data: Path, key_file: Path | None) -> bool:
    """Whether somebody could open the data again by typing."""
    status = stored_status(data, key_file)
    return status.has_passphrase or status.has_card


def close_application(app: Flask) -> None:
    """Sign everybody out, close the database, forget what the application knew."""
    from dosar.access.services import AccessServices
    from dosar.access.tables import session_table

    services: AccessServices = app.extensions["dosar_access"]
    with suppress(StoreError, SQLAlchemyError, NoAuditLog), services.store.writing() as session:
        session.execute(delete(session_table))
        add_event(session, "sealed")
    services.store.close()
    app.config["SECRET_KEY"] = None
    print(translate_message(LOCKED), flush=True)


def watch_idle(vault: Vault, data: Path, key_file: Path | None, hours: float) -> None:
    """Seal the data after so many hours in which nobody worked, unless they open by themselves anyway."""
    if not hours or stored_status(data, key_file).opens_by_itself:
        return
    Thread(target=_look_for_idleness, args=(vault, hours * HOUR_SECONDS), daemon=True).start()


def _look_for_idleness(vault: Vault, seconds: float) -> None:
    while True:
        sleep(min(LOOK_SECONDS, seconds))
        if vault.is_open:
            vault.seal_if_idle(seconds)


def seal_on_hangup(vault: Vault, stop: Callable[[], None]) -> None:
    """``kill -HUP``: seal the data. A window that was closed sends the same, and then the program stops; ``nohup`` asks
    for neither."""
    if not hasattr(signal, "SIGHUP") or signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:
        return

    had_terminal = _has_terminal()

    def seal(_number: int, _frame: Any) -> None:
        if had_terminal and not _has_terminal():
            stop()
        else:
            Thread(target=vault.seal, daemon=True).start()

    signal.signal(signal.SIGHUP, seal)


def _has_terminal() -> bool:
    """Whether the window in which this program was started is still there."""
    try:
        return os.tcgetpgrp(sys.__stdin__.fileno()) >= 0  # type: ignore[union-attr]
    except (OSError, AttributeError, ValueError):
        return False
