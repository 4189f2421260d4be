"""What a worker has sent to herself: the digest by mail, and her calendar."""

from typing import Any

from flask import Response, flash, redirect, render_template, url_for
from flask_babel import gettext, lazy_gettext
from wtforms.fields import SelectChoice

from dosar.access.appbuilder.view import PageView
from dosar.access.authorization import SIGNED_IN_ACCESS, current_worker, page_route
from dosar.access.i18n.languages import request_wording
from dosar.access.login.login import throttle_secret
from dosar.access.services import access_services
from dosar.calendars.feed_address import end_feed, feed_of, make_feed
from dosar.database.store_errors import StoreError
from dosar.language.text.locales import locale_of
from dosar.language.text.message import Mistake
from dosar.mail.account import read_account
from dosar.mail.address_code import confirm_address, send_code
from dosar.mail.digest_choice import DAILY, NEVER, WEEKLY, read_choice, save_choice
from dosar.pages.formatting import day_text, moment_text
from dosar.pages.input.forms import OneOf, OneOfMany, TranslatedForm, required_line
from dosar.pages.mail.mail_forms import AddressField, address_field

LONGEST_CODE = 20


def _weekdays() -> list[SelectChoice]:
    names = locale_of(request_wording()).days["stand-alone"]["wide"]
    return [SelectChoice(str(day), names[day]) for day in range(7)]


class DigestForm(TranslatedForm):
    """How often, and where to."""

    rhythm = OneOf(
        lazy_gettext("What is due, by mail"),
        lazy_gettext("Choose how often."),
        choices=[
            SelectChoice(NEVER, lazy_gettext("Never")),
            SelectChoice(DAILY, lazy_gettext("Each morning, if anything is due")),
            SelectChoice(WEEKLY, lazy_gettext("Once a week, if anything is due")),
        ],
        default=NEVER,
    )
    weekday = OneOfMany(
        lazy_gettext("On this day, once a week"), lazy_gettext("Choose a day."), choices=_weekdays, default="0"
    )
    address: AddressField = address_field(
        lazy_gettext("Mail address"),
        lazy_gettext("Codes of cases, what is due and the day go there, never a name. Best a mailbox of your work."),
    )

    def validate(self, extra_validators: Any = None) -> bool:
        """Who wants nothing needs no address."""
        if self.rhythm.data == NEVER:
            del self.address
        return bool(super().validate(extra_validators))  # type: ignore[no-untyped-call]


class CodeForm(TranslatedForm):
    """The code that was mailed to her address."""

    code = required_line(
        lazy_gettext("Code from the mail"), lazy_gettext("Write the six digits of the mail."), LONGEST_CODE
    )


class MyMailPage(PageView):
    """What leaves Dosar for her alone."""

    @page_route("/profile/mail", SIGNED_IN_ACCESS)
    def mail(self) -> Any:
        return _page()

    @page_route("/profile/mail", SIGNED_IN_ACCESS.with_recent_proof(), ("POST",))
    def choose(self) -> Any:
        services, form, user_id = access_services(), DigestForm(), current_worker().id
        if not form.validate():
            return _page(form)
        wanted = form.rhythm.data != NEVER
        address = (form.address.data or "") if wanted else ""
        with services.store.writing() as session:
            before = read_choice(session, user_id)
            chosen = before.changed(address, form.rhythm.data, int(form.weekday.data))
            save_choice(session, chosen)
        flash(gettext("Saved."), "success")
        if wanted and chosen.confirmed is None and chosen.code is None:
            _send_code()
        return redirect("/profile/mail", 303)

    @page_route("/profile/mail/code", SIGNED_IN_ACCESS, ("POST",))
    def confirm(self) -> Any:
        """The code came back: the address is hers."""
        form = CodeForm()
        if not form.validate():
            return _page(code=form)
        try:
            confirm_address(access_services(), throttle_secret(), current_worker().id, form.code.data or "")
        except Mistake as mistake:
            form.code.errors = (mistake.message.say(gettext),)
            return _page(code=form)
        flash(gettext("The address is confirmed: what is due comes there from now on."), "success")
        return redirect("/profile/mail", 303)

    @page_route("/profile/mail/code/send", SIGNED_IN_ACCESS, ("POST",))
    def send_code(self) -> Any:
        """Another one, after a wait."""
        _send_code()
        return redirect("/profile/mail", 303)

    @page_route("/profile/calendar", SIGNED_IN_ACCESS.with_recent_proof(), ("POST",))
    def make_calendar(self) -> Any:
        services = access_services()
        with services.store.writing() as session:
            word = make_feed(session, current_worker().id, services.clock())
        return _page(address=url_for("CalendarPage.calendar", word=word, _external=True))

    @page_route("/profile/calendar/end", SIGNED_IN_ACCESS, ("POST",))
    def end_calendar(self) -> Any:
        with access_services().store.writing() as session:
            end_feed(session, current_worker().id)
        told = gettext(
            "The address of your calendar opens nothing any more. "
            "Delete the calendar in your program too: it keeps what it has read."
        )
        flash(told, "success")
        return redirect("/profile/mail", 303)


def _send_code() -> None:
    """Mail her the code, and say on the next page what came of it."""
    services = access_services()
    account = read_account(services.session)
    if account is None:
        return
    try:
        send_code(services, throttle_secret(), current_worker(), account)
    except (StoreError, Mistake) as trouble:
        flash(trouble.message.say(gettext), "warning")
    else:
        flash(gettext("A code was mailed to the address. Type it here; look also among unwanted mail."), "success")


def _page(form: DigestForm | None = None, address: str = "", code: CodeForm | None = None) -> Response:
    session, user_id = access_services().session, current_worker().id
    choice, feed = read_choice(session, user_id), feed_of(session, user_id)
    kept = {"rhythm": choice.rhythm, "weekday": str(choice.weekday), "address": choice.address}
    page = render_template(
        "mail/my_mail.html",
        form=form or DigestForm(formdata=None, data=kept),
        code=code or CodeForm(formdata=None),
        unconfirmed=choice.address if choice.confirmed is None else "",
        has_code=choice.code is not None,
        has_account=read_account(session) is not None,
        address=address,
        made=moment_text(feed.made) if feed else "",
        read=day_text(feed.read.date()) if feed and feed.read else "",
    )
    return Response(page, 422 if code is not None else form.status if form else 200)
