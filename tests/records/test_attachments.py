"""A file belongs to the record and the question it answers, and is read through them."""

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from sqlalchemy import column, select, table, update

from dosar.database.format_version import format_table
from dosar.database.store import Store
from dosar.database.system_tables import attachment_table, history_table
from dosar.language.question import ReadingContext
from dosar.migrations.sealed_files import SEALED_SINCE_FORMAT
from dosar.records.attachments import FILE_TARGET, file_content, readable_files, without_files
from dosar.records.audit_log import first_entry
from dosar.records.cases.merge import CaseMerge, merge_cases
from dosar.records.cases.unmerge import unmerge_case
from dosar.records.lists.list_page import list_answers, list_page
from dosar.records.lists.list_query import ListQuery
from dosar.records.scope.row_scope import Scope, acting_as
from dosar.records.sheets.deletion import delete_sheet
from dosar.records.titles import link_titles
from tests.organisations import CLERK, Organisation, form, organisation_in
from tests.records.attached_files import ANA, attached

PAPERS = (
    "name: papers, type: table, columns: [{name: paper, type: file, label: {en: Paper, ro: Act}}, "
    "{name: secret, type: file, sensitivity: health, label: {en: Secret, ro: Secret}}]"
)
VISIT = form(
    "visit",
    "name: said, type: text",
    "name: photo, type: file",
    "name: scan, type: image, sensitivity: identity",
    PAPERS,
    head="list: [said, photo]",
)
MENU = "menu: [{title: {en: Work, ro: Lucru}, entries: [case, visit]}]"
READING = ReadingContext("ro", CLERK.today, 1)
MARIA = 2
EVERYTHING = frozenset({"identity", "health"})


class Owner(NamedTuple):
    form: str
    rows_of: str
    question: str
    record_id: int | None


@pytest.fixture
def ours(founded_store: Store, tmp_path: Path) -> Iterator[Organisation]:
    with organisation_in(founded_store, tmp_path) as organisation:
        organisation.start(visit=VISIT, menu=MENU)
        assert organisation.opened.findings == []
        yield organisation


def owner(ours: Organisation, number: int) -> Owner:
    with ours.store.snapshot() as connection:
        wanted = select(*[attachment_table.c[name] for name in Owner._fields]).where(attachment_table.c.id == number)
        return Owner(*connection.execute(wanted).one())


def opened(ours: Organisation, *numbers: int, clearances: Any = EVERYTHING, by: int = ANA) -> set[int]:
    known = {key: one.seen_with(clearances) for key, one in ours.repository.forms.items()}
    return set(readable_files(ours.repository, known, numbers, by))


def test_a_file_belongs_to_the_sheet_it_was_saved_with(ours: Organisation) -> None:
    photo, paper, loose = attached(ours, "photo"), attached(ours, "paper", "papers"), attached(ours, "photo")
    number = ours.enter("visit", photo=photo, papers=[{"id": None, "paper": paper, "secret": None}])
    assert owner(ours, photo) == ("visit", "", "photo", number)
    assert owner(ours, paper) == ("visit", "papers", "paper", number)
    assert owner(ours, loose).record_id is None
    later = attached(ours, "scan")
    ours.correct("visit", number, photo=loose, scan=later)
    assert [owner(ours, file_id).record_id for file_id in (photo, loose, later)] == [number, number, number]


def test_correcting_something_else_keeps_every_file(ours: Organisation) -> None:
    photo, paper = attached(ours, "photo"), attached(ours, "paper", "papers")
    number = ours.enter("visit", photo=photo, papers=[{"id": None, "paper": paper, "secret": None}])
    ours.correct("visit", number, said="Bună")
    answers = ours.answers("visit", number)
    assert (answers["photo"], answers["papers"][0]["paper"]) == (photo, paper)


