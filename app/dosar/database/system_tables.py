"""Dosar's own tables beside those of the forms."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime, timedelta

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Date,
    DateTime,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    UniqueConstraint,
    false,
    text,
    true,
)

from dosar.database.sealing.blind_index import BlindWord
from dosar.database.sealing.sealed_columns import SealedJson, SealedText

SYSTEM_METADATA = MetaData()


_supposed_now: ContextVar[datetime | None] = ContextVar("supposed", default=None)


def utc_now() -> datetime:
    """This moment, UTC, without its zone: how every stamp is stored."""
    return _supposed_now.get() or datetime.now(UTC).replace(tzinfo=None, microsecond=0)


CLOCK_MAY_GO_BACK = timedelta(minutes=30)
"""What was stamped further ahead than this was stamped while the clock was wrong: nobody knows when it was, so it opens
nothing."""


@contextmanager
def stamped_as_of(moment: datetime) -> Iterator[None]:
    """Stamp with this moment what is filed meanwhile: the demo's cases have a past."""
    before = _supposed_now.set(moment)
    try:
        yield
    finally:
        _supposed_now.reset(before)


team_table = Table(
    "dosar_team",
    SYSTEM_METADATA,
    Column("id", Integer, primary_key=True),
    Column("case_id", Integer, nullable=False),
    Column("user_id", Integer, nullable=False),
    Column("role", String(48), nullable=False),
    Column("since", Date, nullable=False),
    Column("until", Date),
    Column("planned_end", Date),
    Column("leads", Boolean, nullable=False, server_default=false()),
    Index("ix_dosar_team_user", "user_id", "until", "case_id"),
    Index("ix_dosar_team_case", "case_id"),
    Index(
        "ux_dosar_team_leader",
        "case_id",
        unique=True,
        sqlite_where=text("leads AND until IS NULL"),
        postgresql_where=text("leads AND until IS NULL"),
    ),
)
"""Who works on a case, with dates; one of them at a time leads it, in the role that ``roles.yaml`` says.

``until`` is when she left; ``planned_end``, where her place was given to her for a time, its last day.
"""

renamed_question_table = Table(
    "dosar_past",
    SYSTEM_METADATA,
    Column("id", Integer, primary_key=True),
    Column("form", String(48), nullable=False),
    Column("rows_of", String(48), nullable=False, server_default=""),
    Column("was", String(48), nullable=False),
    Column("now", String(48), nullable=False),
    Column("definitions", JSON(none_as_null=True)),
    Column("last_entry", Integer, nullable=False),
)
"""Questions that got another name or a wider type: how the history up to ``last_entry`` is told since.

``rows_of`` is the table of rows whose column it is; ``definitions`` the question's old and new contents
where answers were converted.
"""

moved_question_table = Table(
    "dosar_moved",
    SYSTEM_METADATA,
    Column("id", Integer, primary_key=True),
    Column("form", String(48), nullable=False),
    Column("question", String(48), nullable=False),
    Column("into", String(48), nullable=False),
    Column("now", String(48), nullable=False),
    Column("definitions", JSON(none_as_null=True)),
    Column("last_entry", Integer, nullable=False),
    Column("last_version", Integer, nullable=False),
)
"""Questions that went to another form with their answers: ``question`` of ``form`` is ``now`` of ``into`` since.

The history up to ``last_entry`` tells it the old way, and the versions of ``form`` up to ``last_version`` still ask it.
"""

history_table = Table(
    "dosar_history",
    SYSTEM_METADATA,
    Column("id", Integer, primary_key=True),
    Column("form", String(48), nullable=False),
    Column("record_id", Integer, nullable=False),
    Column("case_id", Integer),
    Column("at", DateTime, nullable=False),
    Column("user_id", Integer),
    Column("action", String(16), nullable=False),
    Column("form_version", Integer, nullable=False),
    Column("changes", SealedJson("history", "dosar_history.changes"), nullable=False),
    Index("ix_dosar_history_record", "form", "record_id", "id"),
    Index("ix_dosar_history_case", "case_id", "id"),
    Index("ix_dosar_history_user", "user_id", "action", "form", "id"),
)
"""What changed: ``changes`` maps a question to [old, new], each in the answer's JSON form."""

