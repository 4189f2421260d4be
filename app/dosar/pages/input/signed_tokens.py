"""Signed words that a sheet's page carries: which version was opened, and that it was saved once."""

from collections.abc import Mapping
from dataclasses import dataclass
from secrets import token_urlsafe

from flask import abort, current_app
from itsdangerous import BadSignature, URLSafeSerializer, URLSafeTimedSerializer

from dosar.records.unsaved.drafts import DRAFT_LIFETIME


def _token_signer(purpose: str) -> URLSafeSerializer:
    return URLSafeSerializer(current_app.config["SECRET_KEY"], salt=f"dosar-{purpose}")


def version_token(form: str, record_id: int, version: int, marks: Mapping[str, str] | None = None) -> str:
    """Says which version of the record the page shows, and by marks what answers stood on it."""
    token = _token_signer("seen").dumps([form, record_id, version, dict(marks or {})])
    return token if isinstance(token, str) else token.decode()


def shown_version(token: str, form: str, record_id: int) -> int:
    """The version the page showed; a token of another record or a made-up one is refused."""
    return _read_version_token(token, form, record_id)[0]


def shown_marks(token: str, form: str, record_id: int) -> dict[str, str]:
    """The marks of the answers the page showed."""
    return _read_version_token(token, form, record_id)[1]


def _read_version_token(token: str, form: str, record_id: int) -> tuple[int, dict[str, str]]:
    try:
        told_form, told_id, version, marks = _token_signer("seen").loads(token)
    except (BadSignature, ValueError, TypeError):
        abort(400)
    if (told_form, told_id) != (form, record_id):
        abort(400)
    return int(version), marks


def submission_token(worker_id: int) -> str:
    """A word that files one sheet: the second post with it finds the first one's record."""
    token = _token_signer("once").dumps([worker_id, token_urlsafe(16)])
    return token if isinstance(token, str) else token.decode()


def submission_word(token: str, worker_id: int) -> str:
    """The word inside; another worker's token, or a made-up one, is refused."""
    try:
        told_worker, word = _token_signer("once").loads(token)
    except (BadSignature, ValueError, TypeError):
        abort(400)
    if told_worker != worker_id:
        abort(400)
    return str(word)


def is_submission_of(token: str, worker_id: int) -> bool:
    """Whether the word is this worker's: a draft that was handed over has its first owner's."""
    try:
        return bool(_token_signer("once").loads(token)[0] == worker_id)
    except (BadSignature, ValueError, TypeError):
        return False


@dataclass(frozen=True)
class PageOwner:
    """For whom a page was drawn, as it says itself."""

    worker_id: int
    of_this_page: bool
    """Whether it was drawn to be sent to this address; what a page of hers says may have been put into another."""


def page_owner_token(worker_id: int, address: str) -> str:
    """Says for whom a page was drawn that is sent to this address: what stands on it is hers, whatever became of her
    session."""
    token = _owner_signer().dumps([worker_id, address])
    return token if isinstance(token, str) else token.decode()


def page_owner(token: str, address: str) -> PageOwner | None:
    """Who that is, where the page was sent to this address; known as long as a draft of hers would last."""
    try:
        worker_id, told_address = _owner_signer().loads(token, max_age=int(DRAFT_LIFETIME.total_seconds()))
    except (BadSignature, ValueError, TypeError):
        return None
    return PageOwner(int(worker_id), told_address == address)


def _owner_signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt="dosar-owner")
