"""Passkeys: a key that a computer, a telephone or a USB key keeps for one account and one address of Dosar.

Who uses one has it, and where it checked her finger, face or PIN, it stands for password and code together. Its public
key is sealed and bound to account and credential: whoever writes into the database lets nobody in. The library
``webauthn`` (an extra) reads and checks what authenticators say (W3C Web Authentication, level 3).
"""

import hmac
import json
from base64 import b64decode, b64encode
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from cryptography.exceptions import InvalidTag
from flask import current_app, session
from flask_wtf.csrf import generate_csrf
from sqlalchemy import delete, func, insert, select, update

from dosar.access.audit.account_log import log_account_change
from dosar.access.login.login import throttle_secret
from dosar.access.login.passkey_site import PasskeySite, passkey_site
from dosar.access.login.throttle import Guess, count_try, forget_tries
from dosar.access.services import AccessServices
from dosar.access.tables import passkey_table, user_table
from dosar.access.worker import Worker
from dosar.database.audit.chain import ACCOUNT_OBJECT
from dosar.database.audit.trail import add_event
from dosar.database.sealing.sealed_value import open_value, seal_value
from dosar.database.users import ON_DAY, is_open_on_day
from dosar.language.text.message import Mistake

MOST_PASSKEYS = 10
LONGEST_ANSWER = 16_000
"""What authenticators send has one or two thousand letters."""
LONGEST_NAME = 64
ADDING, SIGNING_IN, CODE, PROOF = "add", "sign-in", "code", "proof"
"""What a challenge is for; one does not do for another."""
key = passkey_table.c


@dataclass(frozen=True)
class Passkey:
    """A passkey as its owner sees it in her list."""

    id: str
    name: str
    added: datetime
    used: datetime | None


@dataclass(frozen=True)
class PasskeyProof:
    """Whose passkey it is, and whether the authenticator made sure that it is she: then it is both factors."""

    user_id: int
    passkey_id: str
    is_verified: bool


def passkeys_of(services: AccessServices, user_id: int) -> list[Passkey]:
    """Hers, the oldest first."""
    listed = select(key.id, key.name, key.added, key.used).where(key.user_id == user_id).order_by(key.added, key.id)
    return [Passkey(*row) for row in services.session.execute(listed)]


def adding_options(services: AccessServices, site: PasskeySite, user_id: int, user_name: str) -> str:
    """What the browser is asked to make a passkey with, as JSON."""
    from webauthn import generate_registration_options, options_to_json
    from webauthn.helpers.structs import (
        AuthenticatorSelectionCriteria,
        PublicKeyCredentialDescriptor,
        ResidentKeyRequirement,
        UserVerificationRequirement,
    )

    hers = services.session.scalars(select(key.credential).where(key.user_id == user_id))
    asked = generate_registration_options(
        rp_id=site.name,
        rp_name="Dosar",
        user_id=_user_handle(services, user_id),
        user_name=user_name,
        challenge=_new_challenge(services, ADDING),
        timeout=300_000,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.PREFERRED
        ),
        exclude_credentials=[PublicKeyCredentialDescriptor(id=b64decode(kept)) for kept in hers],
    )
    return options_to_json(asked)


def add_passkey(services: AccessServices, site: PasskeySite, user_id: int, name: str, answer: str) -> None:
    """Keep the passkey that the browser made. Raises :class:`Mistake`."""
    from webauthn import verify_registration_response

    made = _checked(
        lambda: verify_registration_response(
            credential=_bounded(answer),
            expected_challenge=_used_challenge(services, answer, ADDING),
            expected_rp_id=site.name,
            expected_origin=site.origin,
        )
    )
    if made is None:
        raise Mistake("No passkey came from the browser that fits; try again.")
    credential_id = _passkey_id(made.credential_id)
    with services.store.writing() as database:
        if database.scalar(select(func.count()).where(key.user_id == user_id)) >= MOST_PASSKEYS:
            raise Mistake("There are %(most)s passkeys already; remove one first.", most=MOST_PASSKEYS)
        if database.scalar(select(key.id).where(key.id == credential_id)) is not None:
            raise Mistake("This passkey is known already.")
        database.execute(
            insert(passkey_table).values(
                id=credential_id,
                user_id=user_id,
                credential=b64encode(made.credential_id).decode(),
                public_key=_sealed_key(services, user_id, credential_id, made.credential_public_key),
                sign_count=made.sign_count,
                name=name[:LONGEST_NAME],
                added=services.clock(),
            )
        )
        log_account_change(services, user_id, user_id, "passkey_added", {"passkey": ("", name[:LONGEST_NAME])})


