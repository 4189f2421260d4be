"""What opens a back-up: the key file of this computer, or what somebody types."""

from pathlib import Path

from flask import current_app, render_template
from flask_babel import gettext

from dosar.backups.file.names import read_name
from dosar.database.keys.key_changes import stored_status
from dosar.database.keys.key_file import default_key_file
from dosar.pages.backups.restoring.restore_forms import SecretForm
from dosar.pages.formatting import when_text


def key_file_here() -> Path | None:
    """What opens the data of this computer by itself opens its back-ups too; else somebody types the secret."""
    data, named = Path(current_app.config["DATA"]), current_app.config.get("KEY_FILE")
    file = named or default_key_file(data)
    return file if stored_status(data, named).opens_by_itself and file.is_file() else None


def secret_page(title: str, name: str, form: SecretForm, refused: str, action: str, leave: str) -> str:
    """A page that asks for the card or the passphrase of the back-up that is called so."""
    known = read_name(name)
    return render_template(
        "backups/restoring/restore_secret.html",
        title=title,
        form=form,
        name=name,
        when=gettext("The back-up of: %(when)s", when=when_text(known.moment)) if known else "",
        refused=refused,
        action=action,
        leave=leave,
    )
