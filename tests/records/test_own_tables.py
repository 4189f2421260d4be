"""Dosar's own tables as an earlier version made them: nothing in them is lost at the next start."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import JSON, Column, DateTime, Integer, MetaData, String, Table, Text, UniqueConstraint, insert

from dosar.database.store import Store
from dosar.database.system_tables import draft_table, expired_page_table, utc_now
from dosar.records.unsaved import expired_sessions as waiting
from dosar.records.unsaved.drafts import DraftPlace, drafts_of_worker, find_draft
from tests.records.organisations import Organisation, form, organisation_in

ANA, MARIA = 1, 2
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
    faces = {one.place: one.face for one in drafts_of_worker(ours.repository, ANA)}
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
