"""Digests are put into the queue when their hour has come, and mails of the queue are sent: each by one program once,
and each under the scope that its reader has at that moment."""

from dataclasses import dataclass

from dosar.access.i18n.language_names import DEFAULT_LANGUAGE
from dosar.access.i18n.languages import worded_language
from dosar.access.organisation.time_zones import local_time
from dosar.access.services import AccessServices
from dosar.access.worker import Worker, worker_for
from dosar.database.audit.chain import ACCOUNT_OBJECT
from dosar.database.audit.trail import add_event
from dosar.language.text.message import Mistake
from dosar.mail.account import MailAccount, read_account
from dosar.mail.digest import last_day_told, write_digest
from dosar.mail.digest_choice import NEVER, DigestChoice, claim_day, due_day, read_choice, read_choices
from dosar.mail.queue import (
    QueuedMail,
    claim_mail,
    drop_mail,
    give_up_old,
    note_failed,
    note_sent,
    pause_after,
    postpone_others,
    queue_mail,
)
from dosar.mail.smtp import MailWords, compose_mail, send_mail
from dosar.mail.smtp_troubles import MailTrouble
from dosar.overview.reminders import find_reminders
from dosar.records.repository import Repository
from dosar.records.scope.row_scope import acting_as


@dataclass(frozen=True)
class Delivered:
    """What came of one look."""

    sent: int = 0
    failed: int = 0
    trouble: MailTrouble | None = None
    """Why the last one did not leave."""


@dataclass
class MailDelivery:
    """Whoever sends the mails of an organisation, in one program."""

    services: AccessServices
    repository: Repository

    def look(self) -> Delivered:
        """Do what is due now; nothing without an account, nor once the data are locked."""
        session = self.services.session
        if self.services.store.closed.is_set():
            return Delivered()
        try:
            account = read_account(session)
            if account is None:
                return Delivered()
            self._queue_due(account)
            return self._send_waiting(account)
        finally:
            session.remove()

    def _queue_due(self, account: MailAccount) -> None:
        moment = self.services.clock()
        now = local_time(moment, self.services.organisation().zone)
        choices = read_choices(self.services.session)
        due = [(choice, day) for choice in choices if (day := due_day(choice, now, account.hour)) is not None]
        for choice, day in due:
            with self.services.store.writing() as session:
                if claim_day(session, choice.user_id, day, now.date()):
                    queue_mail(session, choice.user_id, moment)

    def _send_waiting(self, account: MailAccount) -> Delivered:
        sent = failed = 0
        last = None
        while (mail := self._claimed()) is not None:
            words, choice = self._words_of(mail)
            if words is None:
                self._drop(mail)
                continue
            trouble = self._send(account, mail, choice.address, words)
            sent, failed, last = sent + (trouble is None), failed + (trouble is not None), trouble or last
            if trouble is not None and not trouble.is_of_address:
                break
        return Delivered(sent, failed, last)

    def _words_of(self, mail: QueuedMail) -> tuple[MailWords | None, DigestChoice]:
        """What the mail says now, and where it goes; nothing is held open while a server is waited for."""
        session = self.services.session
        try:
            choice = read_choice(session, mail.user_id)
            self.repository.reckon_deadlines(self.services.today())  # where Dosar did not run since yesterday
            return digest_words(self.services, self.repository, choice), choice
        finally:
            session.remove()

    def _drop(self, mail: QueuedMail) -> None:
        with self.services.store.writing() as session:
            drop_mail(session, mail.id)

    def _claimed(self) -> QueuedMail | None:
        moment = self.services.clock()
        with self.services.store.writing() as session:
            give_up_old(session, moment)
            return claim_mail(session, moment)

    def _send(self, account: MailAccount, mail: QueuedMail, to: str, words: MailWords) -> MailTrouble | None:
        """Hand it over, and note what came of it."""
        trouble = None
        try:
            send_mail(account, compose_mail(account, to, words, self.services.clock(), _number(mail)))
        except MailTrouble as refused:
            trouble = refused
        moment = self.services.clock()
        with self.services.store.writing() as session:
            if trouble is None:
                note_sent(session, mail.id, moment)
                add_event(session, "digest_sent", objects={ACCOUNT_OBJECT: [mail.user_id]})
            else:
                note_failed(session, mail, moment, trouble.message)
                if not trouble.is_of_address:
                    postpone_others(session, moment, moment + pause_after(mail.tries + 1))
        return trouble


def digest_words(services: AccessServices, repository: Repository, choice: DigestChoice) -> MailWords | None:
    """What this worker's digest says now, by what she may know at this moment; nothing where nothing is due, where she
    wants none or her address is not confirmed, or where her account is closed."""
    try:
        worker = worker_for(services, choice.user_id)
    except Mistake:
        return None
    if choice.rhythm == NEVER or choice.confirmed is None:
        return None
    today, language = services.today(), language_of(services, worker)
    with acting_as(worker.scope):
        found = find_reminders(repository, last_day_told(choice.rhythm, today), language)
    return write_digest(found, today, language) if found else None


def language_of(services: AccessServices, worker: Worker) -> str:
    """The language in which she is written to, as her country speaks it."""
    organisation = services.organisation()
    return worded_language(worker.language or organisation.language or DEFAULT_LANGUAGE, organisation.country)


def _number(mail: QueuedMail) -> str:
    """The same for every try, so that a mailbox shows a mail once that was handed over twice."""
    return f"{mail.id}.{mail.made:%Y%m%d%H%M%S}"
