"""A code to a mail address before anything else goes there: only who reads that mailbox can type it back."""

import hmac
from datetime import datetime, timedelta
from html import escape
from secrets import randbelow
from typing import Any

from sqlalchemy import update

from dosar.access.login.throttle import CODE_LIMIT, MAIL_CODE_LIMIT, Guess, TooManyTries, count_try, forget_tries
from dosar.access.services import AccessServices
from dosar.access.tables import digest_choice_table
from dosar.access.worker import Worker
from dosar.database.audit.chain import ACCOUNT_OBJECT
from dosar.database.audit.trail import add_event
from dosar.database.system_tables import CLOCK_MAY_GO_BACK
from dosar.language.text.message import Mistake, msgid
from dosar.language.text.translations import translated_word
from dosar.mail.account import MailAccount
from dosar.mail.delivery import language_of
from dosar.mail.digest_choice import NEVER, DigestChoice, read_choice
from dosar.mail.smtp import MailWords, compose_mail, send_mail

CODE_DIGITS = 6
CODE_HOLDS = timedelta(minutes=30)
SUBJECT = msgid("Dosar: is this mailbox yours?")
CODE_TEXT = msgid(
    "The code is %(code)s. Type it within half an hour on the page “My mail and calendar” in Dosar: then what is due "
    "comes to this address."
)
UNASKED = msgid("If you did not ask for it, do nothing: without the code no other mail is sent here.")


def send_code(services: AccessServices, secret: str, worker: Worker, account: MailAccount) -> None:
    """Mail a new code to the address that the worker chose; the one before it opens nothing any more.

    ``secret`` keys what is counted. Raises :class:`Mistake` where she has to wait before another one, or where there is
    nothing to confirm, and :class:`~dosar.mail.smtp_troubles.MailTrouble`.
    """
    code, moment = f"{randbelow(10**CODE_DIGITS):0{CODE_DIGITS}}", services.clock()
    try:
        with services.store.writing() as session:
            choice = read_choice(session, worker.id)
            if choice.rhythm == NEVER or choice.confirmed is not None:
                raise Mistake("There is no address that waits for a code.")
            count_try(services, secret, Guess(f"mail code to {worker.id}", limit=MAIL_CODE_LIMIT))
            _keep(session, worker.id, code=code, code_until=moment + CODE_HOLDS)
            add_event(session, "mail_code_sent", objects={ACCOUNT_OBJECT: [worker.id]})
    except TooManyTries as closed:
        raise Mistake("Wait %(minutes)s min before another code is sent.", minutes=closed.minutes) from None
    number = f"code.{worker.id}.{moment:%Y%m%d%H%M%S%f}"
    words = code_words(code, language_of(services, worker))
    services.session.remove()
    send_mail(account, compose_mail(account, choice.address, words, moment, number))


def confirm_address(services: AccessServices, secret: str, user_id: int, typed: str) -> None:
    """The worker typed the code that came to her address: from now on her digests go there.

    Raises :class:`Mistake` for another code, one that is too old, and after too many that did not fit.
    """
    guess, moment = Guess(f"mail code of {user_id}", limit=CODE_LIMIT), services.clock()
    try:
        with services.store.writing() as session:
            counted = count_try(services, secret, guess)
            is_right = _fits(read_choice(session, user_id), typed, moment)
            if is_right:
                _keep(session, user_id, confirmed=moment, code=None, code_until=None)
                forget_tries(services, secret, guess, counted)
                add_event(session, "mail_address_confirmed", objects={ACCOUNT_OBJECT: [user_id]})
    except TooManyTries as closed:
        raise Mistake("Too many did not fit; wait %(minutes)s min.", minutes=closed.minutes) from None
    if not is_right:
        raise Mistake("This is not the code, or it is older than half an hour. Look at the newest mail.")


def code_words(code: str, language: str) -> MailWords:
    """The mail with the code: nobody's name, and nothing of what the mailbox is for."""
    said = translated_word(CODE_TEXT, language) % {"code": code}, translated_word(UNASKED, language)
    page = "".join(f"<p>{escape(line)}</p>" for line in said)
    head = f'<!doctype html><html lang="{escape(language)}"><meta charset="utf-8">'
    html = f"{head}<body>{page}</body></html>\n"
    return MailWords(translated_word(SUBJECT, language), "\n\n".join(said) + "\n", html)


def _fits(choice: DigestChoice, typed: str, moment: datetime) -> bool:
    until, digits = choice.code_until, "".join(letter for letter in typed if letter.isdecimal())
    if choice.code is None or until is None or not moment < until <= moment + CODE_HOLDS + CLOCK_MAY_GO_BACK:
        return False
    return hmac.compare_digest(choice.code.encode(), digits.encode())


def _keep(session: Any, user_id: int, **values: Any) -> None:
    session.execute(update(digest_choice_table).where(digest_choice_table.c.user_id == user_id).values(values))
