"""``dosar check``: everything that is wrong in the form files."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from dosar.cli.console.language_option import language_option
from dosar.cli.console.locale import command_translator, translate_message
from dosar.cli.console.localized import command
from dosar.cli.places import Places, database_url, place_options
from dosar.database.store_errors import StoreError
from dosar.language.text.message import Message, msgid


@command(msgid("say everything that is wrong in the form files"))
@language_option
@place_options
def check(places: Places, language: str) -> int:
    import dosar.fields  # noqa: F401 - tells the language its kinds of question
    from dosar.language.checks.form_checks import check_folder
    from dosar.language.checks.register_checks import register_findings
    from dosar.language.load.folder import is_only_advice, read_folder

    forms, with_answers = _forms_folder(places), _has_answers(places)
    found = _findings_with_answers(places, forms) if with_answers else check_folder(read_folder(forms))
    found = sorted([*found, *register_findings(read_folder(forms))], key=lambda each: (each.place, each.code))
    for found_one in found:
        print(found_one.say(command_translator(language)))
    print(translate_message(_what_was_checked(forms, _answers_place(places) if with_answers else None), language))
    return 0 if is_only_advice(found) else 1


def _forms_folder(places: Places) -> Path:
    """The forms to check. Nothing is wrong where nothing is, but it is hardly the folder that was meant."""
    from dosar.language.load.folder import has_forms

    forms = places.forms_folder()
    if not has_forms(forms):
        raise StoreError(
            "There is no form (a file that ends in .yaml) in %(folder)s. Name the forms folder with --forms.",
            folder=forms.absolute(),
        )
    return forms


def _what_was_checked(forms: Path, answers: str | None) -> Message:
    if answers is None:
        return Message(
            "Checked: the forms in %(forms)s, compared with no answers (name them with --data or DATABASE_URL).",
            {"forms": forms.absolute()},
        )
    return Message(
        "Checked: the forms in %(forms)s, compared with the answers in %(answers)s.",
        {"forms": forms.absolute(), "answers": answers},
    )


def _answers_place(places: Places) -> str:
    """Where the answers are, without the password in an address."""
    return "DATABASE_URL" if database_url() else str(places.data_folder().absolute())


def _has_answers(places: Places) -> bool:
    """Whether there are answers that the forms can be compared with: those named, or those of a usual start."""
    from dosar.database.keys.key_file import default_key_file
    from dosar.database.store import database_file

    if places.data or database_url():
        return True
    usual = places.data_folder()
    key_file = places.key_file or default_key_file(usual)
    return database_file(usual).is_file() and (places.passphrase or key_file.is_file())


def _findings_with_answers(places: Places, forms: Path) -> Sequence[Any]:
    from dosar.cli.runtime import open_used_store
    from dosar.migrations.upgrade import preview_upgrade

    data = places.existing_data_folder(database_url())
    store = open_used_store(data, places.encryption_key(data), database_url())
    try:
        return preview_upgrade(store, forms, converting=False).findings
    finally:
        store.close()
