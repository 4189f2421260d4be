"""A form gets another name: everything that is kept of it follows."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Table, delete, inspect, select, update

from dosar.database.append_only import open_for_good
from dosar.database.form_tables import INDEX_PREFIX
from dosar.database.system_tables import (
    SYSTEM_METADATA,
    code_series_table,
    draft_table,
    form_version_table,
    moved_question_table,
    saved_list_table,
)
from dosar.language.form import CASE_FORM, Form
from dosar.language.load.finding import FilePlace, Finding, finding
from dosar.language.load.folder import FolderReading
from dosar.language.load.form_mentions import rename_mentions
from dosar.migrations.convert.stored_counts import AnswerCounts
from dosar.records.history.deployed_forms import FOLDER_ENTRY, KeptForms

TABLES_NAMING_FORMS = tuple(
    table for table in SYSTEM_METADATA.tables.values() if "form" in table.c and table is not form_version_table
)
"""Dosar's own tables in which things are kept under the name of a form."""
ANNOUNCEMENT_CODE = "F057"
"""Told once, when it happens."""


@dataclass(frozen=True)
class FormRenaming:
    """A form that is called otherwise from now on."""

    was: str
    now: str
    count: int
    """Its records."""
    stood: bool = False
    """Whether the new name has tables already, without records: the file said too late what the form was."""


def plan_renamings(
    reading: FolderReading, kept: KeptForms, held: AnswerCounts, converting: bool
) -> tuple[list[FormRenaming], list[Finding]]:
    """The forms that get another name now, and what is to be said of them and of others."""
    done: list[FormRenaming] = []
    findings: list[Finding] = []
    for part, form in sorted(reading.of(Form).items()):
        if form.was and f"form:{form.was}" in kept.versions and form.was not in kept.names.get(form.key, ()):
            one = FormRenaming(form.was, form.key, held.records(form.was), f"form:{form.key}" in kept.versions)
            place = reading.sources[part].place(("was",))
            if obstacle := _renaming_obstacle(one, place, reading, held, converting, {other.was for other in done}):
                findings.append(obstacle)
            elif one.count or not one.stood:
                done.append(one)
                findings += _announce_renaming(one, place)
    return done, findings


def _announce_renaming(one: FormRenaming, place: FilePlace) -> Iterator[Finding]:
    if one.count:
        yield finding(
            place,
            ANNOUNCEMENT_CODE,
            'The records of "%(was)s" (%(count)s) come along: the form is called "%(now)s" from now on.',
            was=one.was,
            now=one.now,
            count=one.count,
        )


def _renaming_obstacle(
    one: FormRenaming,
    place: FilePlace,
    reading: FolderReading,
    held: AnswerCounts,
    converting: bool,
    taken: Collection[str],
) -> Finding | None:
    """Why the form cannot have its new name, or not yet."""
    names = {"was": one.was, "now": one.now, "count": one.count}
    there = reading.sources.get(f"form:{one.was}")
    if CASE_FORM in (one.was, one.now):
        return finding(place, "F056", "The case file is never called otherwise: take this line away.")
    if there is not None:
        return finding(
            place,
            "F056",
            'The form "%(was)s" is still there (%(file)s): take its file out of the folder, or take this line away.',
            file=there.file,
            **names,
        )
    if one.was in taken:
        return finding(
            place, "F056", 'Another form says already that it was "%(was)s": take one of the two lines away.', **names
        )
    fresh = held.records(one.now) if one.stood else 0
    if one.count and fresh:
        return finding(
            place,
            "F056",
            'There are records of "%(was)s" (%(count)s) and of "%(now)s" (%(fresh)s). Put the file of '
            '"%(was)s" back beside this one, and take this line away.',
            fresh=fresh,
            **names,
        )
    if one.count and one.stood and not converting:
        return finding(
            place, "F025", 'The records of "%(was)s" (%(count)s) must come to "%(now)s": run "dosar upgrade".', **names
        )
    return None


# --- what is kept of the folder ----------------------------------------------------------------------


def kept_after_renaming(kept: KeptForms, one: FormRenaming) -> KeptForms:
    """What the database remembers of the folder, as it will once the form has its new name.

    Its versions still say the name it stands under until then.
    """
    was, now = f"form:{one.was}", f"form:{one.now}"
    latest = {part: _rename_in_part(part, values, one) for part, values in kept.latest.items()}
    versions = {part: [_rename_in_part(part, each, one) for each in every] for part, every in kept.versions.items()}
    if folder := latest.get(FOLDER_ENTRY):
        latest[FOLDER_ENTRY] = {
            **folder,
            "files": {file: now if part == was else part for file, part in folder["files"].items() if part != now},
        }
    gone = latest.pop(was, None)
    if not one.stood:
        latest[now] = gone and {**gone, "form": one.now}
    versions[now] = versions.pop(was)
    names = {**kept.names, one.now: kept.names[one.was]}
    names.pop(one.was)
    founding = {now if part == was else part for part in kept.founding if part != now}
    away = {now if part == was else part: every for part, every in kept.moved_away.items()}
    return KeptForms(latest, versions, names, founding, away)


