"""``dosar check``: everything that is wrong in the form files."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from dosar.cli.language_option import language_option
from dosar.cli.locale import command_translator
from dosar.cli.localized import command
from dosar.cli.places import Places, database_url, place_options
from dosar.language.text.message import msgid


@command(msgid("say everything that is wrong in the form files"))
@language_option
@place_options
def check(places: Places, language: str) -> int:
    import dosar.fields  # noqa: F401 - tells the language its kinds of question
    from dosar.language.checks.form_checks import check_folder
    from dosar.language.load.folder import is_only_advice, read_folder

    forms = places.forms_folder()
    found = _findings_with_answers(places, forms) if _has_answers(places) else check_folder(read_folder(forms))
    for found_one in found:
        print(found_one.say(command_translator(language)))
    return 0 if is_only_advice(found) else 1


def _has_answers(places: Places) -> bool:
    """Whether there are answers that the forms can be compared with: those named, or those of a usual start."""
    from dosar.database.keys import default_key_file
    from dosar.database.store import database_file

    if places.data or database_url():
        return True
    usual = places.data_folder()
    key_file = places.key_file or default_key_file(usual)
    return database_file(usual).is_file() and (places.passphrase or key_file.is_file())


def _findings_with_answers(places: Places, forms: Path) -> Sequence[Any]:
    from dosar.cli.runtime import open_used_store
    from dosar.migrations.upgrade import preview_upgrade

    data = places.existing_data_folder()
    store = open_used_store(data, places.encryption_key(data), database_url())
    try:
        return preview_upgrade(store, forms, converting=False).findings
    finally:
        store.close()
