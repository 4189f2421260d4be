"""A form gets another name: everything that is kept of it follows."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Table, delete, inspect, select, update

from dosar.database.ordering.form_indexes import INDEX_PREFIX
from dosar.database.system_tables import (
    SYSTEM_METADATA,
    code_series_table,
    draft_table,
    form_version_table,
    moved_question_table,
    saved_list_table,
)
from dosar.database.writing.append_only import open_for_good
from dosar.language.form import CASE_FORM, Form
from dosar.language.load.finding import FilePlace, Finding, finding
from dosar.language.load.folder import FolderReading
from dosar.language.load.form_mentions import rename_mentions
from dosar.migrations.compare.stored_counts import AnswerCounts
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
    target_exists: bool = False
    """Whether the new name has tables already, without records: the file said too late what the form was."""


def plan_renamings(
    reading: FolderReading, kept_forms: KeptForms, counts: AnswerCounts, converting: bool
) -> tuple[list[FormRenaming], list[Finding]]:
    """The forms that get another name now, and what is to be said of them and of others."""
    renamings: list[FormRenaming] = []
    findings: list[Finding] = []
    for part, form in sorted(reading.of(Form).items()):
        if (
            form.was
            and f"form:{form.was}" in kept_forms.versions
            and form.was not in kept_forms.names.get(form.key, ())
        ):
            renaming = FormRenaming(
                form.was, form.key, counts.records(form.was), f"form:{form.key}" in kept_forms.versions
            )
            place = reading.sources[part].place(("was",))
            if obstacle := _renaming_obstacle(
                renaming, place, reading, counts, converting, {other.was for other in renamings}
            ):
                findings.append(obstacle)
            elif renaming.count or not renaming.target_exists:
                renamings.append(renaming)
                findings += _announce_renaming(renaming, place)
    return renamings, findings


def _announce_renaming(renaming: FormRenaming, place: FilePlace) -> Iterator[Finding]:
    if renaming.count:
        yield finding(
            place,
            ANNOUNCEMENT_CODE,
            'The records of "%(was)s" (%(count)s) come along: the form is called "%(now)s" from now on.',
            was=renaming.was,
            now=renaming.now,
            count=renaming.count,
        )


def _renaming_obstacle(
    renaming: FormRenaming,
    place: FilePlace,
    reading: FolderReading,
    counts: AnswerCounts,
    converting: bool,
    taken: Collection[str],
) -> Finding | None:
    """Why the form cannot have its new name, or not yet."""
    names = {"was": renaming.was, "now": renaming.now, "count": renaming.count}
    former_source = reading.sources.get(f"form:{renaming.was}")
    if CASE_FORM in (renaming.was, renaming.now):
        return finding(place, "F056", "The case file is never called otherwise: take this line away.")
    if former_source is not None:
        return finding(
            place,
            "F056",
            'The form "%(was)s" is still there (%(file)s): take its file out of the folder, or take this line away.',
            file=former_source.file,
            **names,
        )
    if renaming.was in taken:
        return finding(
            place, "F056", 'Another form says already that it was "%(was)s": take one of the two lines away.', **names
        )
    fresh = counts.records(renaming.now) if renaming.target_exists else 0
    if renaming.count and fresh:
        return finding(
            place,
            "F056",
            'There are records of "%(was)s" (%(count)s) and of "%(now)s" (%(fresh)s). Put the file of '
            '"%(was)s" back beside this one, and take this line away.',
            fresh=fresh,
            **names,
        )
    if renaming.count and renaming.target_exists and not converting:
        return finding(
            place, "F025", 'The records of "%(was)s" (%(count)s) must come to "%(now)s": run "dosar upgrade".', **names
        )
    return None


# --- what is kept of the folder ----------------------------------------------------------------------


def kept_after_renaming(kept_forms: KeptForms, renaming: FormRenaming) -> KeptForms:
    """What the database remembers of the folder, as it will once the form has its new name.

    Its versions still say the name it stands under until then.
    """
    was, now = f"form:{renaming.was}", f"form:{renaming.now}"
    latest = {part: _rename_in_part(part, values, renaming) for part, values in kept_forms.latest.items()}
    versions = {
        part: [_rename_in_part(part, each, renaming) for each in every] for part, every in kept_forms.versions.items()
    }
    if folder := latest.get(FOLDER_ENTRY):
        latest[FOLDER_ENTRY] = {
            **folder,
            "files": {file: now if part == was else part for file, part in folder["files"].items() if part != now},
        }
    gone = latest.pop(was, None)
    if not renaming.target_exists:
        latest[now] = gone and {**gone, "form": renaming.now}
    versions[now] = versions.pop(was)
    names = {**kept_forms.names, renaming.now: kept_forms.names[renaming.was]}
    names.pop(renaming.was)
    founding = {now if part == was else part for part in kept_forms.founding if part != now}
    away = {now if part == was else part: every for part, every in kept_forms.moved_away.items()}
    return KeptForms(latest, versions, names, founding, away)


def _rename_in_part(part: str, values: Any, renaming: FormRenaming) -> Any:
    return values and rename_mentions(part.partition(":")[0], values, renaming.was, renaming.now)


def _rename_in_versions(connection: Connection, renaming: FormRenaming) -> None:
    was, now, every = f"form:{renaming.was}", f"form:{renaming.now}", form_version_table.c
    if renaming.target_exists:
        connection.execute(delete(form_version_table).where(every.form == now))
    connection.execute(update(form_version_table).where(every.form == was).values(form=now))
    for row in connection.execute(select(every.id, every.form, every.definition)).all():
        if (fresh := _rename_in_part(row.form, row.definition, renaming)) != row.definition:
            connection.execute(update(form_version_table).where(every.id == row.id).values(definition=fresh))


# --- the database ------------------------------------------------------------------------------------


def tables_of_form(form: str, table_names: Collection[str]) -> list[str]:
    """The tables of the form: its records, its rows, and what was put aside of them."""
    return sorted(name for name in table_names if name == form or name.startswith(f"{form}__"))


def rename_form(connection: Connection, renaming: FormRenaming, tables: Mapping[str, Collection[str]]) -> None:
    """Give the form its new name everywhere; ``tables`` are those it has, each with its indexes."""
    pointing = _drop_empty_tables(connection, renaming) if renaming.target_exists else []
    for name, indexes in tables.items():
        rename_table(connection, name, renaming.now + name[len(renaming.was) :], indexes)
    for statement in pointing:
        connection.exec_driver_sql(statement)
    for table in TABLES_NAMING_FORMS:
        if renaming.target_exists:
            _make_room(connection, table, renaming)
        connection.execute(update(table).where(table.c.form == renaming.was).values(form=renaming.now))
    connection.execute(
        update(moved_question_table).where(moved_question_table.c.into == renaming.was).values(into=renaming.now)
    )
    _rename_in_versions(connection, renaming)


def rename_table(connection: Connection, was: str, now: str, indexes: Collection[str]) -> None:
    """Names of indexes, and of what closes a table, are free for whoever comes next; both are made anew."""
    quote = connection.dialect.identifier_preparer.quote
    open_for_good(connection, was)
    for index in sorted(indexes):
        if index.startswith(INDEX_PREFIX):
            connection.exec_driver_sql(f"DROP INDEX {quote(index)}")
    connection.exec_driver_sql(f"ALTER TABLE {quote(was)} RENAME TO {quote(now)}")


def _drop_empty_tables(connection: Connection, renaming: FormRenaming) -> list[str]:
    """Make room for the tables of the form; says how what pointed to them will point to those that come."""
    quote, inspector = connection.dialect.identifier_preparer.quote, inspect(connection)
    dropped = tables_of_form(renaming.now, inspector.get_table_names())
    if connection.dialect.name == "sqlite":  # what points there does so by name
        pointing = []
        ending = ""
    else:
        pointing = [
            f"ALTER TABLE {quote(name)} ADD FOREIGN KEY ({quote(key['constrained_columns'][0])}) "
            f"REFERENCES {quote(renaming.now)} (id)"
            for (_, name), keys in inspector.get_multi_foreign_keys().items()
            if name not in dropped
            for key in keys
            if key["referred_table"] == renaming.now
        ]
        ending = " CASCADE"
    for name in reversed(dropped):
        open_for_good(connection, name)
        connection.exec_driver_sql(f"DROP TABLE {quote(name)}{ending}")
    return pointing


def _make_room(connection: Connection, table: Table, renaming: FormRenaming) -> None:
    """What workers began and chose under the new name goes together with what they had under the old."""
    if table is draft_table:
        _join_drafts(connection, renaming)
    elif table is saved_list_table:
        _drop_twins(connection, renaming)
    elif table is code_series_table:
        connection.execute(delete(code_series_table).where(code_series_table.c.form == renaming.now))


def _join_drafts(connection: Connection, renaming: FormRenaming) -> None:
    """Two drafts of one sheet become one, the later counting."""
    place_columns = ("user_id", "case_id", "record_id", "step")
    rows = {
        form: {tuple(row[name] for name in place_columns): row for row in found}
        for form in (renaming.was, renaming.now)
        for found in [connection.execute(select(draft_table).where(draft_table.c.form == form)).mappings().all()]
    }
    for where in rows[renaming.was].keys() & rows[renaming.now].keys():
        earlier, later = sorted((rows[renaming.was][where], rows[renaming.now][where]), key=lambda row: row["saved_at"])
        later_boxes = {name for name, _ in later["boxes"]}
        boxes = [*later["boxes"], *(box for box in earlier["boxes"] if box[0] not in later_boxes)]
        connection.execute(delete(draft_table).where(draft_table.c.id == earlier["id"]))
        connection.execute(update(draft_table).where(draft_table.c.id == later["id"]).values(boxes=boxes))


def _drop_twins(connection: Connection, renaming: FormRenaming) -> None:
    """Of two lists that a worker saved under one name, the one of the new form stays."""
    names: dict[str, dict[int, tuple[int, str]]] = {
        form: {row.id: (row.user_id, row.name) for row in connection.execute(_lists_of_form(form))}
        for form in (renaming.was, renaming.now)
    }
    stays = {*names[renaming.now].values()}
    twins = [number for number, name in names[renaming.was].items() if name in stays]
    connection.execute(delete(saved_list_table).where(saved_list_table.c.id.in_(twins)))


def _lists_of_form(form: str) -> Any:
    kept = saved_list_table.c
    return select(kept.id, kept.user_id, kept.name).where(kept.form == form)
