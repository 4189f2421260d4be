"""What is asked of whoever brings the data back."""

from flask_babel import lazy_gettext
from wtforms import BooleanField, FileField, HiddenField, PasswordField, RadioField, StringField
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired

from dosar.pages.backups.place_forms import LONGEST_ADDRESS
from dosar.pages.input.forms import TranslatedForm, at_most, required_line, stripped


class RestoreForm(TranslatedForm):
    """Which back-up, and what opens it."""

    code = required_line(
        lazy_gettext("Code of the set-up"),
        lazy_gettext("Write the code."),
        hint=lazy_gettext("It stands in the window in which Dosar was started, or in the log of the service."),
    )
    found = RadioField(lazy_gettext("Which back-up?"), validate_choice=False, default="")
    path = StringField(
        lazy_gettext("Or the path of the file"),
        [at_most(LONGEST_ADDRESS)],
        filters=[stripped],
        description=lazy_gettext("Where the file lies on this computer, such as E:\\Dosar\\dosar-….dosar."),
    )
    file = FileField(lazy_gettext("File of the back-up"))
    upload, upload_name = HiddenField(), HiddenField()
    address = StringField(
        lazy_gettext("Address"),
        [at_most(LONGEST_ADDRESS)],
        filters=[stripped],
        description=lazy_gettext("https://… of Nextcloud or another WebDAV server, or s3://…; its newest back-up."),
    )
    folder = StringField(lazy_gettext("Folder there"), [at_most(LONGEST_ADDRESS)], filters=[stripped], default="Dosar")
    user = StringField(lazy_gettext("User name there"), [at_most(LONGEST_ADDRESS)], filters=[stripped])
    place_secret = PasswordField(lazy_gettext("Password there"), [at_most(LONGEST_ADDRESS)])
    secret = PasswordField(
        lazy_gettext("Recovery card or passphrase"),
        [InputRequired(lazy_gettext("Type what stands on the recovery card, or the passphrase.")), at_most(1024)],
        description=lazy_gettext(
            "Those of the day on which the back-up was made. The card in any writing: with or without blanks, O for 0."
        ),
    )

    @property
    def typed(self) -> dict[str, str]:
        """What was typed, to be shown once more."""
        return {name: value for name, value in self.data.items() if isinstance(value, str)}

    def offer(self, backups: list[tuple[str, str]]) -> "RestoreForm":
        """Let one be chosen of those that were found on the drives: (path, words)."""
        self.found.choices = [SelectChoice(*each) for each in backups]
        if backups:
            self.found.choices.append(SelectChoice("", lazy_gettext("Another one, named below")))
            if self.found.data is None or not self.is_submitted():
                self.found.data = backups[0][0]
        return self


class OverForm(TranslatedForm):
    """That somebody knows what goes."""

    sure = BooleanField(
        lazy_gettext("I know that what is there now is replaced"),
        [InputRequired(lazy_gettext("Tick that you know what is replaced."))],
    )


class SecretForm(TranslatedForm):
    """What opens a back-up of before the key was changed."""

    name = HiddenField()
    secret = PasswordField(
        lazy_gettext("Recovery card or passphrase"),
        [at_most(1024)],
        description=lazy_gettext("Those of the day on which the back-up was made."),
    )
