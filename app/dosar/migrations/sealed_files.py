"""Files of databases before format 4 lie there as they came; from then on they are sealed."""

from sqlalchemy import Connection, select, update

from dosar.database.sealing.sealed_content import is_sealed
from dosar.database.store import Store
from dosar.database.system_tables import attachment_table
from dosar.records.attachments import sealed_file

SEALED_SINCE_FORMAT = 4


def seal_plain_files(store: Store, connection: Connection) -> int:
    """Seal what is not sealed, one file at a time in memory; says how many."""
    count = 0
    for number in connection.scalars(select(attachment_table.c.id)).all():
        content = connection.scalar(select(attachment_table.c.content).where(attachment_table.c.id == number)) or b""
        if is_sealed(content):
            continue
        columns = sealed_file(store, content)
        connection.execute(update(attachment_table).where(attachment_table.c.id == number).values(columns))
        count += 1
    return count
