"""A number is given once: no record gets that of one that was erased.

History, audit log, links, drafts and open pages name records by their numbers, some of them for years. PostgreSQL
counts apart from the rows; SQLite takes the highest number there is and one more, unless a table says
``AUTOINCREMENT``: then it remembers the highest it ever gave. Every table is told so here, whoever made it, without a
row being touched: SQLite reads its description anew, which is all that changes (https://www.sqlite.org/autoinc.html).
"""

from collections.abc import Mapping

from sqlalchemy import Connection, column, func, inspect, select, table

from dosar.database.audit.chain import audit_event_table
from dosar.language.form import CASE_FORM

PLAIN_KEY, LASTING_KEY = "PRIMARY KEY (id)", "PRIMARY KEY (id AUTOINCREMENT)"
_REUSING = (
    "SELECT m.name FROM sqlite_master m "
    "JOIN pragma_table_info(m.name) c ON c.name = 'id' AND upper(c.type) = 'INTEGER' "
    "WHERE m.type = 'table' AND instr(m.sql, ?) AND NOT instr(m.sql, 'WITHOUT ROWID')"
)
"""Only a column of whole numbers counts on; others may be called id, too."""
_NUMBERED = "SELECT name FROM sqlite_master WHERE type = 'table' AND instr(sql, 'AUTOINCREMENT)')"
_HAS_COUNTER = "SELECT count(*) FROM sqlite_master WHERE name = 'sqlite_sequence'"
_MADE_FOR_ITS_COUNTER = "dosar_counted"


def give_numbers_once(connection: Connection) -> None:
    """Let no table of this database give a number twice; those that remember already are left alone."""
    if connection.dialect.name != "sqlite":
        return
    names = [str(name) for (name,) in connection.exec_driver_sql(_REUSING, (PLAIN_KEY,))]
    if not names:
        return
    _make_counter(connection)
    _describe_anew(connection, names)
    raise_numbers(connection, {name: _highest_given(connection, name) for name in names})


def _make_counter(connection: Connection) -> None:
    """SQLite makes the table in which it counts along with the first that needs it."""
    if not connection.exec_driver_sql(_HAS_COUNTER).scalar():
        connection.exec_driver_sql(f"CREATE TABLE {_MADE_FOR_ITS_COUNTER} (id INTEGER PRIMARY KEY AUTOINCREMENT)")
        connection.exec_driver_sql(f"DROP TABLE {_MADE_FOR_ITS_COUNTER}")


def _describe_anew(connection: Connection, names: list[str]) -> None:
    version = connection.exec_driver_sql("PRAGMA schema_version").scalar_one()
    connection.exec_driver_sql("PRAGMA writable_schema=ON")
    try:
        for name in names:
            connection.exec_driver_sql(
                "UPDATE sqlite_master SET sql = replace(sql, ?, ?) WHERE type = 'table' AND name = ?",
                (PLAIN_KEY, LASTING_KEY, name),
            )
        connection.exec_driver_sql(f"PRAGMA schema_version={version + 1}")
    finally:
        connection.exec_driver_sql("PRAGMA writable_schema=RESET")


def _highest_given(connection: Connection, name: str) -> int:
    """As far as it can still be told; the audit log names cases that are no more."""
    rows = table(name, column("id"))
    known = [connection.scalar(select(func.max(rows.c.id)))]
    if name == CASE_FORM and inspect(connection).has_table(audit_event_table.name):
        known.append(connection.scalar(select(func.max(audit_event_table.c.case_id))))
    return max((number for number in known if number is not None), default=0)


def numbers_given(connection: Connection) -> dict[str, int]:
    """Table → the highest number that it ever gave, for tables that remember it."""
    if connection.dialect.name == "sqlite":
        if not connection.exec_driver_sql(_HAS_COUNTER).scalar():
            return {}
        numbered = {name for (name,) in connection.exec_driver_sql(_NUMBERED)}
        given = connection.exec_driver_sql("SELECT name, seq FROM sqlite_sequence")
        return {name: number for name, number in given if name in numbered}
    found = connection.exec_driver_sql(
        "SELECT c.relname, s.last_value FROM pg_sequences s "
        "JOIN pg_class q ON q.relname = s.sequencename AND q.relkind = 'S' "
        "JOIN pg_depend d ON d.objid = q.oid AND d.deptype IN ('a', 'i') "
        "JOIN pg_class c ON c.oid = d.refobjid "
        "WHERE s.schemaname = current_schema() AND s.last_value IS NOT NULL"
    )
    return {name: number for name, number in found}


def raise_numbers(connection: Connection, given: Mapping[str, int]) -> None:
    """Let each of these tables go on after the number at least, whatever it gave itself (SQLite)."""
    for name, number in given.items():
        statement = "UPDATE sqlite_sequence SET seq = max(seq, ?) WHERE name = ?"
        if not connection.exec_driver_sql(statement, (number, name)).rowcount:
            connection.exec_driver_sql("INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", (name, number))
