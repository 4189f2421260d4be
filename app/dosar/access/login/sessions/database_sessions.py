"""Sessions that live in the database: signing out, or being signed out, ends them at once.

The cookie holds 256 random bits, the table their digest. One statement reads the session with its
user and roles.
"""

from contextlib import suppress
from datetime import datetime, timedelta
from secrets import token_urlsafe
from typing import Any

from flask import Flask, Request, Response, request
from flask.sessions import SessionInterface, SessionMixin
from flask_babel import gettext
from sqlalchemy import and_, bindparam, delete, insert, select, update
from sqlalchemy.exc import SQLAlchemyError

from dosar.access.identity import Identity, asked_at, identity_columns, identity_in_row
from dosar.access.login.secret_words import secret_digest
from dosar.access.login.sessions.browser_session import SESSION_COLUMNS, BrowserSession, SessionRow
from dosar.access.login.sessions.devices import device_name
from dosar.access.login.sessions.lifetimes import is_over_in_database, is_session_over
from dosar.access.login.sessions.open_sessions import tell_ended
from dosar.access.login.sessions.session_contents import opened_contents, sealed_contents, serializer
from dosar.access.login.sessions.visitor_cookie import (
    is_visitor_cookie,
    may_be_carried,
    visitor_contents,
    visitor_cookie,
)
from dosar.access.services import AccessServices
from dosar.access.tables import session_table, user_table
from dosar.access.web.cookies import host_cookie
from dosar.access.web.flash_messages import FLASHES_KEY, request_notices, send_notices
from dosar.database.audit.trail import add_event, current_trail
from dosar.database.store_errors import StoreBusy, StoreDamaged, StoreError, StoreNotWritable, StoreUnreachable
from dosar.database.users import is_open_on_day

SESSION_COOKIE = "dosar"
EMPTY_CONTENTS = "{}"
SEEN_INTERVAL = timedelta(seconds=30)
"""How often a session that only reads is noted as still in use."""


