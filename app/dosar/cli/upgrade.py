"""``dosar upgrade``: say what changed forms ask of the database, take a copy, and do it."""

from datetime import datetime
from pathlib import Path

from dosar.backups.making.snapshot import known_tables
from dosar.cli.console.findings import start_lines
from dosar.cli.console.locale import translate_message
from dosar.cli.runtime import prepare_database
from dosar.database.copies.backup import keep_copy
from dosar.database.store import Store
from dosar.language.load.folder import is_only_advice
from dosar.language.text.message import Message
from dosar.migrations.folder_comparison import OpenedForms
from dosar.migrations.upgrade import preview_upgrade


def upgrade_organisation(
    store: Store, data: Path, forms: Path, key: bytes, dry_run: bool, moment: datetime, language: str
) -> int:
    """Print the plan and carry it out; returns the exit code: 1 if a file could not be used."""
    opened_forms = preview_upgrade(store, forms)
    _print_changes(opened_forms, language)
    mistakes = not is_only_advice(opened_forms.findings)
    if dry_run:
        print(translate_message(Message("Nothing was changed: this was only the plan."), language))
    else:
        if opened_forms.steps:
            store.open_kept_data_key()
            tables = known_tables(store)
            folder = keep_copy(store, data, key, tables, moment)
            print(
                translate_message(Message("Everything as it was is kept in %(folder)s.", {"folder": folder}), language)
            )
        prepare_database(store, forms, converting=True)
        print(translate_message(Message("The database fits the forms."), language))
    return 1 if mistakes else 0


def _print_changes(opened_forms: OpenedForms, language: str) -> None:
    for line in start_lines(opened_forms.findings, language):
        print(line)
    steps_said = [step.message for step in opened_forms.steps if step.message]
    if not steps_said:
        print(translate_message(Message("No answer has to move."), language))
    for message in steps_said:
        print(f"- {translate_message(message, language)}")
