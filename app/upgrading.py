"""``dosar upgrade``: say what changed forms ask of the database, take a copy, and do it."""

from datetime import datetime
from pathlib import Path

from app.access.tables import ACCESS_TABLES
from app.language.folder import ADVICE
from app.language.message import Message
from app.records.copies import keep_copy
from app.records.store import Store
from app.records.tables import build_tables
from app.records.upgrade import Opened, last_good, look
from app.running import prepared
from app.speaking import own_language, say, translate_to


def upgrade(store: Store, data: Path, forms: Path, key: bytes, dry_run: bool, moment: datetime) -> int:
    """Print the plan and carry it out; returns the exit code: 1 if a file could not be used."""
    opened = look(store, forms)
    _tell(opened)
    mistakes = any(found.code not in ADVICE for found in opened.findings)
    if dry_run:
        print(say(Message("Nothing was changed: this was only the plan.")))
    else:
        if opened.steps:
            tables = [*ACCESS_TABLES, *build_tables(last_good(store).forms).metadata.tables.values()]
            folder = keep_copy(store, data, key, tables, moment)
            print(say(Message("Everything as it was is kept in %(folder)s.", {"folder": folder})))
        prepared(store, forms, converting=True)
        print(say(Message("The database fits the forms.")))
    return 1 if mistakes else 0


def _tell(opened: Opened) -> None:
    for found in opened.findings:
        print(found.say(translate_to(own_language())))
    told = [step.said for step in opened.steps if step.said]
    if not told:
        print(say(Message("No answer has to move.")))
    for said in told:
        print(f"- {say(said)}")