class DatabaseSessions(SessionInterface):
    """Keeps sessions in the database."""

    def __init__(self, services: AccessServices) -> None:
        self.services = services

    def open_session(self, app: Flask, request: Request) -> BrowserSession:
        """The session of the request's cookie, with its user; an empty one if it is over."""
        if is_static_request(app, request):
            return BrowserSession()
        try:
            session = self._found(app, request.cookies.get(host_cookie(SESSION_COOKIE)))
        except (SQLAlchemyError, StoreError) as error:
            app.logger.error("%s: no session can be read", type(error).__name__)
            return _unread_session(error)
        notices = request_notices(app, request, session.user_id)
        if notices:
            session.take_notices(notices)
        return session

    def _found(self, app: Flask, word: str | None) -> BrowserSession:
        if not word:
            return BrowserSession()
        if is_visitor_cookie(word):
            return BrowserSession(visitor_contents(app, word, self.services.clock()))
        moment, day = self.services.clock(), self.services.today()
        asked = {"session_id": secret_digest(word), **asked_at(day, moment)}
        found = self.services.session.execute(_SESSION_QUERY, asked).one_or_none()
        if found is None:
            return _ended_session()
        row = SessionRow(**{column: getattr(found, column) for column in SESSION_COLUMNS})
        if is_session_over(row, self.services.clock()) or (row.user_id is not None and found.username is None):
            return _ended_session(row)
        contents = opened_contents(self.services, row.id, found.contents)
        if contents is None:
            app.logger.error("A session was changed in the database: it is over.")
            return _ended_session(row)
        row.contents = contents
        return BrowserSession(serializer.loads(contents), row, _session_identity(found))

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Keep what changed, in a short transaction of its own."""
        assert isinstance(session, BrowserSession)
        try:
            self._save(app, session, response)
        except (StoreNotWritable, StoreBusy, StoreUnreachable, StoreDamaged) as refusal:
            # the page was made and must be shown: it says so itself, or had nothing to write
            app.logger.error("%s: no session can be kept", type(refusal).__name__)
            if session.new_user_id is not None or session.new_pending_id is not None:
                self._warn_next_visitor(app, response, refusal)

    @staticmethod
    def _warn_next_visitor(app: Flask, response: Response, refusal: StoreError) -> None:
        """The sign-in page comes again, and must say why."""
        notice = (
            gettext("Many people are saving just now. Wait a moment and sign in once more.")
            if isinstance(refusal, StoreBusy)
            else gettext("Dosar cannot write its data just now, so nobody can sign in. Tell your administrator.")
        )
        send_notices(app, response, None, [("warning", notice)], uses_secure_cookie(app))

    def _save(self, app: Flask, session: BrowserSession, response: Response) -> None:
        moment, contents = self.services.clock(), self._contents(session)
        self._forward_notices(app, session, response)
        begins = session.new_user_id is not None or session.new_pending_id is not None
        if not begins and session.is_new and session.modified and contents != EMPTY_CONTENTS:
            self._send_visitor(app, session, response, moment)
        elif begins:
            self._send(app, response, self._insert(session, contents, moment))
        elif session.ended:
            self._forget(session)
            name, secure = host_cookie(SESSION_COOKIE), uses_secure_cookie(app)
            response.delete_cookie(name, path="/", httponly=True, samesite="Lax", secure=secure)
        elif session.row is not None and session.modified and contents != session.row.contents:
            sealed = sealed_contents(self.services, session.row.id, contents)
            self._update(session.row, {"contents": sealed, "seen": moment})
        elif session.row is not None and moment - session.row.seen >= SEEN_INTERVAL:
            # when many are saving, the next page notes it: this one was read and must be shown
            with suppress(StoreBusy):
                self._update(session.row, {"seen": moment})

    def _send_visitor(self, app: Flask, session: BrowserSession, response: Response, moment: datetime) -> None:
        """Nobody is signed in: what there is goes with the browser, and a session that is over goes."""
        carried = {name: value for name, value in session.items() if name != FLASHES_KEY}
        if not may_be_carried(carried):
            raise RuntimeError("Put nothing but the token of the forms into the session of a visitor.")
        self._send(app, response, visitor_cookie(app, carried, moment))
        if session.ended:
            with suppress(StoreBusy):
                self._forget(session)

    def _contents(self, session: BrowserSession) -> str:
        """What the row keeps of the session."""
        return serializer.dumps({name: value for name, value in session.items() if name != FLASHES_KEY})

    def _forward_notices(self, app: Flask, session: BrowserSession, response: Response) -> None:
        notices = session.get(FLASHES_KEY, [])
        if notices != session.received_notices:
            send_notices(app, response, session.new_user_id or session.user_id, notices, uses_secure_cookie(app))

    def _forget(self, session: BrowserSession) -> None:
        """Told in the audit log: by whom it was ended, or that it was over."""
        row, trail = session.row, current_trail.get()
        if row is None:
            return
        self.services.session.rollback()
        with self.services.store.writing() as written:
            written.execute(delete(session_table).where(session_table.c.id == row.id))
            if row.user_id is not None:
                over = trail is None or trail.actor is None
                add_event(written, "signed_out", actor=row.user_id, outcome="expired" if over else "done")

    def _insert(self, session: BrowserSession, contents: str, moment: datetime) -> str:
        word = token_urlsafe(32)
        session_id = secret_digest(word)
        old = session.row.id if session.row else ""
        begun = insert(session_table).values(
            id=session_id,
            user_id=session.new_user_id,
            pending_id=session.new_pending_id,
            confirmed=moment if session.new_user_id is not None or session.new_may_connect else None,
            device=device_name(request.user_agent.string),
            created=moment,
            seen=moment,
            contents=sealed_contents(self.services, session_id, contents),
        )
        self.services.session.rollback()
        with self.services.store.writing() as written:
            replaced = delete(session_table).where(session_table.c.id == old).returning(session_table.c.user_id)
            over = delete(session_table).where(is_over_in_database(moment)).returning(session_table.c.user_id)
            tell_ended(self.services, written.scalars(replaced).all())
            tell_ended(self.services, written.scalars(over).all(), "expired")
            written.execute(begun)
        return word

    def _update(self, row: SessionRow, changed: dict[str, Any]) -> None:
        self._write(update(session_table).where(session_table.c.id == row.id).values(changed))

    def _write(self, *statements: Any) -> None:
        # what a failed page left half done must not be committed along with the session
        self.services.session.rollback()
        with self.services.store.writing():
            for statement in statements:
                self.services.session.execute(statement)

    def _send(self, app: Flask, response: Response, word: str) -> None:
        response.set_cookie(
            host_cookie(SESSION_COOKIE),
            word,
            path="/",
            httponly=True,
            samesite="Lax",
            secure=uses_secure_cookie(app),
        )


def is_static_request(app: Flask, request: Request) -> bool:
    """Whether a style or script is asked for, there or not: it opens no session, so a page with boxes to send
    would begin one and put it in the place of the session one works in."""
    return request.path.startswith(f"{app.static_url_path}/")


def uses_secure_cookie(app: Flask) -> bool:
    """Whether cookies go over HTTPS only."""
    return request.is_secure or bool(app.config["SESSION_COOKIE_SECURE"])


def _unread_session(error: Exception) -> BrowserSession:
    session = BrowserSession()
    session.trouble = error if isinstance(error, StoreDamaged) else StoreUnreachable()
    return session


def _ended_session(row: SessionRow | None = None) -> BrowserSession:
    session = BrowserSession(row=row)
    session.ended = True
    return session


def _session_identity(found: Any) -> Identity | None:
    return None if found.user_id is None else identity_in_row(found, found.user_id)


_ACTIVE_USER = and_(
    user_table.c.id == session_table.c.user_id, user_table.c.active.is_(True), is_open_on_day(user_table.c.id)
)
_SESSION_QUERY = (
    select(session_table, *identity_columns(session_table.c.user_id))
    .select_from(session_table)
    .outerjoin(user_table, _ACTIVE_USER)
    .where(session_table.c.id == bindparam("session_id"))
)
