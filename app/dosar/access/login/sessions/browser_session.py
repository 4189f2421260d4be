"""The session of one browser, as a page sees it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask.sessions import SessionMixin
from werkzeug.datastructures import CallbackDict

from dosar.access.identity import Identity
from dosar.access.web.flash_messages import FLASHES_KEY
from dosar.database.store_errors import StoreError

SESSION_COLUMNS = ("id", "user_id", "created", "seen", "contents", "pending_id", "confirmed")


@dataclass
class SessionRow:
    """The session's row in the table."""

    id: str
    user_id: int | None
    created: datetime
    seen: datetime
    contents: str = ""
    """What is in it, opened."""
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
