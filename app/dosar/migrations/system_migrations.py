"""Migrations of Dosar's own tables: a database that an earlier version made is brought along at the start."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

from sqlalchemy import (
    JSON,
    Column,
    Connection,
    DateTime,
    Inspector,
    LargeBinary,
    column,
    func,
    insert,
    inspect,
    select,
    table,
    update,
)
from sqlalchemy.schema import CreateColumn

from dosar.database.format_version import format_table, stamp_format, stored_format
from dosar.database.system_tables import SYSTEM_METADATA, draft_table, expired_page_table, search_word_table, team_table
from dosar.fields.links import LARGEST_ID
from dosar.language.organisation.roles import Roles

_DRAFT_BEFORE = table(
    "dosar_draft",
    column("user_id"),
    column("place"),
    column("form"),
    column("boxes", JSON),
    column("saved_at", DateTime),
)
"""Drafts as they were kept under the address of their page."""
_ADDRESS = re.compile(r"/records/\w+/(?:new|(?P<record>\d+)/edit(?:/(?P<step>\d+))?)(?:\?(?P<query>.*))?")


@dataclass(frozen=True)
class FormerDatabase:
    """What a database was before its tables were brought along."""

    format: int
    drafts: Sequence[dict[str, Any]]
    """Those that are kept otherwise today, to be put back (:func:`put_back_drafts`) when there is a key to seal them.
    """


def make_own_tables(connection: Connection) -> FormerDatabase:
    """Make those that are missing, and bring along those of an earlier version."""
    inspector = inspect(connection)
    former_format = stored_format(connection) if inspector.has_table(format_table.name) else 0
    begun: list[dict[str, Any]] = []
    if inspector.has_table(draft_table.name) and "place" in {
        column["name"] for column in inspector.get_columns(draft_table.name)
    }:
        begun = list(_drafts_by_address(connection))
        draft_table.drop(connection)
    if inspector.has_table(team_table.name) and "leads" not in {
        column["name"] for column in inspector.get_columns(team_table.name)
    }:
        _add_leaders(connection)
    if inspector.has_table(search_word_table.name) and not _has_codes(inspector):
        search_word_table.drop(connection)  # made anew of the answers: refresh_index
    if inspector.has_table(team_table.name) and "planned_end" not in {
        column["name"] for column in inspector.get_columns(team_table.name)
    }:
        _add_column(connection, team_table.c.planned_end)
    if inspector.has_table(expired_page_table.name) and "confirmed" not in {
        column["name"] for column in inspector.get_columns(expired_page_table.name)
    }:
        _add_column(connection, expired_page_table.c.confirmed)
    SYSTEM_METADATA.create_all(connection)
    stamp_format(connection)
    return FormerDatabase(former_format, begun)


def _has_codes(inspector: Inspector) -> bool:
    """Whether the search index holds codes; before format 7 it held the words themselves."""
    columns = {column["name"]: column["type"] for column in inspector.get_columns(search_word_table.name)}
    return isinstance(columns[search_word_table.c.word.name], LargeBinary)


def put_back_drafts(connection: Connection, former: FormerDatabase) -> None:
    """The drafts of a database in which they were kept under the addresses of their pages."""
    if former.drafts:
        connection.execute(insert(draft_table), list(former.drafts))


def _add_leaders(connection: Connection) -> None:
    """Who leads a case was told by the name of one role; it is a column now, filled by :func:`name_leaders`."""
    connection.exec_driver_sql("DROP INDEX IF EXISTS ux_dosar_team_manager")
    _add_column(connection, team_table.c.leads)
    next(index for index in team_table.indexes if index.unique).create(connection)


def _add_column(connection: Connection, new: Column[Any]) -> None:
    written = CreateColumn(new).compile(dialect=connection.dialect)
    connection.exec_driver_sql(f"ALTER TABLE {new.table.name} ADD COLUMN {written}")


def name_leaders(connection: Connection, roles: Roles) -> None:
    """Who leads each case, by the role that leads one now; of several in that role the first one."""
    role = roles.leading.role if roles.leading else None
    now = team_table.c.until.is_(None)
    first = select(func.min(team_table.c.id)).where(now, team_table.c.role == role).group_by(team_table.c.case_id)
    connection.execute(
        update(team_table).where(team_table.c.leads, now, team_table.c.id.not_in(first)).values(leads=False)
    )
    connection.execute(
        update(team_table).where(~team_table.c.leads, now, team_table.c.id.in_(first)).values(leads=True)
    )


def _drafts_by_address(connection: Connection) -> Iterator[dict[str, Any]]:
    """The drafts, each under its columns; two of one sheet on two faces become one, the later counting."""
    places: dict[tuple[Any, ...], dict[str, Any]] = {}
    for row in connection.execute(select(_DRAFT_BEFORE).order_by(_DRAFT_BEFORE.c.saved_at.desc())):
        found = _ADDRESS.fullmatch(row.place)
        if found is None:
            continue
        place = {"user_id": row.user_id, "form": row.form, **_numbers_in(found)}
        draft = places.setdefault(
            tuple(place.values()),
            {
                **place,
                "face": _query_value(found, "face"),
                "boxes": [],
                "saved_at": row.saved_at,
            },
        )
        later = {name for name, _ in draft["boxes"]}
        draft["boxes"] += [box for box in row.boxes if box[0] not in later]
    yield from places.values()


def _numbers_in(address: re.Match[str]) -> dict[str, int]:
    numbers = {
        "case_id": "" if address["record"] else _query_value(address, "case"),
        "record_id": address["record"] or "",
        "step": address["step"] or "",
    }
    return {
        name: int(digits) if digits.isdecimal() and int(digits) <= LARGEST_ID else 0 for name, digits in numbers.items()
    }


def _query_value(address: re.Match[str], name: str) -> str:
    query: str = address["query"] or ""
    return parse_qs(query).get(name, [""])[0][:48]