def _rename_in_part(part: str, values: Any, one: FormRenaming) -> Any:
    return values and rename_mentions(part.partition(":")[0], values, one.was, one.now)


def _rename_in_versions(connection: Connection, one: FormRenaming) -> None:
    was, now, every = f"form:{one.was}", f"form:{one.now}", form_version_table.c
    if one.stood:
        connection.execute(delete(form_version_table).where(every.form == now))
    connection.execute(update(form_version_table).where(every.form == was).values(form=now))
    for row in connection.execute(select(every.id, every.form, every.definition)).all():
        if (fresh := _rename_in_part(row.form, row.definition, one)) != row.definition:
            connection.execute(update(form_version_table).where(every.id == row.id).values(definition=fresh))


# --- the database ------------------------------------------------------------------------------------


def tables_of_form(form: str, there: Collection[str]) -> list[str]:
    """The tables of the form: its records, its rows, and what was put aside of them."""
    return sorted(name for name in there if name == form or name.startswith(f"{form}__"))


def rename_form(connection: Connection, one: FormRenaming, tables: Mapping[str, Collection[str]]) -> None:
    """Give the form its new name everywhere; ``tables`` are those it has, each with its indexes."""
    pointing = _drop_empty_tables(connection, one) if one.stood else []
    for name, indexes in tables.items():
        rename_table(connection, name, one.now + name[len(one.was) :], indexes)
    for statement in pointing:
        connection.exec_driver_sql(statement)
    for table in TABLES_NAMING_FORMS:
        if one.stood:
            _make_room(connection, table, one)
        connection.execute(update(table).where(table.c.form == one.was).values(form=one.now))
    connection.execute(update(moved_question_table).where(moved_question_table.c.into == one.was).values(into=one.now))
    _rename_in_versions(connection, one)


def rename_table(connection: Connection, was: str, now: str, indexes: Collection[str]) -> None:
    """Names of indexes, and of what closes a table, are free for whoever comes next; both are made anew."""
    quote = connection.dialect.identifier_preparer.quote
    open_for_good(connection, was)
    for index in sorted(indexes):
        if index.startswith(INDEX_PREFIX):
            connection.exec_driver_sql(f"DROP INDEX {quote(index)}")
    connection.exec_driver_sql(f"ALTER TABLE {quote(was)} RENAME TO {quote(now)}")


def _drop_empty_tables(connection: Connection, one: FormRenaming) -> list[str]:
    """Make room for the tables of the form; says how what pointed to them will point to those that come."""
    quote, inspector = connection.dialect.identifier_preparer.quote, inspect(connection)
    gone = tables_of_form(one.now, inspector.get_table_names())
    if connection.dialect.name == "sqlite":  # what points there does so by name
        pointing = []
        ending = ""
    else:
        pointing = [
            f"ALTER TABLE {quote(name)} ADD FOREIGN KEY ({quote(key['constrained_columns'][0])}) "
            f"REFERENCES {quote(one.now)} (id)"
            for (_, name), keys in inspector.get_multi_foreign_keys().items()
            if name not in gone
            for key in keys
            if key["referred_table"] == one.now
        ]
        ending = " CASCADE"
    for name in reversed(gone):
        open_for_good(connection, name)
        connection.exec_driver_sql(f"DROP TABLE {quote(name)}{ending}")
    return pointing


def _make_room(connection: Connection, table: Table, one: FormRenaming) -> None:
    """What workers began and chose under the new name goes together with what they had under the old."""
    if table is draft_table:
        _join_drafts(connection, one)
    elif table is saved_list_table:
        _drop_twins(connection, one)
    elif table is code_series_table:
        connection.execute(delete(code_series_table).where(code_series_table.c.form == one.now))


def _join_drafts(connection: Connection, one: FormRenaming) -> None:
    """Two drafts of one sheet become one, the later counting."""
    place = ("user_id", "case_id", "record_id", "step")
    rows = {
        form: {tuple(row[name] for name in place): row for row in found}
        for form in (one.was, one.now)
        for found in [connection.execute(select(draft_table).where(draft_table.c.form == form)).mappings().all()]
    }
    for where in rows[one.was].keys() & rows[one.now].keys():
        earlier, later = sorted((rows[one.was][where], rows[one.now][where]), key=lambda row: row["saved_at"])
        typed = {name for name, _ in later["boxes"]}
        boxes = [*later["boxes"], *(box for box in earlier["boxes"] if box[0] not in typed)]
        connection.execute(delete(draft_table).where(draft_table.c.id == earlier["id"]))
        connection.execute(update(draft_table).where(draft_table.c.id == later["id"]).values(boxes=boxes))


def _drop_twins(connection: Connection, one: FormRenaming) -> None:
    """Of two lists that a worker saved under one name, the one of the new form stays."""
    kept = saved_list_table.alias()
    twin = select(kept.c.id).where(
        kept.c.form == one.now, kept.c.user_id == saved_list_table.c.user_id, kept.c.name == saved_list_table.c.name
    )
    connection.execute(delete(saved_list_table).where(saved_list_table.c.form == one.was, twin.exists()))