def remove_passkey(services: AccessServices, user_id: int, passkey_id: str) -> None:
    """It opens nothing any more; nothing happens where it is not hers."""
    with services.store.writing() as database:
        hers = delete(passkey_table).where(key.id == passkey_id, key.user_id == user_id).returning(key.name)
        for name in database.scalars(hers).all():
            log_account_change(services, user_id, user_id, "passkey_removed", {"passkey": (name, "")})


def remove_all_passkeys(services: AccessServices, by: Worker | int | None, user_id: int) -> int:
    """None of hers opens anything any more; how many there were. Inside the caller's transaction."""
    names = services.session.scalars(delete(passkey_table).where(key.user_id == user_id).returning(key.name)).all()
    for name in names:
        log_account_change(services, by, user_id, "passkey_removed", {"passkey": (name, "")})
    return len(names)


def using_options(services: AccessServices, site: PasskeySite, purpose: str) -> str:
    """What the browser is asked to prove, as JSON: the same whoever asks, for it names no passkey."""
    from webauthn import generate_authentication_options, options_to_json
    from webauthn.helpers.structs import UserVerificationRequirement

    wanted = UserVerificationRequirement.REQUIRED if purpose == SIGNING_IN else UserVerificationRequirement.PREFERRED
    challenge = _new_challenge(services, purpose)
    asked = generate_authentication_options(
        rp_id=site.name, challenge=challenge, timeout=300_000, user_verification=wanted
    )
    return options_to_json(asked)


def passkey_question(services: AccessServices, purpose: str, user_id: int) -> str:
    """The same for one account; empty where no passkey of hers would do."""
    site = passkey_site()
    return using_options(services, site, purpose) if site and passkeys_of(services, user_id) else ""


def use_passkey(
    services: AccessServices, site: PasskeySite, purpose: str, answer: str, guess: Guess, owner: int | None = None
) -> PasskeyProof:
    """Whose passkey signed the challenge of this page; the challenge is used up either way.

    ``owner``: whose it has to be; another one's proves nothing and is a wrong try. A try is counted before it is
    checked. Raises :class:`Mistake` and :class:`~dosar.access.login.throttle.TooManyTries`.
    """
    with services.store.writing():
        counted = count_try(services, throttle_secret(), guess)
    found = _row_of(services, answer)
    proof = None if found is None else _proof(services, site, purpose, answer, found)
    if found is not None and owner not in (None, found.user_id):
        proof = None
    with services.store.writing() as database:
        if proof is None or not _note_use(services, found, proof.new_sign_count):
            accounts = sorted({whose for whose in (owner, found and found.user_id) if whose is not None})
            add_event(database, "passkey_failed", objects={ACCOUNT_OBJECT: accounts}, outcome="denied")
            proof = None
        else:
            forget_tries(services, throttle_secret(), guess, counted)
    if proof is None:
        raise Mistake("This passkey opens nothing here, or the page was open for too long; try again.")
    return PasskeyProof(found.user_id, found.id, proof.user_verified)


def passkey_named(services: AccessServices, answer: str) -> str:
    """The id of the passkey that this answer names; empty for one that opens no account."""
    found = _row_of(services, answer)
    return "" if found is None else str(found.id)


def passkeys_to_tell(services: AccessServices, user_id: int, came_by: str = "") -> list[str]:
    """The names of those that were added to the account and that its owner has not been told of.

    ``came_by``: the id of the passkey she came in with. Who comes in by one that nobody was told of may be the one who
    planted it: his being told counts for nothing, and it is told again.
    """
    untold = (key.user_id == user_id, key.told.is_(None))
    with services.store.writing() as database:
        found = database.execute(select(key.id, key.name).where(*untold).order_by(key.added, key.id)).all()
        if found and came_by not in {row.id for row in found}:
            database.execute(update(passkey_table).where(*untold).values(told=services.clock()))
    return [row.name for row in found]


