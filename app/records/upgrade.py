"""The forms change, the answers stay.

At every start the forms are compared with the database. What only adds (a form, a question, a choice)
is done at once, in one transaction; nothing is ever dropped: a question or form that disappears from
the files keeps its column or table. A file that cannot be used runs on as its last good version,
which the database keeps.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from json import dumps
from pathlib import Path
from typing import Any

from sqlalchemy import Column, Connection, Table, insert, inspect, select
from sqlalchemy.schema import CreateColumn, CreateIndex

from app.language.checks import check
from app.language.finding import Finding
from app.language.folder import Definition, define, folder_digest, make_parts, read_folder
from app.language.form import Form
from app.records.store import Store
from app.records.system import SYSTEM_METADATA, form_version, now
from app.records.tables import build_tables

FOLDER = "~folder"
"""The row that remembers the digest of a whole folder that was without findings."""


@dataclass(frozen=True)
class Step:
    """One change of the database that the forms ask for."""

    what: str
    """``table``, ``column``, ``rename`` or ``index``."""
    name: str
    sql: str = ""


@dataclass(frozen=True)
class Opened:
    """Forms ready to run, and what is to be said about their files."""

    definition: Definition
    findings: list[Finding] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    changed: bool = True
    """Whether anything in the folder differs from the last start."""


def open_forms(store: Store, folder: Path) -> Opened:
    """The forms of the folder, running on a database that fits them.

    The tables of people who sign in must be there already.
    """
    with store.writing() as session:
        connection = session.connection()
        SYSTEM_METADATA.create_all(connection)
        kept = _last_good(connection)
        digest = folder_digest(folder)
        if kept.get(FOLDER) == digest:
            contents = {part: values for part, values in kept.items() if part != FOLDER}
            return Opened(define(make_parts(contents), contents), changed=False)
        definition, findings = _read(folder, kept)
        steps = plan(connection, definition)
        carry_out(connection, definition, steps)
        _keep(connection, definition, kept, "" if findings else digest)
    return Opened(definition, findings, steps)


def _read(folder: Path, kept: Mapping[str, Any]) -> tuple[Definition, list[Finding]]:
    """The definition to run: the files, and the last good version of every part that has a mistake."""
    reading = read_folder(folder)
    good_before = {part: values for part, values in kept.items() if part != FOLDER}
    older = {made.key: made for made in make_parts(good_before).values() if isinstance(made, Form)}
    findings = check(reading, older)
    reading.findings = findings
    broken = reading.broken()
    contents = {part: source.contents for part, source in reading.sources.items() if part not in broken}
    contents |= {part: good_before[part] for part in broken if part in good_before}
    return define(make_parts(contents), contents), findings


def _last_good(connection: Connection) -> dict[str, Any]:
    rows = connection.execute(select(form_version.c.form, form_version.c.definition).order_by(form_version.c.id))
    latest = {row.form: row.definition for row in rows}
    return {part: values for part, values in latest.items() if values is not None}


def _keep(connection: Connection, definition: Definition, kept: Mapping[str, Any], digest: str) -> None:
    """Remember every part that changed, as the last good version from now on."""
    parts: dict[str, Any] = {**definition.contents, FOLDER: digest}
    gone = {part: None for part in kept if part not in parts}
    for part, values in {**parts, **gone}.items():
        if kept.get(part) != values:
            connection.execute(insert(form_version).values(
                form=part, version=_version(values), digest=_digest(values), definition=values, since=now()
            ))


def _version(values: Any) -> int:
    version = values.get("version") if isinstance(values, dict) else None
    return version if isinstance(version, int) else 1


def _digest(values: Any) -> str:
    return sha256((dumps(values, sort_keys=True) + str(now())).encode()).hexdigest()


def plan(connection: Connection, definition: Definition) -> list[Step]:
    """What must change in the database before these forms can run; nothing is dropped."""
    there = inspect(connection)
    present = set(there.get_table_names())
    renamed = _renames(definition.forms)
    steps: list[Step] = []
    for table in _form_tables(definition):
        if table.name not in present:
            steps.append(Step("table", table.name))
            continue
        columns = {column["name"] for column in there.get_columns(table.name)}
        indexes = {index["name"] for index in there.get_indexes(table.name)}
        steps += _column_steps(connection, table, columns, renamed.get(table.name, {}))
        steps += [
            Step("index", str(index.name), _sql(connection, CreateIndex(index)))
            for index in table.indexes if index.name not in indexes
        ]
    return steps


def carry_out(connection: Connection, definition: Definition, steps: list[Step]) -> None:
    """Do the steps, in the transaction of ``connection``: all, or none of them."""
    missing = {step.name for step in steps if step.what == "table"}
    tables = [table for table in _form_tables(definition) if table.name in missing]
    if tables:
        tables[0].metadata.create_all(connection, tables=tables, checkfirst=False)
    for step in steps:
        if step.sql:
            connection.exec_driver_sql(step.sql)


def _form_tables(definition: Definition) -> list[Table]:
    tables = build_tables(definition.forms)
    ours = {kept.__table__ for kept in (*tables.records.values(), *tables.rows.values())}  # type: ignore[attr-defined]
    return [table for table in tables.metadata.sorted_tables if table in ours]


def _renames(forms: Mapping[str, Form]) -> dict[str, dict[str, str]]:
    """Table → new column → old column, for every question that says what it was."""
    renamed: dict[str, dict[str, str]] = {}
    for form in forms.values():
        for question in form.questions.values():
            _note_rename(renamed.setdefault(form.key, {}), question)
            for column in question.columns_asked():
                _note_rename(renamed.setdefault(f"{form.key}__{question.name}", {}), column)
    return renamed


def _note_rename(renamed: dict[str, str], question: Any) -> None:
    if question.was:
        for column in question.columns():
            renamed[column.name] = question.was + column.name[len(question.name):]


def _column_steps(
    connection: Connection, table: Table, present: set[str], renamed: Mapping[str, str]
) -> list[Step]:
    steps = []
    for column in table.columns:
        if column.name in present:
            continue
        old = renamed.get(column.name)
        if old in present:
            steps.append(Step("rename", f"{table.name}.{column.name}", _rename(connection, table, str(old), column.name)))
        else:
            steps.append(Step("column", f"{table.name}.{column.name}", _add(connection, table, column)))
    return steps


def _rename(connection: Connection, table: Table, old: str, new: str) -> str:
    quote = connection.dialect.identifier_preparer.quote
    return f"ALTER TABLE {quote(table.name)} RENAME COLUMN {quote(old)} TO {quote(new)}"


def _add(connection: Connection, table: Table, column: Column[Any]) -> str:
    quote = connection.dialect.identifier_preparer.quote
    spec = _sql(connection, CreateColumn(column))
    for key in column.foreign_keys:
        spec += f" REFERENCES {quote(key.column.table.name)} (id)"
    return f"ALTER TABLE {quote(table.name)} ADD COLUMN {spec}"


def _sql(connection: Connection, element: Any) -> str:
    return str(element.compile(dialect=connection.dialect)).strip()
