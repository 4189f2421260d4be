"""Dosar's own tables as an earlier version made them: nothing in them is lost at the next start."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import (
    JSON,
    Column,
    Date,
    DateTime,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    insert,
    text,
)

from dosar.database.store import Store
from dosar.database.system_tables import draft_table, expired_page_table, team_table, utc_now
from dosar.records.scope.row_scope import SYSTEM_SCOPE, acting_as
from dosar.records.teams import team_places
from dosar.records.unsaved import expired_sessions as waiting
from dosar.records.unsaved.drafts import DraftPlace, drafts_of_worker, find_draft
from tests.organisations import Organisation, form, organisation_in

ANA, MARIA = 1, 2
DAY = date(2026, 3, 2)
VISIT = form("visit", "name: said, type: text")
BEFORE = Table(
    "dosar_draft",
    MetaData(),
    Column("id", Integer, primary_key=True),
    Column("user_id", Integer, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("place", Text, nullable=False),
    Column("form", String(48), nullable=False),
    Column("boxes", JSON, nullable=False),
    Column("saved_at", DateTime, nullable=False),
    UniqueConstraint("user_id", "digest"),
)
"""As it was while drafts were kept under the address of their page."""
TEAM_BEFORE = Table(
    "dosar_team",
    MetaData(),
    Column("id", Integer, primary_key=True),
    Column("case_id", Integer, nullable=False),
    Column("user_id", Integer, nullable=False),
    Column("role", String(48), nullable=False),
    Column("since", Date, nullable=False),
    Column("until", Date),
    Index(
        "ux_dosar_team_manager",
        "case_id",
        unique=True,
        sqlite_where=text("role = 'case_manager' AND until IS NULL"),
        postgresql_where=text("role = 'case_manager' AND until IS NULL"),
    ),
)
"""As it was while the name of one role told who leads a case."""
ROLES = """
roles:
  - {role: administrator, title: {en: Administrator, ro: Administrator}, pages: [users]}
  - {role: case_manager, title: {en: Case manager, ro: Manager de caz}, leads: true, steps_back_as: lawyer}
  - {role: lawyer, title: {en: Lawyer, ro: Avocat}}
