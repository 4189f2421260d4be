"""Names that a role reads masked, shown for one case: with a reason, on record before anything is shown."""

from dosar.database.form_tables import Record
from dosar.language.text.message import Mistake
from dosar.records import audit_log
from dosar.records.repository import Repository

SHOWN_ACTION = "names_shown"


def note_names_shown(repository: Repository, case: Record, user_id: int, reason: str) -> None:
    """Write down who shows herself the names of this case, and why. Raises :class:`Mistake` without a reason."""
    if not reason.strip():
        raise Mistake("Write why you need the names.")
    with repository.writing():
        audit_log.note_change(repository, case, SHOWN_ACTION, user_id, {}, reason.strip())
