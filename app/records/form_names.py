"""A form gets another name: everything that is kept of it follows."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Table, delete, inspect, select, update

from app.language.finding import Finding, Place, finding
from app.language.folder import Reading
from app.language.form import CASE, Form
from app.language.mentions import calling_form
from app.records.closing import open_for_good
from app.records.held import Held
from app.records.standing import FOLDER, Kept
from app.records.system import SYSTEM_METADATA, draft, form_version, moved, number, own_list
from app.records.tables import INDEX

FOLLOWING = tuple(
    table for table in SYSTEM_METADATA.tables.values() if "form" in table.c and table is not form_version
)
"""Dosar's own tables in which things are kept under the name of a form."""
COME_ALONG = "F057"
"""Told once, when it happens."""


@dataclass(frozen=True)
class Renaming:
    """A form that is called otherwise from now on."""

    was: str
    now: str
    count: int
    """Its records."""
    stood: bool = False
    """Whether the new name has tables already, without records: the file said too late what the form was."""


def renamings(reading: Reading, kept: Kept, held: Held, converting: bool) -> tuple[list[Renaming], list[Finding]]:
    """The forms that get another name now, and what is to be said of them and of others."""
    done: list[Renaming] = []
    findings: list[Finding] = []
    for part, form in sorted(reading.of(Form).items()):
        if form.was and f"form:{form.was}" in kept.versions and form.was not in kept.names.get(form.key, ()):
            one = Renaming(form.was, form.key, held.records(form.was), f"form:{form.key}" in kept.versions)
            place = reading.sources[part].place(("was",))
            if obstacle := _obstacle(one, place, reading, held, converting, {other.was for other in done}):
                findings.append(obstacle)
            elif one.count or not one.stood:
                done.append(one)
                findings += _announced(one, place)
    return done, findings


def _announced(one: Renaming, place: Place) -> Iterator[Finding]:
    if one.count:
        yield finding(
            place, COME_ALONG, 'The records of "%(was)s" (%(count)s) come along: the form is called "%(now)s" from now '
            "on.",
            was=one.was, now=one.now, count=one.count,
        )


def _obstacle(
    one: Renaming, place: Place, reading: Reading, held: Held, converting: bool, taken: Collection[str]
) -> Finding | None:
    """Why the form cannot have its new name, or not yet."""
    names = {"was": one.was, "now": one.now, "count": one.count}
    there = reading.sources.get(f"form:{one.was}")
    if CASE in (one.was, one.now):
        return finding(place, "F056", "The case file is never called otherwise: take this line away.")
    if there is not None:
        return finding(
            place, "F056", 'The form "%(was)s" is still there (%(file)s): take its file out of the folder, or take '
            "this line away.", file=there.file, **names,
        )
    if one.was in taken:
        return finding(
            place, "F056", 'Another form says already that it was "%(was)s": take one of the two lines away.', **names
        )
    fresh = held.records(one.now) if one.stood else 0
    if one.count and fresh:
        return finding(
            place, "F056", 'There are records of "%(was)s" (%(count)s) and of "%(now)s" (%(fresh)s). Put the file of '
            '"%(was)s" back beside this one, and take this line away.', fresh=fresh, **names,
        )
    if one.count and one.stood and not converting:
        return finding(
            place, "F025", 'The records of "%(was)s" (%(count)s) must come to "%(now)s": run "dosar upgrade".', **names
        )
    return None


# --- what is kept of the folder ----------------------------------------------------------------------

def renamed(kept: Kept, one: Renaming) -> Kept:
    """What the database remembers of the folder, as it will once the form has its new name.

    Its versions still say the name it stands under until then.
    """
    was, now = f"form:{one.was}", f"form:{one.now}"
    latest = {part: _calling(part, values, one) for part, values in kept.latest.items()}
    versions = {part: [_calling(part, each, one) for each in every] for part, every in kept.versions.items()}
    if folder := latest.get(FOLDER):
        latest[FOLDER] = {**folder, "files": {
            file: now if part == was else part for file, part in folder["files"].items() if part != now
        }}
    gone = latest.pop(was, None)
    if not one.stood:
        latest[now] = gone and {**gone, "form": one.now}
    versions[now] = versions.pop(was)
    names = {**kept.names, one.now: kept.names[one.was]}
    names.pop(one.was)
    founding = {now if part == was else part for part in kept.founding if part != now}
    away = {now if part == was else part: every for part, every in kept.moved_away.items()}
    return Kept(latest, versions, names, founding, away)


def _calling(part: str, values: Any, one: Renaming) -> Any:
    return values and calling_form(part.partition(":")[0], values, one.was, one.now)


