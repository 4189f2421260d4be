"""Sessions that live in the database: signing out, or being signed out, ends them at once.

The cookie holds 256 random bits, the table their digest. One statement reads the session with its
user and roles.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from hmac import compare_digest
from secrets import token_urlsafe
from typing import Any

from flask import Flask, Request, Response, request
from flask.json.tag import TaggedJSONSerializer
from flask.sessions import SessionInterface, SessionMixin
from flask_babel import gettext
from sqlalchemy import and_, bindparam, delete, insert, or_, select, update
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.datastructures import CallbackDict

from dosar.access.identity import AT_MOMENT, ON_DAY, Identity, identity_columns, identity_in_row, is_open_on_day
from dosar.access.login.devices import device_name
from dosar.access.login.visitor_cookie import is_visitor_cookie, may_be_carried, visitor_contents, visitor_cookie
from dosar.access.services import AccessServices
from dosar.access.tables import session_table, user_table
from dosar.access.web.cookies import host_cookie
from dosar.access.web.flash_messages import FLASHES_KEY, request_notices, send_notices
from dosar.database.audit.chain import ACCOUNT_OBJECT
from dosar.database.audit.trail import add_event, current_trail
from dosar.database.store_errors import StoreBusy, StoreDamaged, StoreError, StoreNotWritable, StoreUnreachable

SESSION_COOKIE = "dosar"
MAX_IDLE_TIME = timedelta(minutes=15)
MAX_SESSION_TIME = timedelta(hours=10)
MAX_PENDING_TIME = timedelta(minutes=5)
"""How long a password waits for its code."""
MAX_CONNECTING_TIME = timedelta(minutes=30)
"""How long somebody has who may connect her first telephone: she may have to look for an app."""
EMPTY_CONTENTS = "{}"
CLOCK_MAY_GO_BACK = timedelta(minutes=30)
"""A session from further ahead than this was used while the clock was wrong: nobody knows how long it has been idle."""
SEEN_INTERVAL = timedelta(seconds=30)
"""How often a session that only reads is noted as still in use."""


SESSION_COLUMNS = ("id", "user_id", "created", "seen", "contents", "pending_id", "confirmed")


@dataclass
class SessionRow:
    """The session's row in the table."""

    id: str
    user_id: int | None
    created: datetime
    seen: datetime
    contents: str = ""
    pending_id: int | None = None
    """Who has given her password and not her code yet: nobody is signed in."""
    confirmed: datetime | None = None
    """When she last proved who she is; while she is pending, that she was handed something to connect a telephone."""


class BrowserSession(CallbackDict[str, Any], SessionMixin):
    """The session of one browser; without a row until somebody signs in."""

    def __init__(
        self, contents: dict[str, Any] | None = None, row: SessionRow | None = None, person: Identity | None = None
    ) -> None:
        super().__init__(contents or {}, _mark_changed)
        self.row = row
        self.person = person
        self.modified = False
        self.accessed = True
        self.new_user_id: int | None = None
        self.new_pending_id: int | None = None
        self.new_may_connect = False
        self.ended = False
        self.trouble: StoreError | None = None
        """Why the database did not say whose session it is."""
        self.received_notices: list[Any] = []
        """The notices the browser brought."""

    @property
    def is_unavailable(self) -> bool:
        """Whose session it is cannot be told."""
        return self.trouble is not None

    @property
    def user_id(self) -> int | None:
        return self.person.user_id if self.person else None

    @property
    def pending_user_id(self) -> int | None:
        """Who has given her password and is asked for her code."""
        return self.row.pending_id if self.row is not None and not self.ended else None

    @property
    def may_connect_first(self) -> bool:
        """Whether the password came with what an administrator handed over: a first telephone may be connected."""
        is_confirmed = self.row is not None and self.row.confirmed is not None
        return self.new_may_connect or (self.pending_user_id is not None and is_confirmed)

    @property
    def is_new(self) -> bool:
        """Whether what is put in now goes into a session of its own, with a cookie of its own."""
        return self.row is None or self.ended

    def take_notices(self, notices: list[Any]) -> None:
        """Have these shown on the page that is asked for; that alone changes nothing."""
        self.received_notices = list(notices)
        dict.__setitem__(self, FLASHES_KEY, notices)

    @property
    def expired_user_id(self) -> int | None:
        """Whose session it was that is over now."""
        return self.row.user_id if self.ended and self.row is not None else None

    def begin(self, user_id: int) -> None:
        """Start afresh for this user: a new cookie, nothing carried over from before."""
        self._begin_anew()
        self.new_user_id = user_id

    def await_code(self, user_id: int, may_connect: bool = False) -> None:
        """The password fits: a new cookie, which opens nothing but the page that asks for the code; and the one where
        a first telephone is connected, if she ``may_connect`` it."""
        self._begin_anew()
        self.new_pending_id, self.new_may_connect = user_id, may_connect

    def _begin_anew(self) -> None:
        self.clear()
        self.new_user_id = self.new_pending_id = None
        self.new_may_connect = False
        self.ended = False
        self.modified = True

    def end(self) -> None:
        """The session is over; its cookie opens nothing any more."""
        self.clear()
        self.person = None
        self.ended = True


def _mark_changed(session: BrowserSession) -> None:
    session.modified = True