def test_a_file_is_read_by_who_may_read_its_record_and_its_question(ours: Organisation) -> None:
    photo, scan = attached(ours, "photo"), attached(ours, "scan")
    paper, secret = attached(ours, "paper", "papers"), attached(ours, "secret", "papers")
    number = ours.enter("visit", photo=photo, scan=scan, papers=[{"id": None, "paper": paper, "secret": secret}])
    every = (photo, scan, paper, secret, 987_654)
    assert opened(ours, *every, by=MARIA) == {photo, scan, paper, secret}
    assert opened(ours, *every, clearances=frozenset({"identity"})) == {photo, scan, paper}
    assert opened(ours, *every, clearances=frozenset()) == {photo, paper}
    with acting_as(Scope(ANA)):
        assert opened(ours, *every) == set()
    seeing = {"visit": frozenset({"see"})}
    delete_sheet(ours.repository, ours.form("visit"), number, CLERK)
    ours.store.session.remove()
    with acting_as(Scope(ANA, rights=seeing)):
        assert opened(ours, *every) == set()
    with acting_as(Scope(ANA, rights={"visit": seeing["visit"] | {"delete"}})):
        assert opened(ours, *every) == {photo, scan, paper, secret}


def test_a_file_of_no_sheet_is_read_by_who_attached_it(ours: Organisation) -> None:
    loose = attached(ours, "photo")
    with acting_as(Scope(ANA)):
        assert opened(ours, loose) == {loose}
        assert opened(ours, loose, by=MARIA) == set()
    assert file_content(ours.repository, loose) == b"photo"


def test_a_file_is_called_by_name_kind_and_size(ours: Organisation) -> None:
    photo = attached(ours, "photo")
    number = ours.enter("visit", said="Bună", photo=photo)
    named = "photo.jpg (imagine, 1,2 MB)"
    assert link_titles(ours.repository, ours.repository.forms, {FILE_TARGET: [photo]}, READING) == {
        (FILE_TARGET, photo): named
    }
    assert list_page(ours.repository, ours.repository.forms, "visit", ListQuery(), READING).cells == [["Bună", named]]
    told = list_answers(ours.repository, ours.repository.forms, "visit", ListQuery(), READING, [number])
    assert [cells for _, cells in told] == [["Bună", named]]


def test_another_sheet_begins_without_the_files_of_the_last_one(ours: Organisation) -> None:
    rows = [{"id": None, "paper": 8, "secret": None}]
    begun = without_files(ours.form("visit").questions.values(), {"said": "Bună", "photo": 7, "papers": rows})
    assert begun == {"said": "Bună", "papers": [{"id": None}]}


def test_a_file_follows_its_question_to_another_name(ours: Organisation) -> None:
    photo, paper = attached(ours, "photo"), attached(ours, "paper", "papers")
    loose = attached(ours, "photo")
    number = ours.enter("visit", photo=photo, papers=[{"id": None, "paper": paper, "secret": None}])
    renamed = VISIT.replace("name: photo", "name: portrait, was: photo").replace("said, photo", "said, portrait")
    ours.start(
        visit=renamed.replace("name: papers", "name: acts, was: papers").replace(
            "name: paper,", "name: act, was: paper,"
        )
    )
    assert ours.opened.findings == []
    assert owner(ours, photo) == ("visit", "", "portrait", number)
    assert owner(ours, loose) == ("visit", "", "portrait", None)
    assert owner(ours, paper) == ("visit", "acts", "act", number)
    assert opened(ours, photo, paper) == {photo, paper}


def as_before(ours: Organisation) -> None:
    """The database as it was when no file knew its record."""
    with ours.store.writing() as session:
        connection = session.connection()
        connection.execute(update(attachment_table).values(form="", record_id=None))
        connection.exec_driver_sql("ALTER TABLE dosar_file DROP COLUMN rows_of")