def _follow_in_versions(connection: Connection, one: Renaming) -> None:
    was, now, every = f"form:{one.was}", f"form:{one.now}", form_version.c
    if one.stood:
        connection.execute(delete(form_version).where(every.form == now))
    connection.execute(update(form_version).where(every.form == was).values(form=now))
    for row in connection.execute(select(every.id, every.form, every.definition)).all():
        if (fresh := _calling(row.form, row.definition, one)) != row.definition:
            connection.execute(update(form_version).where(every.id == row.id).values(definition=fresh))


# --- the database ------------------------------------------------------------------------------------

def tables_of(form: str, there: Collection[str]) -> list[str]:
    """The tables of the form: its records, its rows, and what was put aside of them."""
    return sorted(name for name in there if name == form or name.startswith(f"{form}__"))


def rename_form(connection: Connection, one: Renaming, tables: Mapping[str, Collection[str]]) -> None:
    """Give the form its new name everywhere; ``tables`` are those it has, each with its indexes."""
    pointing = _drop_empty(connection, one) if one.stood else []
    for name, indexes in tables.items():
        rename_table(connection, name, one.now + name[len(one.was):], indexes)
    for statement in pointing:
        connection.exec_driver_sql(statement)
    for table in FOLLOWING:
        if one.stood:
            _make_room(connection, table, one)
        connection.execute(update(table).where(table.c.form == one.was).values(form=one.now))
    connection.execute(update(moved).where(moved.c.into == one.was).values(into=one.now))
    _follow_in_versions(connection, one)


def rename_table(connection: Connection, was: str, now: str, indexes: Collection[str]) -> None:
    """Names of indexes, and of what closes a table, are free for whoever comes next; both are made anew."""
    quote = connection.dialect.identifier_preparer.quote
    open_for_good(connection, was)
    for index in sorted(indexes):
        if index.startswith(INDEX):
            connection.exec_driver_sql(f"DROP INDEX {quote(index)}")
    connection.exec_driver_sql(f"ALTER TABLE {quote(was)} RENAME TO {quote(now)}")


def _drop_empty(connection: Connection, one: Renaming) -> list[str]:
    """Make room for the tables of the form; says how what pointed to them will point to those that come."""
    quote, inspector = connection.dialect.identifier_preparer.quote, inspect(connection)
    gone = tables_of(one.now, inspector.get_table_names())
    if connection.dialect.name == "sqlite":  # what points there does so by name
        pointing = []
        ending = ""
    else:
        pointing = [
            f"ALTER TABLE {quote(name)} ADD FOREIGN KEY ({quote(key['constrained_columns'][0])}) "
            f"REFERENCES {quote(one.now)} (id)"
            for (_, name), keys in inspector.get_multi_foreign_keys().items() if name not in gone
            for key in keys if key["referred_table"] == one.now
        ]
        ending = " CASCADE"
    for name in reversed(gone):
        open_for_good(connection, name)
        connection.exec_driver_sql(f"DROP TABLE {quote(name)}{ending}")
    return pointing


def _make_room(connection: Connection, table: Table, one: Renaming) -> None:
    """What workers began and chose under the new name goes together with what they had under the old."""
    if table is draft:
        _join_drafts(connection, one)
    elif table is own_list:
        _drop_twins(connection, one)
    elif table is number:
        connection.execute(delete(number).where(number.c.form == one.now))


def _join_drafts(connection: Connection, one: Renaming) -> None:
    """Two drafts of one sheet become one, the later counting."""
    place = ("user_id", "case_id", "record_id", "step")
    rows = {
        form: {tuple(row[name] for name in place): row for row in found} for form in (one.was, one.now)
        for found in [connection.execute(select(draft).where(draft.c.form == form)).mappings().all()]
    }
    for where in rows[one.was].keys() & rows[one.now].keys():
        earlier, later = sorted((rows[one.was][where], rows[one.now][where]), key=lambda row: row["saved_at"])
        typed = {name for name, _ in later["boxes"]}
        boxes = [*later["boxes"], *(box for box in earlier["boxes"] if box[0] not in typed)]
        connection.execute(delete(draft).where(draft.c.id == earlier["id"]))
        connection.execute(update(draft).where(draft.c.id == later["id"]).values(boxes=boxes))


def _drop_twins(connection: Connection, one: Renaming) -> None:
    """Of two lists that a worker saved under one name, the one of the new form stays."""
    kept = own_list.alias()
    twin = select(kept.c.id).where(
        kept.c.form == one.now, kept.c.user_id == own_list.c.user_id, kept.c.name == own_list.c.name
    )
    connection.execute(delete(own_list).where(own_list.c.form == one.was, twin.exists()))
