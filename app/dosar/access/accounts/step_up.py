"""Step-up: who exports or changes accounts has proved within the last minutes who she is, by password,
code or passkey.

Routes declare it (``with_recent_proof``). What was posted waits nowhere: the page that asks sends it all once more,
with the proof beside it.
"""

from datetime import timedelta

from flask import Flask, current_app, request, session
from sqlalchemy import update
from werkzeug.exceptions import Forbidden

from dosar.access.accounts.passkeys import PROOF, use_passkey
from dosar.access.accounts.second_factor import check_code
from dosar.access.authorization import current_worker
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


class ProofNeeded(Forbidden):
    """Who she is has to be proved first; ``mistake`` says why what she wrote is no proof."""

    def __init__(self, mistake: Message | None = None) -> None:
        super().__init__()
        self.mistake = mistake


def install_step_up(app: Flask) -> None:
    """Ask on every route that says so, after all other checks."""
    app.before_request(_require_recent_proof)


def _require_recent_proof() -> None:
    access = getattr(current_app.view_functions.get(request.endpoint or ""), "route_access", None)
    services = access_services()
    if access is None or not access.needs_proof or request.method != "POST":
        return
    if services.is_demo() or _has_recent_proof(services):
        return
    typed, passkey = request.form.get(PROOF_BOX, ""), request.form.get(PASSKEY_PROOF_BOX, "")
    if passkey:
        _check_passkey(services, passkey)
    elif typed:
        _check_proof(services, typed[:1024])
    else:
        raise ProofNeeded
    with services.store.writing() as database:
        hers = session_table.c.id == _session_id()
        database.execute(update(session_table).where(hers).values(confirmed=services.clock()))


def _has_recent_proof(services: AccessServices) -> bool:
    proved = session.row.confirmed  # type: ignore[attr-defined]
    return proved is not None and timedelta() <= services.clock() - proved < PROOF_LIFETIME


def _check_proof(services: AccessServices, typed: str) -> None:
    """Her session is a device that is known: others who guess at her account do not keep her from her work."""
    worker = current_worker()
    try:
        if not is_telephone_code(typed):
            confirm_password(services, worker.user_name, typed, _session_id())
        elif not check_code(services, worker.id, typed, _session_id()):
            raise Mistake("This code does not fit, or was used already; wait for the next one, or write your password.")
    except TooManyTries as closed:
        raise ProofNeeded(Message("Too many did not fit; wait %(minutes)s min.", {"minutes": closed.minutes})) from None
    except Mistake as mistake:
        raise ProofNeeded(mistake.message) from None


def _check_passkey(services: AccessServices, answer: str) -> None:
    worker, site = current_worker(), passkey_site()
    if site is None:
        raise ProofNeeded
    guess = Guess(str(worker.id), device=_session_id(), limit=CODE_LIMIT)
    try:
        use_passkey(services, site, PROOF, answer, guess, worker.id)
    except TooManyTries as closed:
        raise ProofNeeded(Message("Too many did not fit; wait %(minutes)s min.", {"minutes": closed.minutes})) from None
    except Mistake as mistake:
        raise ProofNeeded(mistake.message) from None


def _session_id() -> str:
    found: str = session.row.id  # type: ignore[attr-defined]
    return found
