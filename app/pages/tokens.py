"""Signed words that a sheet's page carries: which version was opened, and that it was saved once."""

from collections.abc import Mapping
from secrets import token_urlsafe

from flask import abort, current_app
from itsdangerous import BadSignature, URLSafeSerializer, URLSafeTimedSerializer

from app.records.drafts import LASTS


def _signer(purpose: str) -> URLSafeSerializer:
    return URLSafeSerializer(current_app.config["SECRET_KEY"], salt=f"dosar-{purpose}")


def seen_token(form: str, record_id: int, version: int, marks: Mapping[str, str] | None = None) -> str:
    """Says which version of the record the page shows, and by marks what answers stood on it."""
    token = _signer("seen").dumps([form, record_id, version, dict(marks or {})])
    return token if isinstance(token, str) else token.decode()


def seen_version(token: str, form: str, record_id: int) -> int:
    """The version the page showed; a token of another record or a made-up one is refused."""
    return _seen(token, form, record_id)[0]


def seen_marks(token: str, form: str, record_id: int) -> dict[str, str]:
    """The marks of the answers the page showed."""
    return _seen(token, form, record_id)[1]


def _seen(token: str, form: str, record_id: int) -> tuple[int, dict[str, str]]:
    try:
        told_form, told_id, version, marks = _signer("seen").loads(token)
    except (BadSignature, ValueError, TypeError):
        abort(400)
    if (told_form, told_id) != (form, record_id):
        abort(400)
    return int(version), marks


def once_token(worker_id: int) -> str:
    """A word that files one sheet: the second post with it finds the first one's record."""
    token = _signer("once").dumps([worker_id, token_urlsafe(16)])
    return token if isinstance(token, str) else token.decode()


def once_word(token: str, worker_id: int) -> str:
    """The word inside; another worker's token, or a made-up one, is refused."""
    try:
        told_worker, word = _signer("once").loads(token)
    except (BadSignature, ValueError, TypeError):
        abort(400)
    if told_worker != worker_id:
        abort(400)
    return str(word)


def is_once_of(token: str, worker_id: int) -> bool:
    """Whether the word is this worker's: a draft that was handed over has its first owner's."""
    try:
        return bool(_signer("once").loads(token)[0] == worker_id)
    except (BadSignature, ValueError, TypeError):
        return False


TEXT_PAGE = "page"
"""Stands in place of a form's key on pages that are no sheets."""


def owner_token(worker_id: int, form: str = TEXT_PAGE) -> str:
    """Says for whom a page was drawn: what stands on it is hers, whatever became of her session."""
    token = _owners().dumps([worker_id, form])
    return token if isinstance(token, str) else token.decode()


def owner_of(token: str, form: str) -> int | None:
    """The worker for whom the page of this form was drawn, as long as a draft of hers would last."""
    try:
        worker_id, told_form = _owners().loads(token, max_age=int(LASTS.total_seconds()))
    except (BadSignature, ValueError, TypeError):
        return None
    return int(worker_id) if told_form == form else None


def _owners() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt="dosar-owner")
