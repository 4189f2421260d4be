"""What small forms are made of, and those of accounts: sign-in, passwords, users.

A sheet is a form too, whose fields its questions give: :mod:`dosar.pages.rendering.sheet_form`.
"""

from datetime import date
from typing import Any

from flask import request
from flask_babel import gettext, lazy_gettext
from flask_wtf import FlaskForm
from wtforms import (
    Field,
    HiddenField,
    PasswordField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, StopValidation, ValidationError

from dosar.access.audit.audit_term import MOST_YEARS
from dosar.access.i18n.language_names import LANGUAGE_NAMES
from dosar.access.i18n.languages import (
    request_language,
    request_reading,
    request_wording,
    wording_countries,
    wtforms_translations,
)
from dosar.access.organisation.time_zones import time_zone_names
from dosar.database.audit_pruning import LEAST_YEARS
from dosar.fields.formats.days import read_day
from dosar.language.text.locales import locale_of
from dosar.language.text.message import Mistake

LONGEST_REASON = 500


class TranslatedForm(FlaskForm):
    """A form whose built-in messages are read from disk once, and that takes nothing but the boxes of a page."""

    class Meta(FlaskForm.Meta):
        def wrap_formdata(self, form: Any, formdata: Any) -> Any:
            """The boxes of a post, were there none; Flask-WTF would look for JSON in their place, and take a file for
            the text of a box."""
            if formdata is None or hasattr(formdata, "getlist"):
                return formdata
            return request.form if form.is_submitted() else None

        def get_translations(self, form: Any) -> Any:
            return wtforms_translations(request_language())

    @property
    def status(self) -> int:
        """The status of the page that shows this form: 422 where something in it has to be mended."""
        return 422 if self.errors else 200


def stripped(text: str | None) -> str | None:
    """The text without blanks around it."""
    return text.strip() if text else text


def at_most(most: int) -> Length:
    """Refuses a longer text."""
    return Length(max=most, message=lazy_gettext("Write at most %(most)s characters.", most=most))


def required_line(label: Any, missing: Any, most: int = 64, hint: Any = "") -> Field:
    """A line that must be filled in; ``missing`` says what to write."""
    return StringField(label, [DataRequired(missing), at_most(most)], description=hint, filters=[stripped])


class _Chosen:
    """Says in our own words what to choose, where nothing was chosen or nothing that is offered."""

    def __init__(self, label: Any, missing: Any, **options: Any) -> None:
        super().__init__(label, **options)  # type: ignore[call-arg]
        self._missing = missing

    def pre_validate(self, form: Any) -> None:
        """Refuse what is not offered."""
        try:
            super().pre_validate(form)  # type: ignore[misc]
        except ValidationError:
            raise StopValidation(self._missing) from None


class OneOf(_Chosen, RadioField):
    """One of a few, all of which are seen; ``missing`` says what to choose."""


class OneOfMany(_Chosen, SelectField):
    """One of a list; ``missing`` says what to choose."""


class DayField(StringField):
    """A day, as people write days; ``day`` is the one that was read, if any was typed."""

    day: date | None = None

    def pre_validate(self, form: Any) -> None:
        """Read the day in the words of the sheets."""
        if self.data:
            try:
                self.day = read_day(self.data, request_reading().today)
            except Mistake as mistake:
                raise ValidationError(mistake.message.say(gettext)) from None


def reason_field(label: Any) -> Field:
    """The words without which something is not done; whether there must be any, those say who do it."""
    return TextAreaField(label, [at_most(LONGEST_REASON)], filters=[stripped])


def new_password_fields() -> tuple[Field, Field]:
    """A new password, twice; whether it is good enough is said by dosar.access.login.passwords."""
    return (
        PasswordField(
            lazy_gettext("New password"),
            [InputRequired(lazy_gettext("Choose a password."))],
            description=lazy_gettext(
                "At least 14 characters; four words that have nothing to do with one another are easy to remember."
            ),
        ),
        PasswordField(
            lazy_gettext("Confirm password"), [InputRequired(lazy_gettext("Type the password a second time."))]
        ),
    )


LONGEST_SEARCH = 200


class SearchForm(TranslatedForm):
    """The words somebody searches for: posted, since they may be a name, which no address holds."""

    search = StringField(filters=[lambda words: (words or "").strip()[:LONGEST_SEARCH]])


def searched_words() -> str:
    """The words that were posted; none before anybody searched."""
    return str(SearchForm().search.data)


class SignInForm(TranslatedForm):
    """Who are you?"""

    user_name = required_line(lazy_gettext("User name"), lazy_gettext("Write your user name."), most=128)
    password = PasswordField(lazy_gettext("Password"), [InputRequired(lazy_gettext("Write your password."))])


class PassphraseForm(TranslatedForm):
    """A passphrase of the data, and the one it takes the place of."""

    current = PasswordField(
        lazy_gettext("The passphrase that it replaces"),
        description=lazy_gettext("Leave it empty to add one more passphrase, for a second person."),
    )
    password, again = (
        PasswordField(
            lazy_gettext("New passphrase"),
            [InputRequired(lazy_gettext("Choose a passphrase."))],
            description=lazy_gettext(
                "At least 14 characters; four words that have nothing to do with one another. It is nobody's own "
                "password: whoever opens the office in the morning types it."
            ),
        ),
        PasswordField(
            lazy_gettext("Confirm passphrase"), [InputRequired(lazy_gettext("Type the passphrase a second time."))]
        ),
    )


class CardGroupsForm(TranslatedForm):
    """Two groups of the card, from the paper."""

    first = StringField(validators=[at_most(16)], filters=[stripped])
    second = StringField(validators=[at_most(16)], filters=[stripped])


LONGEST_CODE = 64


class CodeForm(TranslatedForm):
    """The code that goes with a password: of the telephone, or of the paper."""

    code = StringField(lazy_gettext("Code from the telephone"), [at_most(LONGEST_CODE)], filters=[stripped])
    recovery = StringField(lazy_gettext("Recovery code"), [at_most(LONGEST_CODE)], filters=[stripped])

    @property
    def typed(self) -> str:
        """The code, in whichever box it stands."""
        return self.code.data or self.recovery.data or ""


class PasskeyForm(TranslatedForm):
    """A passkey that is being added."""

    name = StringField(
        lazy_gettext("What you call it"),
        [
            InputRequired(lazy_gettext("Write a name by which you know it again, such as USB key.")),
            at_most(LONGEST_CODE),
        ],
        filters=[stripped],
        description=lazy_gettext("For example: my telephone, blue USB key."),
    )


class FirstCodeForm(TranslatedForm):
    """The code with which a first telephone is connected."""

    code = StringField(
        lazy_gettext("Code from the administrator"),
        [InputRequired(lazy_gettext("Write the code that an administrator gave you.")), at_most(LONGEST_CODE)],
        filters=[stripped],
    )


class NewPasswordForm(TranslatedForm):
    """Choosing a password."""

    password, again = new_password_fields()


class ChangePasswordForm(TranslatedForm):
    """Choosing another password."""

    current = PasswordField(
        lazy_gettext("Old password"), [InputRequired(lazy_gettext("Write the password you use now."))]
    )
    password, again = new_password_fields()


USER_NAME_HINT = lazy_gettext("Small letters without diacritics, digits, dots; it cannot be changed later.")


def _country_label(country: str) -> str:
    called: str = locale_of(request_wording()).territories.get(country, country)
    return called


class OrganisationForm(TranslatedForm):
    """The organisation."""

    organisation = required_line(
        lazy_gettext("Name of the organisation"), lazy_gettext("Write the name of the organisation."), most=200
    )
    language = OneOf(
        lazy_gettext("Language of the organisation"),
        lazy_gettext("Choose a language."),
        choices=[SelectChoice(code, name) for code, name in LANGUAGE_NAMES.items()],
        description=lazy_gettext("The sign-in page is in this language; everybody chooses her own on her profile."),
    )
    country = OneOf(
        lazy_gettext("Country"),
        lazy_gettext("Choose a country."),
        choices=lambda: [SelectChoice(code, _country_label(code)) for code in wording_countries()],
        default=lambda: wording_countries()[0],
        description=lazy_gettext("The forms are worded as in this country."),
    )
    time_zone = OneOfMany(
        lazy_gettext("Time zone"),
        lazy_gettext("Choose a time zone of the list."),
        choices=lambda: [("", lazy_gettext("That of the country chosen above")), *time_zone_names()],
        description=lazy_gettext("Times and the day that is today are those of this zone."),
        default="",
    )


YEARS_OFFERED = [SelectChoice(str(years), str(years)) for years in range(LEAST_YEARS, MOST_YEARS + 1)]


class AuditYearsForm(TranslatedForm):
    """For how long the audit log is kept."""

    years = OneOfMany(
        lazy_gettext("Years for which the audit log is kept"),
        lazy_gettext("Choose a number of the list."),
        choices=YEARS_OFFERED,
        description=lazy_gettext(
            "No law says how long; %(least)s is the least here: who was harmed by what somebody read has three years "
            "from the day she learns of it, and may learn of it late. The log holds no names of persons. Fewer years "
            "than now count once somebody who watches over the audit log has confirmed them.",
            least=LEAST_YEARS,
        ),
    )


class AskedYearsForm(TranslatedForm):
    """The number that the second person has read."""

    years = OneOfMany("", lazy_gettext("Choose a number of the list."), choices=YEARS_OFFERED)


class OrganisationSettingsForm(OrganisationForm):
    """The same on its own page, with what the register of processing says of it."""

    contact = StringField(
        lazy_gettext("Address and contact"),
        [at_most(300)],
        description=lazy_gettext("For the register of processing (GDPR art. 30): address, telephone, e-mail."),
        filters=[stripped],
    )
    data_protection = StringField(
        lazy_gettext("Whom to ask about data"),
        [at_most(300)],
        description=lazy_gettext("The data protection officer, or whoever answers persons: how she is reached."),
        filters=[stripped],
    )
    processors = StringField(
        lazy_gettext("Who works on the data for you"),
        [at_most(600)],
        description=lazy_gettext(
            "Hosting, repair, accounting (GDPR art. 28): who, and the day of the agreement. “Nobody” is an answer."
        ),
        filters=[stripped],
    )


class SetUpForm(OrganisationForm):
    """The organisation and its first administrator."""

    code = required_line(
        lazy_gettext("Code of the set-up"),
        lazy_gettext("Write the code."),
        hint=lazy_gettext("It stands in the window in which Dosar was started, or in the log of the service."),
    )

    last_name = required_line(lazy_gettext("Last name"), lazy_gettext("Write the last name."))
    first_name = required_line(lazy_gettext("First name"), lazy_gettext("Write the first name."))
    user_name = required_line(lazy_gettext("User name"), lazy_gettext("Write a user name."), hint=USER_NAME_HINT)
    password, again = new_password_fields()


class UserForm(TranslatedForm):
    """What is written down of a user."""

    seen = HiddenField()
    last_name = required_line(lazy_gettext("Last name"), lazy_gettext("Write the last name."))
    first_name = required_line(lazy_gettext("First name"), lazy_gettext("Write the first name."))
    roles = SelectMultipleField(lazy_gettext("Roles"))
    teams = SelectMultipleField(
        lazy_gettext("Teams"),
        validate_choice=False,
        description=lazy_gettext("Roles with the scope of their team reach the cases of everybody in it."),
    )
    new_team = StringField(lazy_gettext("New team"), [Length(max=100)])
    since = DayField(lazy_gettext("Open from"), filters=[stripped])
    until = DayField(
        lazy_gettext("Last day"),
        filters=[stripped],
        description=lazy_gettext(
            "Empty, if there is no end. Outside these days the account opens nothing, also in a session that is open."
        ),
    )


class TeamDaysForm(TranslatedForm):
    """From when until when somebody is in a team of workers."""

    since = DayField(lazy_gettext("From"), filters=[stripped])
    until = DayField(lazy_gettext("Last day"), filters=[stripped])

    def of(self, team_id: int) -> "TeamDaysForm":
        """Among those of the other teams on the page."""
        self.since.id, self.until.id = f"since-{team_id}", f"until-{team_id}"
        return self


class NewUserForm(UserForm):
    """A user who was not there before."""

    user_name = required_line(lazy_gettext("User name"), lazy_gettext("Write a user name."), hint=USER_NAME_HINT)
