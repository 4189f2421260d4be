"""The page of the mail account: set up and tried, and what became of the mails."""

from datetime import timedelta
from typing import Any

from flask import Response, flash, redirect, render_template
from flask_babel import gettext

from dosar.access.appbuilder.view import PageView
from dosar.access.authorization import page_route, requires_page
from dosar.access.framework import User
from dosar.access.services import access_services
from dosar.database.audit.trail import add_event
from dosar.database.joint_reads import DeferredRead, known_result
from dosar.database.store_errors import StoreError
from dosar.language.text.message import Mistake
from dosar.mail.account import MailAccount, read_account, remove_account, save_account, with_kept_secret
from dosar.mail.queue import (
    GIVEN_UP,
    SENT,
    WAITING,
    QueuedMail,
    query_not_leaving,
    recent_mails,
    try_all_now,
)
from dosar.mail.smtp import MailWords, compose_mail, send_mail, try_account
from dosar.pages.blocks import HomeBlock, HomeEntry
from dosar.pages.context import PageContext
from dosar.pages.formatting import moment_text
from dosar.pages.mail.mail_forms import MailAccountForm, TrialMailForm

MAIL_ACCESS = requires_page("organisation")
MOST_SHOWN = 20
TOLD_FOR = timedelta(days=7)
"""So long the first page tells of mails that were given up."""
WORRYING_TRIES = 3
"""So often a mail that waits has to fail before anybody is told of it."""


class MailPage(PageView):
    """One account for the whole organisation."""

    @page_route("/mail", MAIL_ACCESS)
    def mail(self) -> Any:
        return _mail_page(_form_of_kept())

    @page_route("/mail", MAIL_ACCESS.with_recent_proof(), ("POST",))
    def save(self) -> Any:
        services, form = access_services(), _posted_form()
        if not form.validate():
            return _mail_page(form)
        try:
            account = with_kept_secret(services.session, form.account())
            services.session.remove()
            try_account(account)
        except (StoreError, Mistake) as trouble:
            return _mail_page(form, trouble.message.say(gettext))
        with services.store.writing() as session:
            save_account(session, account)
            try_all_now(session, services.clock())
        flash(gettext("The server took user and password; the account is kept. Send a test mail now."), "success")
        return redirect("/mail", 303)

    @page_route("/mail/test", MAIL_ACCESS.with_recent_proof(), ("POST",))
    def test(self) -> Any:
        services, form = access_services(), TrialMailForm()
        account = read_account(services.session)
        if account is None:
            flash(gettext("Set the account up first."), "warning")
            return redirect("/mail", 303)
        if not form.validate():
            return _mail_page(_form_of_kept(), test=form)
        services.session.remove()
        try:
            _send_test(account, form.to.data or "")
        except StoreError as trouble:
            return _mail_page(_form_of_kept(), trouble.message.say(gettext), form)
        with services.store.writing() as session:
            add_event(session, "mail_tested")
        flash(gettext("The server took the test mail. Look whether it came, also among unwanted mail."), "success")
        return redirect("/mail", 303)

    @page_route("/mail/remove", MAIL_ACCESS.with_recent_proof(), ("POST",))
    def remove(self) -> Any:
        with access_services().store.writing() as session:
            remove_account(session)
        flash(gettext("No mail leaves any more; what everybody chose is kept."), "success")
        return redirect("/mail", 303)


def query_mails_not_leaving(context: PageContext) -> DeferredRead[int]:
    """How many mails do not leave, for who looks after the account."""
    if "organisation" not in context.worker.pages:
        return known_result(0)
    return query_not_leaving(access_services().clock() - TOLD_FOR, WORRYING_TRIES)


def mail_block(count: int) -> HomeBlock | None:
    """What the first page tells who looks after the account: that mails do not leave."""
    if not count:
        return None
    text = gettext("Mails that do not leave: %(count)s. The page of the mail account says why.", count=count)
    return HomeBlock(gettext("Mail"), [HomeEntry(text, "/mail", is_warning=True)])


def _send_test(account: MailAccount, to: str) -> None:
    """Raises :class:`~dosar.mail.smtp_troubles.MailTrouble`."""
    text = gettext("This is the test mail of Dosar. Mails of this kind come from this address.")
    words = MailWords(gettext("Dosar: test mail"), f"{text}\n", f"<!doctype html><p>{text}</p>\n")
    moment = access_services().clock()
    send_mail(account, compose_mail(account, to, words, moment, f"test.{moment:%Y%m%d%H%M%S%f}"))


def _form_of_kept() -> MailAccountForm:
    """The form with what is kept, but the password."""
    kept = read_account(access_services().session)
    if kept is None:
        return MailAccountForm(formdata=None)
    names = ("host", "security", "port", "user", "sender")
    data = {**{name: getattr(kept, name) for name in names}, "hour": str(kept.hour)}
    return MailAccountForm(formdata=None, data=data).with_kept_secret()


def _posted_form() -> MailAccountForm:
    form = MailAccountForm()
    return form if read_account(access_services().session) is None else form.with_kept_secret()


def _mail_page(form: MailAccountForm, refused: str = "", test: TrialMailForm | None = None) -> Response:
    session = access_services().session
    page = render_template(
        "mail/mail.html",
        form=form,
        test=test or TrialMailForm(formdata=None),
        refused=refused,
        is_kept=read_account(session) is not None,
        waiting=[_line(mail) for mail in recent_mails(session, WAITING, MOST_SHOWN)],
        given_up=[_line(mail) for mail in recent_mails(session, GIVEN_UP, MOST_SHOWN)],
        last_sent=[moment_text(mail.ended) for mail in recent_mails(session, SENT, 1) if mail.ended],
    )
    is_wrong = refused or form.errors or (test is not None and test.errors)
    return Response(page, 422 if is_wrong else 200)


def _line(mail: QueuedMail) -> dict[str, str]:
    """Whose digest it is, when it was made, and why it did not leave."""
    user = access_services().session.get(User, mail.user_id)
    return {
        "who": f"{user.first_name} {user.last_name}" if user else "",
        "when": moment_text(mail.ended or mail.made),
        "next": moment_text(mail.next_try) if mail.tries else "",
        "why": mail.trouble.say(gettext) if mail.trouble else "",
    }
