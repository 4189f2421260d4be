"""The tables of access control, beside Flask-AppBuilder's tables of users, roles and permissions."""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import mapped_column

from dosar.access.framework import (
    Model,
    Permission,
    PermissionView,
    Role,
    User,
    ViewMenu,
    assoc_group_role,
    assoc_permissionview_role,
    assoc_user_group,
    assoc_user_role,
)
from dosar.database.sealing.sealed_columns import SealedJson, SealedText

# On Flask-AppBuilder's own class: a subclass on the same table would give one user two objects.
User.locale = mapped_column(String(8), nullable=True)
"""The language the user reads; empty until she chooses one."""

session_table = Table(
    "dosar_session",
    Model.metadata,
    Column("id", String(64), primary_key=True),
    Column("user_id", Integer, ForeignKey("ab_user.id", ondelete="CASCADE"), index=True),
    Column("contents", Text, nullable=False),
    Column("created", DateTime, nullable=False),
    Column("seen", DateTime, nullable=False, index=True),
    Column("pending_id", Integer, index=True),
    Column("confirmed", DateTime),
    Column("device", String(64)),
)
"""A browser's session; the cookie holds a random word, ``id`` its digest. The ``contents`` are sealed for it.

``pending_id``: the user who has given her password and not her code yet; the session is nobody's. ``confirmed``: when
she last proved who she is. ``device``: browser and system, as she reads them in the list of her sessions.
"""