"""
KEPT = [
    (ANA, "/records/visit/new", [["said", "Bună"]]),
    (ANA, "/records/visit/new?case=7", [["said", "A"], ["family.0.name", "Ion"], ["family.0.name", "Ana"]]),
    (MARIA, "/records/visit/new?case=7", [["said", "al ei"]]),
    (ANA, "/records/visit/12/edit", [["said", "12"]]),
    (ANA, "/records/visit/12/edit/3?face=ipp", [["said", "12, 3"]]),
    (ANA, "/records/visit/new?case=8&face=irp", [["said", "mai vechi"], ["only", "pe PIR"]]),
    (ANA, "/records/visit/new?case=8&face=ipp", [["said", "mai nou"]]),
]


@pytest.fixture
def ours(store: Store, tmp_path: Path) -> Iterator[Organisation]:
    with organisation_in(store, tmp_path) as organisation:
        yield organisation.start(visit=VISIT)


def as_before(ours: Organisation) -> None:
    """The drafts in a table of the earlier version, each kept an hour after the one before."""
    with ours.store.writing() as session:
        connection = session.connection()
        draft_table.drop(connection)
        BEFORE.create(connection)
        for hour, (user, place, boxes) in enumerate(KEPT, -len(KEPT)):
            connection.execute(
                insert(BEFORE).values(
                    user_id=user,
                    digest=f"{hour}",
                    place=place,
                    form="visit",
                    boxes=boxes,
                    saved_at=utc_now() + timedelta(hours=hour),
                )
            )


def test_drafts_under_an_address_come_along(ours: Organisation) -> None:
    as_before(ours)
    ours.start().start()

    def boxes(place: DraftPlace, user: int = ANA) -> list[tuple[str, str]]:
        found = find_draft(ours.repository, user, place)
        return list(found.boxes) if found else []

    assert boxes(DraftPlace("visit", 7)) == [("said", "A"), ("family.0.name", "Ion"), ("family.0.name", "Ana")]
    assert boxes(DraftPlace("visit", 7), MARIA) == [("said", "al ei")]
    assert boxes(DraftPlace("visit", record_id=12)) == [("said", "12")]
    assert boxes(DraftPlace("visit", record_id=12, step=3)) == [("said", "12, 3")]
    assert boxes(DraftPlace("visit", 8)) == [("said", "mai nou"), ("only", "pe PIR")], "two faces are one draft"
    assert boxes(DraftPlace("visit")) == [("said", "Bună")]
    faces = {draft.place: draft.face for draft in drafts_of_worker(ours.repository, ANA)}
    assert faces[DraftPlace("visit", 8)] == "ipp" and faces[DraftPlace("visit", record_id=12, step=3)] == "ipp"
    assert len(faces) == 5


def test_a_table_of_a_later_version_is_made(ours: Organisation) -> None:
    with ours.store.writing() as session:
        expired_page_table.drop(session.connection())
    ours.start()
    waiting.keep_expired_page(
        ours.repository, ANA, "ReversingPages.reverse", "/records/visit/1/reverse", [("reason", "De două ori")]
    )
    (kept,) = waiting.expired_pages_of(ours.repository, ANA)
    assert kept.boxes == [("reason", "De două ori")] and waiting.expired_pages_of(ours.repository, MARIA) == []


def test_what_waited_before_anybody_was_asked_whose_it_is_goes_on_waiting(ours: Organisation) -> None:
    waiting.keep_expired_page(ours.repository, ANA, "ListPages.save", "/records/visit/saved", [("name", "Ale mele")])
    with ours.store.writing() as session:
        session.connection().exec_driver_sql("ALTER TABLE dosar_unsent DROP COLUMN confirmed")
    ours.start().start()
    (kept,) = waiting.expired_pages_of(ours.repository, ANA)
    assert kept.confirmed and kept.boxes == [("name", "Ale mele")]


def test_who_leads_a_case_goes_on_leading_it(ours: Organisation) -> None:
    case = ours.enter("case", name="Ion")
    with ours.store.writing() as session:
        team_table.drop(session.connection())
        TEAM_BEFORE.create(session.connection())
        session.execute(
            insert(TEAM_BEFORE),
            [
                {"case_id": case, "user_id": user, "role": role, "since": DAY, "until": until}
                for user, role, until in (
                    (ANA, "case_manager", DAY),
                    (MARIA, "case_manager", None),
                    (ANA, "lawyer", None),
                )
            ],
        )

    def leaders() -> list[tuple[int, str, bool]]:
        with acting_as(SYSTEM_SCOPE):
            places = team_places(ours.repository, ours.repository.case(case))
            return [(member.user_id, member.role, member.leads) for member in places]

    ours.start(roles=ROLES)
    assert leaders() == [(MARIA, "case_manager", True), (ANA, "lawyer", False)]
    ours.start(roles=ROLES.replace("leads: true, steps_back_as: lawyer", "scope: own"))
    assert leaders() == [(MARIA, "case_manager", False), (ANA, "lawyer", False)]


def test_a_place_in_a_team_of_before_has_no_last_day(ours: Organisation) -> None:
    case = ours.enter("case", name="Ion")
    with ours.store.writing() as session:
        session.connection().exec_driver_sql(f"ALTER TABLE {team_table.name} DROP COLUMN planned_end")
        session.execute(
            text("INSERT INTO dosar_team (case_id, user_id, role, since, leads) VALUES (:c, :u, 'lawyer', :d, :l)"),
            {"c": case, "u": ANA, "d": DAY, "l": False},
        )
    ours.start().start()
    with acting_as(SYSTEM_SCOPE):
        (place,) = [found for found in team_places(ours.repository, ours.repository.case(case)) if found.user_id == ANA]
    assert (place.since, place.planned_end) == (DAY, None)