def _row_of(services: AccessServices, answer: str) -> Any:
    """The passkey that the answer names, with an account that is open."""
    from webauthn.helpers import parse_authentication_credential_json

    named = _checked(lambda: parse_authentication_credential_json(_bounded(answer)))
    if named is None:
        return None
    query = (
        select(passkey_table)
        .join(user_table, user_table.c.id == key.user_id)
        .where(key.id == _passkey_id(named.raw_id))
        .where(user_table.c.active.is_(True), user_table.c.password.is_not(None), is_open_on_day(key.user_id))
    )
    return services.session.execute(query, {ON_DAY: services.today()}).one_or_none()


def _proof(services: AccessServices, site: PasskeySite, purpose: str, answer: str, found: Any) -> Any:
    from webauthn import verify_authentication_response
    from webauthn.helpers import parse_authentication_credential_json

    challenge = _checked(lambda: _used_challenge(services, answer, purpose))
    handle = parse_authentication_credential_json(answer).response.user_handle or b""
    if challenge is None or not hmac.compare_digest(handle, _user_handle(services, found.user_id)):
        return None
    public_key = _opened_key(services, found)
    if public_key is None:
        return None
    return _checked(
        lambda: verify_authentication_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=site.name,
            expected_origin=site.origin,
            credential_public_key=public_key,
            credential_current_sign_count=found.sign_count,
        )
    )


def _note_use(services: AccessServices, found: Any, sign_count: int) -> bool:
    """Of two that use it at once with one counter, one comes in."""
    as_read = (key.id == found.id, key.sign_count == found.sign_count)
    used = update(passkey_table).where(*as_read).values(sign_count=sign_count, used=services.clock())
    return bool(services.session.execute(used).rowcount)


def _checked(check: Any) -> Any:
    """What the check gives; None for whatever is no passkey. The bytes come from anybody, and the parsers of JSON, CBOR
    and keys below the library each have errors of their own."""
    try:
        return check()
    except Exception as error:
        current_app.logger.info("A passkey was refused: %s", type(error).__name__)
        return None


def _bounded(answer: str) -> str:
    if len(answer) > LONGEST_ANSWER:
        raise ValueError("longer than any authenticator answers")
    return answer


def _used_challenge(services: AccessServices, answer: str, purpose: str) -> bytes:
    """The challenge that the answer says it signed. Raises :class:`ValueError` where it was not given to this browser
    for this purpose, is too old or was used."""
    from webauthn.helpers import base64url_to_bytes, parse_client_data_json

    client_data = json.loads(_bounded(answer))["response"]["clientDataJSON"]
    challenge = parse_client_data_json(base64url_to_bytes(client_data)).challenge
    if not services.challenges.use(challenge, purpose, _browser(), services.clock()):
        raise ValueError("no challenge that is good here")
    return challenge


def _new_challenge(services: AccessServices, purpose: str) -> bytes:
    return services.challenges.give(purpose, _browser(), services.clock())


def _browser() -> str:
    """Whose challenge it is: her session's, or the visitor's by the token of her forms."""
    row = session.row  # type: ignore[attr-defined]
    if row is not None and not session.ended:  # type: ignore[attr-defined]
        return f"session {row.id}"
    generate_csrf()
    return f"visitor {session['csrf_token']}"


def _user_handle(services: AccessServices, user_id: int) -> bytes:
    """What an authenticator knows the account by; it tells nobody who that is."""
    return hmac.digest(services.store.purpose_key("passkey-user"), str(user_id).encode(), "sha256")


def _passkey_id(credential_id: bytes) -> str:
    return sha256(credential_id).hexdigest()


def _sealed_key(services: AccessServices, user_id: int, passkey_id: str, public_key: bytes) -> str:
    place = _place(user_id, passkey_id)
    return b64encode(seal_value(services.store.purpose_key("passkey"), public_key, place)).decode()


def _opened_key(services: AccessServices, found: Any) -> bytes | None:
    user_id, place = found.user_id, _place(found.user_id, found.id)
    try:
        return open_value(services.store.purpose_key("passkey"), b64decode(found.public_key), place)
    except (InvalidTag, ValueError):  # somebody wrote into the database: a passkey of another account, or of nobody
        current_app.logger.error("A passkey of user %s was not sealed by Dosar for her.", user_id)
        return None


def _place(user_id: int, passkey_id: str) -> bytes:
    return f"user:{user_id}:{passkey_id}".encode()
