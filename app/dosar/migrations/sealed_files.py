"""Files of databases before format 4 lie there as they came; from then on they are sealed."""

from hmac import digest

from sqlalchemy import Connection, select, update

from dosar.database.sealed_content import is_sealed, seal_content
from dosar.database.store import Store
from dosar.database.system_tables import attachment_table
from dosar.records.attachments import DIGEST_PURPOSE, FILES_PURPOSE

SEALED_SINCE_FORMAT = 4


def seal_plain_files(store: Store, connection: Connection) -> int:
    """Seal what is not sealed, one file at a time in memory; says how many."""
    count = 0
    for number in connection.scalars(select(attachment_table.c.id)).all():
        content = connection.scalar(select(attachment_table.c.content).where(attachment_table.c.id == number)) or b""
        if is_sealed(content):
            continue
        sealed = seal_content(store.purpose_key(FILES_PURPOSE), content)
        keyed = digest(store.purpose_key(DIGEST_PURPOSE), content, "sha256").hex()
        changed = update(attachment_table).where(attachment_table.c.id == number)
        connection.execute(changed.values(content=sealed, digest=keyed))
        count += 1
    return count