class DatabaseSessions(SessionInterface):
    """Keeps sessions in the database."""

    serializer = TaggedJSONSerializer()

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
        asked = {"session_id": secret_digest(word), ON_DAY: day, AT_MOMENT: moment}
        found = self.services.session.execute(_SESSION_QUERY, asked).one_or_none()
        if found is None:
            return _ended_session()
        row = SessionRow(**{column: getattr(found, column) for column in SESSION_COLUMNS})
        if is_session_over(row, self.services.clock()) or (row.user_id is not None and found.username is None):
            return _ended_session(row)
        return BrowserSession(self.serializer.loads(found.contents), row, _session_identity(found))

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
            self._update(session.row, {"contents": contents, "seen": moment})
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
        return self.serializer.dumps({name: value for name, value in session.items() if name != FLASHES_KEY})

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
        old = session.row.id if session.row else ""
        begun = insert(session_table).values(
            id=secret_digest(word),
            user_id=session.new_user_id,
            pending_id=session.new_pending_id,
            confirmed=moment if session.new_user_id is not None or session.new_may_connect else None,
            device=device_name(request.user_agent.string),
            created=moment,
            seen=moment,
            contents=contents,
        )
        self.services.session.rollback()
        with self.services.store.writing() as written:
            replaced = delete(session_table).where(session_table.c.id == old).returning(session_table.c.user_id)
            over = delete(session_table).where(_over_condition(moment)).returning(session_table.c.user_id)
            _tell_ended(self.services, written.scalars(replaced).all())
            _tell_ended(self.services, written.scalars(over).all(), "expired")
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


@dataclass(frozen=True)
class OpenSession:
    """A session as its owner sees it in her list."""

    reference: str
    """What her page names it by; it opens nothing."""
    created: datetime
    seen: datetime
    device: str
    is_this: bool = field(default=False)


def open_sessions_of(services: AccessServices, user_id: int, current: SessionRow | None) -> list[OpenSession]:
    """The user's open sessions, the latest first."""
    rows = services.session.execute(
        select(session_table)
        .where(session_table.c.user_id == user_id, ~_over_condition(services.clock()))
        .order_by(session_table.c.seen.desc())
    )
    return [
        OpenSession(
            secret_digest(row.id), row.created, row.seen, row.device or "", current is not None and row.id == current.id
        )
        for row in rows
    ]


def let_connect_first(services: AccessServices, row: SessionRow) -> None:
    """Whoever gave her password gave what she was handed, too: she may connect a first telephone."""
    row.confirmed = services.clock()
    with services.store.writing() as session:
        session.execute(
            update(session_table)
            .where(session_table.c.id == row.id)
            .values(confirmed=row.confirmed, seen=row.confirmed)
        )


def end_session(services: AccessServices, user_id: int, reference: str) -> None:
    """End this session of the user, if it is still open."""
    with services.store.writing() as session:
        hers = session.scalars(select(session_table.c.id).where(session_table.c.user_id == user_id)).all()
        ended = [
            session_id for session_id in hers if compare_digest(secret_digest(session_id).encode(), reference.encode())
        ]
        session.execute(delete(session_table).where(session_table.c.id.in_(ended)))
        _tell_ended(services, [user_id for _ in ended])


def end_sessions(services: AccessServices, user_id: int, but: SessionRow | None = None) -> None:
    """End the user's sessions, ``but`` one, and those that wait for her code; inside the caller's transaction."""
    hers = or_(session_table.c.user_id == user_id, session_table.c.pending_id == user_id)
    ends = delete(session_table).where(hers)
    if but is not None:
        ends = ends.where(session_table.c.id != but.id)
    _tell_ended(services, services.session.scalars(ends.returning(session_table.c.user_id)).all())


def _tell_ended(services: AccessServices, owners: Sequence[int | None], outcome: str = "done") -> None:
    """In the audit log: whose sessions were ended, each by an event; one that waited for a code is nobody's yet."""
    for user_id in owners:
        if user_id is not None:
            add_event(services.session, "session_ended", objects={ACCOUNT_OBJECT: [user_id]}, outcome=outcome)


def is_static_request(app: Flask, request: Request) -> bool:
    """Whether a style or script is asked for, there or not: it opens no session, so a page with boxes to send
    would begin one and put it in the place of the session one works in."""
    return request.path.startswith(f"{app.static_url_path}/")


def is_session_over(row: SessionRow, moment: datetime) -> bool:
    """Idle for too long, open for too long, or for too long without a code."""
    if row.pending_id is not None and moment - row.created >= _longest_pending(row):
        return True
    if max(row.seen, row.created) - moment > CLOCK_MAY_GO_BACK:
        return True
    return moment - row.seen >= MAX_IDLE_TIME or moment - row.created >= MAX_SESSION_TIME


def _longest_pending(row: SessionRow) -> timedelta:
    return MAX_PENDING_TIME if row.confirmed is None else MAX_CONNECTING_TIME


def secret_digest(word: str) -> str:
    """What the table keeps of a secret word: reading the table opens nothing."""
    return sha256(word.encode()).hexdigest()


def uses_secure_cookie(app: Flask) -> bool:
    """Whether cookies go over HTTPS only."""
    return request.is_secure or bool(app.config["SESSION_COOKIE_SECURE"])


def _over_condition(moment: datetime) -> Any:
    seen, created = session_table.c.seen, session_table.c.created
    return or_(seen <= moment - MAX_IDLE_TIME, created <= moment - MAX_SESSION_TIME, seen > moment + CLOCK_MAY_GO_BACK)


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
