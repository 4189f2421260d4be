"""What is asked of a mail account, and of who wants a digest."""

from typing import Any

from flask_babel import gettext, lazy_gettext
from wtforms import IntegerField, PasswordField, StringField
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired, NumberRange, ValidationError

from dosar.language.text.message import Mistake
from dosar.mail.account import DEFAULT_HOUR, DEFAULT_PORTS, STARTTLS, TLS, MailAccount
from dosar.mail.addresses import LONGEST_ADDRESS, mail_address
from dosar.pages.input.forms import OneOf, OneOfMany, TranslatedForm, at_most, required_line, stripped

LONGEST_LINE = 250
LARGEST_PORT = 65_535
PORT_TEXT = lazy_gettext("Write the port, a number up to 65535.")


class AddressField(StringField):
    """One mail address, as servers know it."""

    def pre_validate(self, form: Any) -> None:
        """Refuse what is none."""
        try:
            self.data = mail_address(self.data or "")
        except Mistake as mistake:
            raise ValidationError(mistake.message.say(gettext)) from None


def address_field(label: Any, hint: Any = "") -> AddressField:
    """A mail address that must be written."""
    missing = InputRequired(lazy_gettext("Write one mail address, such as ana@exemplu.ro."))
    return AddressField(label, [missing, at_most(LONGEST_ADDRESS)], description=hint, filters=[stripped])


def _hours() -> list[SelectChoice]:
    return [SelectChoice(str(hour), f"{hour:02}:00") for hour in range(24)]


class MailAccountForm(TranslatedForm):
    """The account over which mails leave."""

    host = required_line(
        lazy_gettext("Server for outgoing mail"),
        lazy_gettext("Write the name of the server."),
        LONGEST_LINE,
        lazy_gettext("As the settings of the mailbox name it (SMTP), such as mail.exemplu.ro."),
    )
    security = OneOf(
        lazy_gettext("Encryption"),
        lazy_gettext("Choose how the connection is encrypted."),
        choices=[
            SelectChoice(STARTTLS, lazy_gettext("STARTTLS, usually with port 587")),
            SelectChoice(TLS, lazy_gettext("TLS, usually with port 465")),
        ],
        default=STARTTLS,
    )
    port = IntegerField(
        lazy_gettext("Port"),
        [InputRequired(PORT_TEXT), NumberRange(1, LARGEST_PORT, PORT_TEXT)],
        default=DEFAULT_PORTS[STARTTLS],
    )
    user = StringField(lazy_gettext("User name there"), [at_most(LONGEST_LINE)], filters=[stripped])
    secret = PasswordField(
        lazy_gettext("Password there"),
        [at_most(LONGEST_LINE)],
        description=lazy_gettext("Best one made for Dosar alone (app password): it can be taken away by itself."),
    )
    sender = address_field(
        lazy_gettext("Address the mails come from"),
        lazy_gettext("Usually that of the mailbox itself. It should not tell what the organisation does."),
    )
    hour = OneOfMany(
        lazy_gettext("Hour of the digests"),
        lazy_gettext("Choose an hour of the list."),
        choices=_hours,
        default=str(DEFAULT_HOUR),
        description=lazy_gettext("By the organisation's clock; later, if Dosar does not run at that hour."),
    )

    def account(self) -> MailAccount:
        """The account that was described, not kept yet."""
        return MailAccount(
            self.host.data,
            int(self.port.data or 0),
            self.security.data,
            self.sender.data or "",
            self.user.data or "",
            self.secret.data or "",
            int(self.hour.data),
        )

    def with_kept_secret(self) -> "MailAccountForm":
        """Say that the password stays that is kept, where none is typed."""
        self.secret.description = lazy_gettext("Empty: the one that is kept stays, as long as the server does.")
        return self


class TrialMailForm(TranslatedForm):
    """Where a mail goes on trial."""

    to = address_field(lazy_gettext("Send it to"))
