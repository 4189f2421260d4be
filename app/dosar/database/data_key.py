"""The organisation's data key: made once, kept in the database, wrapped by the key of the data folder.

What is sealed or signed for long (the audit log's chain, second factors) hangs on keys derived from it, one per
purpose. So it stays the same when the organisation moves to another database or gets another folder key: only its
wrapping changes. On PostgreSQL the database alone opens nothing that was sealed.
"""

from secrets import token_bytes

from cryptography.exceptions import InvalidTag
from sqlalchemy import Column, Connection, Integer, LargeBinary, Table, insert, inspect, select, update

from dosar.database.sealing.key_derivation import derive_key
from dosar.database.sealing.sealed_value import open_value, seal_value
from dosar.database.store_errors import WrongKey
from dosar.database.system_tables import SYSTEM_METADATA

DATA_KEY_BYTES = 32
WRAPPING_VERSION = b"\x01"
WRAPPING_PURPOSE = "data-key"

data_key_table = Table(
    "dosar_data_key",
    SYSTEM_METADATA,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("wrapped", LargeBinary, nullable=False),
)
"""One row: version, nonce, the encrypted key and its tag."""


def read_data_key(connection: Connection, folder_key: bytes) -> bytes | None:
    """The data key; none in a database that was never made ready. Raises :class:`WrongKey`."""
    if not inspect(connection).has_table(data_key_table.name):
        return None
    wrapped = connection.scalar(select(data_key_table.c.wrapped))
    return None if wrapped is None else _unwrap(wrapped, folder_key)


def ensure_data_key(connection: Connection, folder_key: bytes) -> bytes:
    """The data key, made if the database has none yet. Raises :class:`WrongKey`."""
    known = read_data_key(connection, folder_key)
    if known is not None:
        return known
    data_key = token_bytes(DATA_KEY_BYTES)
    connection.execute(insert(data_key_table).values(id=1, wrapped=_wrap(data_key, folder_key)))
    return data_key


def rewrap_data_key(connection: Connection, old_key: bytes, new_key: bytes) -> None:
    """Let another folder key open the data key from now on. Raises :class:`WrongKey`."""
    wrapped = connection.scalar(select(data_key_table.c.wrapped))
    if wrapped is not None:
        connection.execute(update(data_key_table).values(wrapped=_wrap(_unwrap(wrapped, old_key), new_key)))


def _wrap(data_key: bytes, folder_key: bytes) -> bytes:
    wrapping_key = derive_key(folder_key, WRAPPING_PURPOSE)
    return WRAPPING_VERSION + seal_value(wrapping_key, data_key, WRAPPING_VERSION)


def _unwrap(wrapped: bytes, folder_key: bytes) -> bytes:
    try:
        return open_value(derive_key(folder_key, WRAPPING_PURPOSE), wrapped[1:], wrapped[:1])
    except InvalidTag:
        raise WrongKey(
            "The key does not belong to this database. Use the key file or the passphrase of the data folder that it "
            "was made with: name the folder with --data, the file with --key-file."
        ) from None
