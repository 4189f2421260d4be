"""Whether data are brought back that somebody has said yes to, and what is done before anybody comes in."""

from hmac import compare_digest
from typing import Any

from flask import request
from sqlalchemy import delete

from dosar.access.services import AccessServices
from dosar.access.tables import session_table
from dosar.backups.restoring.restore_work import FoundBackup


def settle_restored(application: Any) -> None:
    """Sign out everybody who was signed in when the back-up was made."""
    services: AccessServices = application.extensions["dosar_access"]
    with services.store.writing() as session:
        session.execute(delete(session_table))
    services.store.session.remove()


def is_what_was_read(found: FoundBackup) -> bool:
    """Whether the page that was sent told of this back-up: somebody else may have opened another one since."""
    return compare_digest(request.form.get("found", "").encode(), found.word.encode())
