"""What a row keeps of a session, sealed: somebody's name may have been searched for in it.

Bound to its row: nobody moves it into the session of another. Whoever is erased is searched for nowhere any more.
"""

from base64 import b64decode, b64encode
from collections.abc import Callable
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from flask import has_request_context, session
from flask.json.tag import TaggedJSONSerializer
from sqlalchemy import select, update

from dosar.access.services import AccessServices
from dosar.access.tables import session_table
from dosar.database.sealing.sealed_columns import sealing_keys
from dosar.database.sealing.sealed_value import open_by_cipher, seal_by_cipher

SESSION_PURPOSE = "sessions"
UNTYPED_CONTENTS = frozenset({"csrf_token", "second_factor", "shown_names", "telephone", "back"})
"""What stays when somebody is erased: nobody typed it."""

serializer = TaggedJSONSerializer()


def sealed_contents(services: AccessServices, session_id: str, contents: str) -> str:
    """The contents as the row of this session keeps them."""
    return b64encode(seal_by_cipher(_cipher(services), contents.encode(), _place(session_id))).decode()


def opened_contents(services: AccessServices, session_id: str, sealed: str) -> str | None:
    """The opposite; None where Dosar did not put them there."""
    try:
        return open_by_cipher(_cipher(services), b64decode(sealed), _place(session_id)).decode()
    except (InvalidTag, ValueError):
        return None


def typed_contents_forgetter(services: AccessServices) -> Callable[[], None]:
    """Takes out of every session whatever somebody may have typed, inside the caller's transaction; also out of the
    one in which it is asked for."""

    def forget() -> None:
        for row in services.session.execute(select(session_table.c.id, session_table.c.contents)).all():
            _forget_in_row(services, row.id, row.contents)
        if has_request_context():
            for name in session.keys() - UNTYPED_CONTENTS:
                session.pop(name)

    return forget


def _forget_in_row(services: AccessServices, session_id: str, sealed: str) -> None:
    contents = opened_contents(services, session_id, sealed)
    if contents is None:  # its next page ends it
        return
    kept: dict[str, Any] = serializer.loads(contents)
    left = {name: value for name, value in kept.items() if name in UNTYPED_CONTENTS}
    if left != kept:
        sealed = sealed_contents(services, session_id, serializer.dumps(left))
        services.session.execute(update(session_table).where(session_table.c.id == session_id).values(contents=sealed))


def _cipher(services: AccessServices) -> AESGCM:
    return sealing_keys(services.store.engine.dialect).cipher(SESSION_PURPOSE)


def _place(session_id: str) -> bytes:
    return f"dosar_session.contents:{session_id}".encode()
