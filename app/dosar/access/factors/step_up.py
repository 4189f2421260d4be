"""Step-up: who exports or changes accounts has proved within the last minutes who she is, by password,
code or passkey.

Routes declare it (``with_recent_proof``, ``with_recent_second_factor``). What was posted waits nowhere: the page that
asks sends it all once more, with the proof beside it.
"""

from datetime import datetime, timedelta

from flask import Flask, current_app, request, session
from sqlalchemy import update
from werkzeug.exceptions import Forbidden

from dosar.access.authorization import current_worker
from dosar.access.factors.passkeys import PROOF, passkeys_of, use_passkey
from dosar.access.factors.second_factor import check_code, second_factor_of
from dosar.access.login.login import confirm_password
from dosar.access.login.one_time_codes import is_telephone_code
from dosar.access.login.passkey_site import passkey_site
from dosar.access.login.throttle import CODE_LIMIT, Guess, TooManyTries
from dosar.access.services import AccessServices, access_services
from dosar.access.tables import session_table
from dosar.language.text.message import Message, Mistake

PROOF_LIFETIME = timedelta(minutes=5)
PROOF_BOX = "_proof"
"""The box in which the password or the code comes along."""
PASSKEY_PROOF_BOX = "_passkey"
"""The box for what her passkey says."""
SECOND_FACTOR_KEY = "second_factor"
"""Where her session keeps when she last gave a code or used a passkey."""


class ProofNeeded(Forbidden):
    """Who she is has to be proved first; ``mistake`` says why what she wrote is no proof.

    ``by_code``: by code or passkey; the password is not enough.
    """

    def __init__(self, mistake: Message | None = None, by_code: bool = False) -> None:
        super().__init__()
        self.mistake = mistake
        self.by_code = by_code


def install_step_up(app: Flask) -> None:
    """Ask on every route that says so, after all other checks."""
    app.before_request(_require_recent_proof)


def _require_recent_proof() -> None:
    access = getattr(current_app.view_functions.get(request.endpoint or ""), "route_access", None)
    services = access_services()
    if access is None or not access.needs_proof or request.method != "POST":
        return
    if services.is_demo():
        return
    by_code = access.needs_second_factor and _has_second_factor(services, current_worker().id)
    if _is_recent(services, _last_second_factor() if by_code else session.row.confirmed):  # type: ignore[attr-defined]
        return
    try:
        _check_sent(services, by_code)
    except TooManyTries as closed:
        waits = Message("Too many did not fit; wait %(minutes)s min.", {"minutes": closed.minutes})
        raise ProofNeeded(waits, by_code) from None
    except Mistake as mistake:
        raise ProofNeeded(mistake.message, by_code) from None
    with services.store.writing() as database:
        hers = session_table.c.id == _session_id()
        database.execute(update(session_table).where(hers).values(confirmed=services.clock()))


def note_second_factor(services: AccessServices) -> None:
    """She has just given a code or used a passkey."""
    session[SECOND_FACTOR_KEY] = services.clock().isoformat()


def _last_second_factor() -> datetime | None:
    kept = session.get(SECOND_FACTOR_KEY)
    return datetime.fromisoformat(kept) if kept else None


def _has_second_factor(services: AccessServices, user_id: int) -> bool:
    return second_factor_of(services, user_id) is not None or bool(passkeys_of(services, user_id))


def _is_recent(services: AccessServices, proved: datetime | None) -> bool:
    return proved is not None and timedelta() <= services.clock() - proved < PROOF_LIFETIME


def _check_sent(services: AccessServices, by_code: bool) -> None:
    """Check what came along. Her session is a device that is known: others who guess at her account do not keep her
    from her work. Raises :class:`ProofNeeded`, :class:`Mistake` and
    :class:`~dosar.access.login.throttle.TooManyTries`."""
    typed, passkey = request.form.get(PROOF_BOX, "")[:1024], request.form.get(PASSKEY_PROOF_BOX, "")
    if passkey:
        _check_passkey(services, passkey, by_code)
    elif not typed:
        raise ProofNeeded(by_code=by_code)
    elif not by_code and not is_telephone_code(typed):
        confirm_password(services, current_worker().user_name, typed, _session_id())
        return
    elif not check_code(services, current_worker().id, typed, _session_id()):
        if by_code:
            raise Mistake("This code does not fit, or was used already; wait for the next one.")
        raise Mistake("This code does not fit, or was used already; wait for the next one, or write your password.")
    note_second_factor(services)


def _check_passkey(services: AccessServices, answer: str, by_code: bool) -> None:
    worker, site = current_worker(), passkey_site()
    if site is None:
        raise ProofNeeded(by_code=by_code)
    guess = Guess(str(worker.id), device=_session_id(), limit=CODE_LIMIT)
    use_passkey(services, site, PROOF, answer, guess, worker.id)


def _session_id() -> str:
    found: str = session.row.id  # type: ignore[attr-defined]
    return found
