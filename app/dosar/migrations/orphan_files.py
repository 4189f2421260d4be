"""Files that came with a sheet which was never saved: looked for at a start, and cleared.

The day in between belongs to whoever still has the sheet open; a draft keeps its files as long as it lasts.
"""

from datetime import timedelta

from sqlalchemy import Connection, delete, select

from dosar.database.system_tables import attachment_table, draft_table, utc_now

KEEP_LOOSE_FOR = timedelta(days=1)


def clear_loose_files(connection: Connection) -> int:
    """Remove the files that belong to no record and stand in no draft; says how many."""
    loose = select(
        attachment_table.c.id, attachment_table.c.user_id, attachment_table.c.rows_of, attachment_table.c.question
    ).where(attachment_table.c.record_id.is_(None), attachment_table.c.at < utc_now() - KEEP_LOOSE_FOR)
    found = connection.execute(loose).all()
    drafted = _files_in_drafts(connection) if found else set()
    orphans = [file.id for file in found if (file.user_id, file.rows_of, file.question, str(file.id)) not in drafted]
    if orphans:
        connection.execute(delete(attachment_table).where(attachment_table.c.id.in_(orphans)))
    return len(orphans)


def _files_in_drafts(connection: Connection) -> set[tuple[int, str, str, str]]:
    """Worker, table of rows (or nothing), question and text of every box of a draft."""
    return {
        (row.user_id, *_place_of_box(box), text)
        for row in connection.execute(select(draft_table.c.user_id, draft_table.c.boxes))
        for box, text in row.boxes
    }


def _place_of_box(box: str) -> tuple[str, str]:
    """``documents.3.scan`` is the question ``scan`` in a row of ``documents``."""
    table, _, cell = box.partition(".")
    return (table, cell.partition(".")[2]) if cell else ("", table)