def test_the_files_of_an_older_database_get_their_records_once(ours: Organisation) -> None:
    replaced, new, lost, loose = (attached(ours, "photo") for _ in range(4))
    scan, vanished = attached(ours, "scan"), attached(ours, "photo")
    number = ours.enter("visit", photo=replaced, scan=scan)
    ours.correct("visit", number, photo=new)
    # a correction of an older program, which forgot the file
    other = ours.enter("visit", photo=lost)
    ours.correct("visit", other, photo=None)
    gone = ours.enter("visit", photo=vanished)
    delete_sheet(ours.repository, ours.form("visit"), gone, CLERK)
    ours.store.session.remove()
    as_before(ours)
    renamed = VISIT.replace("name: photo", "name: portrait, was: photo").replace("said, photo", "said, portrait")
    ours.write(visit=renamed)
    assert "Every file is kept with the record it was attached to." in ours.plan()
    ours.start()
    records = {file_id: owner(ours, file_id) for file_id in (replaced, new, lost, scan, vanished)}
    assert records == {
        replaced: ("visit", "", "portrait", number),
        new: ("visit", "", "portrait", number),
        lost: ("visit", "", "portrait", other),
        scan: ("visit", "", "scan", number),
        vanished: ("visit", "", "portrait", gone),
    }
    assert owner(ours, loose).record_id is None
    assert "Every file is kept with the record it was attached to." not in ours.plan()
    assert opened(ours, replaced, new) == {replaced, new}
    entry = first_entry(ours.repository, ours.form("visit"), ours.repository.find("visit", number))
    assert [change.new for change in entry.changes] == [replaced, scan]


def test_files_of_a_form_that_runs_no_more_get_their_records_too(ours: Organisation) -> None:
    filed = attached(ours, "photo")
    number = ours.enter("visit", photo=filed)
    ours.store.session.remove()
    as_before(ours)
    ours.start(profile="forms: [case]")
    assert owner(ours, filed) == ("visit", "", "photo", number)
    with ours.store.snapshot() as connection:
        stored = connection.scalars(select(column("photo")).select_from(table("visit"))).all()
        assert stored == [filed]
        assert connection.scalar(select(history_table.c.action)) == "entered"


def test_each_of_two_cases_that_become_one_keeps_its_own_file(ours: Organisation) -> None:
    """The kept case gets a copy: should the two be parted again, neither lacks it."""
    ours.start(case=form("case", "name: name, type: text", "name: photo, type: file", PAPERS, head="list: [name]"))
    photo, paper = attached(ours, "photo"), attached(ours, "paper", "papers")
    kept, gone = (
        ours.enter("case", name="Ana"),
        ours.enter("case", photo=photo, papers=[{"id": None, "paper": paper, "secret": None}]),
    )
    versions = [ours.repository.find("case", number).version for number in (kept, gone)]
    merge_cases(ours.repository, CaseMerge(kept, versions[0], gone, versions[1]), (), CLERK)
    answers = ours.answers("case", kept)
    copied = answers["photo"], answers["papers"][0]["paper"]
    assert [owner(ours, file_id).record_id for file_id in (photo, paper, *copied)] == [gone, gone, kept, kept]
    assert [file_content(ours.repository, file_id) for file_id in copied] == [b"photo", b"paper"]
    unmerge_case(ours.repository, gone, CLERK)
    assert (ours.answers("case", gone)["photo"], ours.answers("case", kept)["photo"]) == (photo, copied[0])
    assert opened(ours, photo, paper, *copied) == {photo, paper, *copied}


def test_the_database_alone_tells_nothing_of_a_file(ours: Organisation) -> None:
    number = attached(ours, "photo")
    with ours.store.snapshot() as connection:
        kept = connection.execute(select(attachment_table).where(attachment_table.c.id == number)).one()
    assert b"photo" not in kept.content and kept.digest != sha256(b"photo").hexdigest()
    assert file_content(ours.repository, number) == b"photo"


def test_a_file_of_an_earlier_version_is_sealed_at_the_start(ours: Organisation) -> None:
    number = attached(ours, "photo")
    with ours.store.writing() as session:
        session.execute(update(attachment_table).values(content=b"as it came", digest=""))
        session.execute(update(format_table).values(version=SEALED_SINCE_FORMAT - 1))
    ours.start()
    assert file_content(ours.repository, number) == b"as it came"
    with ours.store.snapshot() as connection:
        kept = connection.execute(select(attachment_table).where(attachment_table.c.id == number)).one()
    assert b"as it came" not in kept.content and len(kept.digest) == 64