search_word_table = Table(
    "dosar_word",
    SYSTEM_METADATA,
    Column("form", String(48), primary_key=True),
    Column("word", BlindWord(), primary_key=True),
    Column("record_id", Integer, primary_key=True),
    Column("sensitivity", String(16), primary_key=True, server_default=""),
    Index("ix_dosar_word_record", "form", "record_id"),
    sqlite_with_rowid=False,
)
"""The search index: the code of one folded word of a record; a prefix search is a range of ``word``."""

post_token_table = Table(
    "dosar_once",
    SYSTEM_METADATA,
    Column("token", String(64), primary_key=True),
    Column("form", String(48), nullable=False),
    Column("record_id", Integer, nullable=False),
    Column("at", DateTime, nullable=False),
)
"""Tokens of add forms already saved: the second post of the same sheet finds its record."""

code_series_table = Table(
    "dosar_number",
    SYSTEM_METADATA,
    Column("form", String(48), primary_key=True),
    Column("question", String(48), primary_key=True),
    Column("year", Integer, primary_key=True),
    Column("last", Integer, nullable=False),
)
"""The last number given out in each year's series of codes."""

form_version_table = Table(
    "dosar_form",
    SYSTEM_METADATA,
    Column("id", Integer, primary_key=True),
    Column("form", String(48), nullable=False),
    Column("version", Integer, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("definition", JSON, nullable=False),
    Column("since", DateTime, nullable=False),
    UniqueConstraint("form", "digest"),
)
"""Every version of every form that ever ran: the last good one, and what old records were written on."""

attachment_table = Table(
    "dosar_file",
    SYSTEM_METADATA,
    Column("id", Integer, primary_key=True),
    Column("form", String(48), nullable=False),
    Column("rows_of", String(48), nullable=False, server_default=""),
    Column("question", String(48), nullable=False),
    Column("record_id", Integer),
    Column("name", SealedText("file-names", "dosar_file.name"), nullable=False),
    Column("media_type", String(80), nullable=False),
    Column("size", Integer, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("user_id", Integer, nullable=False),
    Column("at", DateTime, nullable=False),
    Index("ix_dosar_file_record", "form", "record_id"),
)
"""Files kept with a record, inside the encrypted database: each knows its record and its question.

``rows_of`` is the table of rows whose column the question is; a file has no ``record_id`` until the sheet it
came with is saved.
"""

draft_table = Table(
    "dosar_draft",
    SYSTEM_METADATA,
    Column("id", Integer, primary_key=True),
    Column("user_id", Integer, nullable=False),
    Column("form", String(48), nullable=False),
    Column("case_id", Integer, nullable=False, server_default="0"),
    Column("record_id", Integer, nullable=False, server_default="0"),
    Column("step", Integer, nullable=False, server_default="0"),
    Column("face", String(48), nullable=False, server_default=""),
    Column("boxes", SealedJson("drafts", "dosar_draft.boxes"), nullable=False),
    Column("saved_at", DateTime, nullable=False),
    UniqueConstraint("user_id", "form", "case_id", "record_id", "step"),
)
"""A sheet begun and not saved: the page as posted, for the worker who typed it.

0 stands for none: a new sheet has no ``record_id``, a sheet on one page no ``step``. ``case_id`` is the case
that a new sheet is begun for.
"""

expired_page_table = Table(
    "dosar_unsent",
    SYSTEM_METADATA,
    Column("id", Integer, primary_key=True),
    Column("user_id", Integer, nullable=False),
    Column("endpoint", String(64), nullable=False),
    Column("address", SealedText("drafts", "dosar_unsent.address"), nullable=False),
    Column("boxes", SealedJson("drafts", "dosar_unsent.boxes"), nullable=False),
    Column("saved_at", DateTime, nullable=False),
    Column("confirmed", Boolean, nullable=False, server_default=true()),
    Index("ix_dosar_unsent_user", "user_id"),
)
"""What was typed on a page that is no sheet and could not be sent, for the worker who typed it.

Not ``confirmed`` is what came with her old cookie alone, sheets too: it may be somebody else's.
"""

saved_list_table = Table(
    "dosar_list",
    SYSTEM_METADATA,
    Column("id", Integer, primary_key=True),
    Column("user_id", Integer, nullable=False),
    Column("form", String(48), nullable=False),
    Column("name", SealedText("drafts", "dosar_list.name"), nullable=False),
    Column("wish", JSON, nullable=False),
    Index("ix_dosar_list_user", "user_id", "form"),
)
"""How a worker likes to see a form's list: without a name the columns she chose, with one the filters and the
order she saved under it. Words searched for are not kept."""

merged_case_table = Table(
    "dosar_merged",
    SYSTEM_METADATA,
    Column("case_id", Integer, primary_key=True, autoincrement=False),
    Column("into_id", Integer, nullable=False),
    Column("at", DateTime, nullable=False),
    Column("user_id", Integer),
)
"""Where the sheets of a case went that turned out to be the same person's as another."""

erasure_request_table = Table(
    "dosar_erasure_request",
    SYSTEM_METADATA,
    Column("id", Integer, primary_key=True),
    Column("case_id", Integer, nullable=False, unique=True),
    Column("kind", String(16), nullable=False),
    Column("ground", String(16), nullable=False),
    Column("asked_by", Integer, nullable=False),
    Column("asked_at", DateTime, nullable=False),
)
"""That a case is to be erased or made anonymous, and nobody else has confirmed it yet."""

tombstone_table = Table(
    "dosar_tombstone",
    SYSTEM_METADATA,
    Column("number", Integer, primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("ground", String(16), nullable=False),
    Column("asked_by", Integer, nullable=False),
    Column("agreed_by", Integer, nullable=False),
    Column("at", DateTime, nullable=False),
    Column("records", Integer, nullable=False),
)
"""What is left of a case that was erased or made anonymous: who, when, why, how many sheets; nothing of the person."""

anonymous_case_table = Table(
    "dosar_anonymous",
    SYSTEM_METADATA,
    Column("case_id", Integer, primary_key=True, autoincrement=False),
)
"""Cases of which only what the figures need is left; nobody knows any more whose they were."""

deadline_table = Table(
    "dosar_deadline",
    SYSTEM_METADATA,
    Column("id", Integer, primary_key=True),
    Column("rule", String(100), nullable=False),
    Column("form", String(48), nullable=False),
    Column("case_id", Integer),
    Column("record_id", Integer, nullable=False),
    Column("row_id", Integer, nullable=False, server_default="0"),
    Column("day", Date, nullable=False),
    Column("announced_on", Date, nullable=False),
    Column("since", Date, nullable=False),
    Column("last", Date),
    Column("limit_day", Date),
    Column("of_day", Date),
    Column("waits", Boolean, nullable=False, server_default=false()),
    Column("user_id", Integer),
    Column("partner_id", Integer),
    Column("time", String(16), nullable=False, server_default=""),
    Index("ix_dosar_deadline_case", "case_id"),
    Index("ix_dosar_deadline_day", "day", "id"),
    Index("ix_dosar_deadline_user", "user_id", "day"),
)
"""What is due: a copy of what the time rules say of the sheets, made anew with every change of them.

``form`` is the form on which it is done; ``record_id`` and ``row_id`` (0 for none) where it is counted from, ``since``
the date it is counted from, ``last`` when it was done last; ``limit_day`` the day by the rule where a typed one goes
before it, ``of_day`` the day before somebody put it off. ``waits``: a sheet that waits for acceptance would end it.
"""

deadline_move_table = Table(
    "dosar_deadline_move",
    SYSTEM_METADATA,
    Column("id", Integer, primary_key=True),
    Column("rule", String(100), nullable=False),
    Column("case_id", Integer),
    Column("record_id", Integer, nullable=False),
    Column("row_id", Integer, nullable=False, server_default="0"),
    Column("of_day", Date, nullable=False),
    Column("day", Date),
    Column("user_id", Integer, nullable=False),
    Column("at", DateTime, nullable=False),
    Index("ix_dosar_deadline_move_case", "case_id"),
)
"""That somebody put a day off, or waived it (no ``day``); of two for one ``of_day`` the later counts. Why, the history
of the case tells."""

deadline_state_table = Table(
    "dosar_deadline_state",
    SYSTEM_METADATA,
    Column("id", Integer, primary_key=True),
    Column("rules", String(64), nullable=False),
    Column("day", Date, nullable=False),
)
"""By which rules, and on which day, all days were made anew last; one row."""
