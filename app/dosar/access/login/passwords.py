"""Passwords: which ones are good enough, and the slow work of hashing and checking them."""

import re
from collections.abc import Iterator
from functools import lru_cache
from secrets import token_hex
from threading import BoundedSemaphore

from flask import current_app, has_app_context
from werkzeug.security import check_password_hash, generate_password_hash

from dosar.access.login.credentials import normalized_password, password_spellings
from dosar.access.login.password_strength import MIN_BITS, is_stolen, password_bits
from dosar.access.services import access_services
from dosar.language.text.message import Mistake

MIN_PASSWORD_LENGTH, MAX_PASSWORD_LENGTH = 14, 128
WORDS_OF_DOSAR = ("dosar", "demo", "administrator")
"""What a guesser tries because it is Dosar that asks; the names of the roles besides."""
WORD = re.compile(r"[^\W\d_]+")
PUBLISHED_HASH_METHOD = "scrypt:1024:8:1"
"""For the passwords of the demo, which are printed at every start: ten slow hashes took 4 s of its first one."""

_hashing_slots = BoundedSemaphore(2)
"""Each hash takes 128 MB: no more than two at a time."""


def hash_password(password: str, known_to_all: bool = False) -> str:
    """What the database keeps of a password: made slowly, unless there is nothing to guess."""
    method = PUBLISHED_HASH_METHOD if known_to_all else _hash_method()
    with _hashing_slots:
        return generate_password_hash(normalized_password(password), method=method)


def password_matches(password_hash: str | None, password: str) -> bool:
    """Whether this is the password. For nobody's password (``None``) the same work is done in vain."""
    with _hashing_slots:
        compared = password_hash or _dummy_hash(_hash_method())
        fits = any(check_password_hash(compared, spelled) for spelled in password_spellings(password))
    return fits and password_hash is not None


def require_good_password(password: str, again: str, user_name: str, *other_words: str) -> None:
    """Raise :class:`Mistake` for a password that is short, stolen, made of the user's own names or of too little that
    has to be guessed, or not the same ``again``."""
    password, again = normalized_password(password), normalized_password(again)
    if len(password) < MIN_PASSWORD_LENGTH:
        raise Mistake(
            "Choose a longer password: at least %(shortest)s characters, four words for example.",
            shortest=MIN_PASSWORD_LENGTH,
        )
    if len(password) > MAX_PASSWORD_LENGTH:
        raise Mistake("Choose a shorter password: at most %(longest)s characters.", longest=MAX_PASSWORD_LENGTH)
    folded = password.casefold()
    own_words = [part for text in (user_name, *other_words, *_words_of_dosar()) for part in WORD.findall(text)]
    if is_stolen(password):
        raise Mistake("This password is on lists of stolen ones, which are tried first; choose another one.")
    if any(
        word and len(word) > 3 and normalized_password(word).casefold() in folded for word in (user_name, *other_words)
    ):
        raise Mistake("Leave your name and the organisation's name out of the password.")
    if password_bits(password, own_words) < MIN_BITS:
        raise Mistake(
            "This password is too easy to guess; choose four words that have nothing to do with one another, no names, "
            "places, years or repeats."
        )
    if password != again:
        raise Mistake("The two passwords differ; type the same one twice.")


def _words_of_dosar() -> Iterator[str]:
    """What stands on every page of this organisation, in each language."""
    yield from WORDS_OF_DOSAR
    for role in access_services().every_role() if has_app_context() else ():
        yield from (role.role, *role.title.values())


def _hash_method() -> str:
    method: str = current_app.config["FAB_PASSWORD_HASH_METHOD"]
    return method


@lru_cache
def _dummy_hash(method: str) -> str:
    """A hash that no password fits, made by the same method as the real ones."""
    return f"{method}${token_hex(8)}${token_hex(64)}"