second_factor_table = Table(
    "dosar_second_factor",
    Model.metadata,
    Column("user_id", Integer, ForeignKey("ab_user.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("secret", Text, nullable=False),
    Column("last_step", Integer, nullable=False),
    Column("enrolled", DateTime, nullable=False),
)
"""The secret a user's telephone makes codes of, sealed; a code of ``last_step`` or before is used up."""

recovery_code_table = Table(
    "dosar_recovery_code",
    Model.metadata,
    Column("id", String(64), primary_key=True),
    Column("user_id", Integer, ForeignKey("ab_user.id", ondelete="CASCADE"), nullable=False, index=True),
)
"""The codes on paper that are not used yet; ``id`` is a digest."""

passkey_table = Table(
    "dosar_passkey",
    Model.metadata,
    Column("id", String(64), primary_key=True),
    Column("user_id", Integer, ForeignKey("ab_user.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("credential", Text, nullable=False),
    Column("public_key", Text, nullable=False),
    Column("sign_count", BigInteger, nullable=False),
    Column("name", String(64), nullable=False),
    Column("added", DateTime, nullable=False),
    Column("used", DateTime),
    Column("told", DateTime),
)
"""A user's passkeys. ``id`` is the digest of the ``credential``; the public key is sealed for user and credential, and
a ``sign_count`` that does not grow is one of a copy. ``told``: when its owner was told that it was added, as far as she
came in by something else."""

try_table = Table(
    "dosar_try",
    Model.metadata,
    Column("key", String(64), primary_key=True),
    Column("tries", Integer, nullable=False),
    Column("closed_until", DateTime, nullable=False),
    Column("last", DateTime, nullable=False, index=True),
)
"""Failed sign-ins of an account or from an address, both kept as digests."""

telephone_reset_table = Table(
    "dosar_telephone_reset",
    Model.metadata,
    Column("user_id", Integer, ForeignKey("ab_user.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("asked_by", Integer, nullable=False),
    Column("asked", DateTime, nullable=False),
)
"""Who asked to have a user's telephone disconnected; a second administrator has not confirmed it yet."""

access_request_table = Table(
    "dosar_access_request",
    Model.metadata,
    Column("id", Integer, primary_key=True),
    Column("user_id", Integer, ForeignKey("ab_user.id", ondelete="CASCADE"), nullable=False),
    Column("kind", String(8), nullable=False),
    Column("name", String(150), nullable=False),
    Column("asked_by", Integer, nullable=False),
    Column("asked", DateTime, nullable=False),
    UniqueConstraint("user_id", "kind", "name"),
)
"""A role or a team that a user is given once a second person confirms it."""

access_period_table = Table(
    "dosar_access_period",
    Model.metadata,
    Column("user_id", Integer, ForeignKey("ab_user.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("group_id", Integer, primary_key=True, autoincrement=False),
    Column("since", Date),
    Column("until", Date),
)
"""The first and the last day of a user's place in a team, or of her account (``ACCOUNT_ITSELF``)."""

emergency_access_table = Table(
    "dosar_emergency_access",
    Model.metadata,
    Column("id", Integer, primary_key=True),
    Column("user_id", Integer, ForeignKey("ab_user.id", ondelete="CASCADE"), nullable=False),
    Column("case_id", Integer, nullable=False),
    Column("opened", DateTime, nullable=False),
    Column("until", DateTime, nullable=False),
    Column("seen_by", Integer),
    Index("ix_dosar_emergency_access_user", "user_id", "until"),
)
"""A case that somebody opened on which she does not work, and until when; ``seen_by`` looked at it."""

setting_table = Table(
    "dosar_setting",
    Model.metadata,
    Column("key", String(64), primary_key=True),
    Column("value", Text, nullable=False),
)
"""What the organisation says of itself: its name, its language."""

invitation_table = Table(
    "dosar_invitation",
    Model.metadata,
    Column("id", String(64), primary_key=True),
    Column("user_id", Integer, ForeignKey("ab_user.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("expires", DateTime, nullable=False),
)
"""A link that lets a user choose her password, once; ``id`` is the digest of its word."""

account_history_table = Table(
    "dosar_account_history",
    Model.metadata,
    Column("id", Integer, primary_key=True),
    Column("at", DateTime, nullable=False),
    Column("by_id", Integer),
    Column("user_id", Integer),
    Column("action", String(24), nullable=False),
    Column("changes", JSON, nullable=False),
    Index("ix_dosar_account_history_user", "user_id", "id"),
)
"""Who did what to whose account; ``changes`` maps what was changed to [old, new]. Entries are only added."""

backup_place_table = Table(
    "dosar_backup_place",
    Model.metadata,
    Column("id", Integer, primary_key=True),
    Column("settings", SealedJson("backups", "dosar_backup_place.settings"), nullable=False),
    Column("added", DateTime, nullable=False),
)
"""Where back-ups go. Address, user and password are sealed in one piece: nobody sends the password of one place to the
address of another by writing into the table."""

backup_run_table = Table(
    "dosar_backup_run",
    Model.metadata,
    Column("id", Integer, primary_key=True),
    Column("place_id", Integer, ForeignKey("dosar_backup_place.id", ondelete="CASCADE")),
    Column("begun_at", DateTime, nullable=False),
    Column("ended_at", DateTime, nullable=False),
    Column("cause", String(16), nullable=False),
    Column("name", String(64), nullable=False),
    Column("bytes", BigInteger, nullable=False),
    Column("verified", Boolean, nullable=False),
    Column("rehearsed_at", DateTime),
    Column("trouble", SealedJson("backups", "dosar_backup_run.trouble")),
    Index("ix_dosar_backup_run_place", "place_id", "verified", "id"),
)
"""Each back-up that was tried: when, what for, and how it went. No ``place_id``: to a place that is not kept, by a
command. ``name`` is that of the file; empty where none was made. ``trouble`` is a sentence, told in any language; it
may name the place, and is sealed as that is. ``rehearsed_at``: when it was last restored on trial."""

mail_account_table = Table(
    "dosar_mail_account",
    Model.metadata,
    Column("id", Integer, primary_key=True),
    Column("settings", SealedJson("mail", "dosar_mail_account.settings"), nullable=False),
    Column("changed", DateTime, nullable=False),
)
"""The account over which mails leave, one or none. Server, user and password are sealed in one piece, as those of a
place for back-ups are."""

digest_choice_table = Table(
    "dosar_digest_choice",
    Model.metadata,
    Column("user_id", Integer, ForeignKey("ab_user.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("address", SealedText("mail", "dosar_digest_choice.address"), nullable=False),
    Column("rhythm", String(8), nullable=False),
    Column("weekday", Integer, nullable=False),
    Column("made_for", Date),
    Column("confirmed", DateTime),
    Column("code", SealedText("mail", "dosar_digest_choice.code")),
    Column("code_until", DateTime),
)
"""Who wants a digest by mail, where to, and how often. ``made_for``: for which day the last one was put into the queue;
whoever writes it there has the turn, however many programs look. ``confirmed``: when the code that was mailed to the
address came back; until then nothing else goes there. ``code``: the one that is waited for, until ``code_until``."""

mail_table = Table(
    "dosar_mail",
    Model.metadata,
    Column("id", Integer, primary_key=True),
    Column("user_id", Integer, ForeignKey("ab_user.id", ondelete="CASCADE"), nullable=False),
    Column("made", DateTime, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("next_try", DateTime, nullable=False),
    Column("claimed_until", DateTime),
    Column("state", String(8), nullable=False),
    Column("ended", DateTime),
    Column("trouble", SealedJson("mail", "dosar_mail.trouble")),
    Index("ix_dosar_mail_state", "state", "next_try"),
)
"""The queue of mails, and what became of them. Nothing of a mail lies here: it is written when it is sent, of what its
reader may know at that moment. ``claimed_until``: a program is sending it."""

calendar_feed_table = Table(
    "dosar_calendar_feed",
    Model.metadata,
    Column("id", String(64), primary_key=True),
    Column("user_id", Integer, ForeignKey("ab_user.id", ondelete="CASCADE"), nullable=False, unique=True),
    Column("made", DateTime, nullable=False),
    Column("read", DateTime),
)
"""The secret address of a worker's calendar; ``id`` is the digest of its word. ``read``: when it was last fetched."""

user_table: Table = User.__table__
role_table: Table = Role.__table__
user_role_table, user_group_table = assoc_user_role, assoc_user_group
group_role_table = assoc_group_role
"""The roles whoever is in a group holds."""
permission_table: Table = Permission.__table__
menu_table: Table = ViewMenu.__table__
pair_table: Table = PermissionView.__table__
"""A permission on a view menu; ``role_permissions`` gives it to a role."""
role_permissions: Table = assoc_permissionview_role

ACCESS_TABLES: tuple[Table, ...] = tuple(
    table for table in Model.metadata.sorted_tables if table.name.startswith(("ab_", "dosar_"))
)
"""Every table of access control, parents first."""
