"""``dosar schema``: what editors complete and underline."""

from pathlib import Path

from dosar.cli.console.localized import PATH, command, option
from dosar.cli.places import own_forms_folder
from dosar.language.text.message import msgid


@command(msgid("write the JSON Schema that editors use for form files"))
@option("--forms", msgid("the forms folder"), type=PATH)
def schema(forms: Path | None) -> int:
    import dosar.fields  # noqa: F401 - tells the language its kinds of question
    from dosar.language.load.json_schema import write_schema

    print(write_schema(own_forms_folder(forms)))
    return 0
