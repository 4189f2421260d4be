"""Files that came with a sheet which was never saved: looked for at a start, and cleared.

The day in between belongs to whoever still has the sheet open; a draft keeps its files as long as it lasts.
"""

from datetime import timedelta

from sqlalchemy import Connection, delete, select

from app.records.system import attachment, draft, now

OPEN_FOR = timedelta(days=1)


def clear_loose_files(connection: Connection) -> int:
    """Remove the files that belong to no record and stand in no draft; says how many."""
    loose = select(attachment.c.id, attachment.c.user_id, attachment.c.rows_of, attachment.c.question).where(
        attachment.c.record_id.is_(None), attachment.c.at < now() - OPEN_FOR
    )
    found = connection.execute(loose).all()
    drafted = _drafted(connection) if found else set()
    gone = [one.id for one in found if (one.user_id, one.rows_of, one.question, str(one.id)) not in drafted]
    if gone:
        connection.execute(delete(attachment).where(attachment.c.id.in_(gone)))
    return len(gone)


def _drafted(connection: Connection) -> set[tuple[int, str, str, str]]:
    """Worker, table of rows (or nothing), question and text of every box of a draft."""
    return {
        (row.user_id, *_place(box), text)
        for row in connection.execute(select(draft.c.user_id, draft.c.boxes)) for box, text in row.boxes
    }


def _place(box: str) -> tuple[str, str]:
    """``documents.3.scan`` is the question ``scan`` in a row of ``documents``."""
    table, _, place = box.partition(".")
    return (table, place.partition(".")[2]) if place else ("", table)
