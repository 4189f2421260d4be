"""How the data of this organisation are kept safe, as the program finds it: encryption, sign-in, rights, back-ups."""

from pathlib import Path

from flask import current_app
from flask_babel import gettext

from dosar.access.services import access_services
from dosar.backups.keeping.backup_plan import read_plan
from dosar.backups.keeping.runs import last_good, last_rehearsed
from dosar.backups.places.addresses import FOLDER_KIND, PLACE_KINDS
from dosar.backups.places.settings import read_places
from dosar.database.keys.key_changes import stored_status
from dosar.pages.formatting import moment_text
from dosar.records.rights.processing_register import Installation

SQLITE = "sqlite"
"""What the engine calls the encrypted file."""


def installation(audit_years: int) -> Installation:
    """Where back-ups go and for how long, for the register: kinds of places, never their addresses."""
    session = access_services().session
    kinds = {place.kind for place in read_places(session)}
    kept = read_plan(session).kept
    return Installation(
        audit_years,
        [words for kind, words in PLACE_KINDS.items() if kind in kinds],
        bool(kinds - {FOLDER_KIND}),
        (kept.daily, kept.weekly, kept.monthly),
    )


def security_measures(audit_years: int) -> list[str]:
    """What holds today, also where it is less than it could be."""
    return [
        _database_text(),
        _key_text(),
        _sign_in_text(),
        gettext("Rights go by role, case and kind of data; who is not cleared for names knows persons by a number."),
        gettext(
            "Every reading and change is written to a chained log, kept %(years)s years; every change to a history.",
            years=audit_years,
        ),
        gettext("Two persons erase a person or make her anonymous; one alone cannot."),
        *_backup_texts(),
    ]


def _database_text() -> str:
    if access_services().store.engine.dialect.name == SQLITE:
        return gettext("The database is one encrypted file; attached files are encrypted one by one.")
    return gettext(
        "The database is on a PostgreSQL server: words, names, numbers and files are encrypted one by one, and the "
        "server's disk is to be encrypted by whoever looks after it."
    )


def _key_text() -> str:
    status = stored_status(Path(current_app.config["DATA"]), current_app.config.get("KEY_FILE"))
    if status.opens_by_itself:
        return gettext(
            "The data open by themselves with a key on this computer: whoever has the computer has the data. "
            "A passphrase or an encrypted disk would change that."
        )
    if status.has_card:
        return gettext("The data open with a passphrase alone, or with a recovery card that is kept on paper.")
    return gettext("The data open with a passphrase alone; there is no recovery card.")


def _sign_in_text() -> str:
    if access_services().is_demo():
        return gettext("This is the demo: a password opens it. In an organisation everybody has a second factor, too.")
    return gettext("Nobody signs in with a password alone: everybody has a second factor.")


def _backup_texts() -> list[str]:
    session = access_services().session
    good, rehearsed = last_good(session), last_rehearsed(session)
    if good is None:
        return [gettext("There is no back-up yet.")]
    made = gettext(
        "Back-ups are encrypted, read back and compared; the last one was made on %(when)s.",
        when=moment_text(good.begun_at),
    )
    if rehearsed is None or rehearsed.rehearsed_at is None:
        return [made, gettext("No back-up was restored on trial yet.")]
    return [made, gettext("One was restored on trial on %(when)s.", when=moment_text(rehearsed.rehearsed_at))]
