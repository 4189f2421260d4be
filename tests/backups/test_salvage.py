"""She deleted the wrong sheet on Friday: single records and a case come back out of a back-up, and nobody else does."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, insert, select

from dosar.backups.restoring.restore_work import BackupSource
from dosar.backups.salvage.copy_work import COPY_FOLDER, CopyWork
from dosar.backups.salvage.losses import Loss, losses_of_case, losses_since, opened_pair
from dosar.backups.salvage.open_copy import OpenCopy
from dosar.backups.salvage.record_salvage import RecordSalvage
from dosar.database.sealing.sealed_content import open_content
from dosar.database.system_tables import attachment_table, stamped_as_of, team_table, utc_now
from dosar.language.form import CASE_FORM
from dosar.language.text.message import Mistake
from dosar.records.actor import Actor
from dosar.records.attachments import FILES_PURPOSE, sealed_file
from dosar.records.audit_log import history_entries
from dosar.records.repository import Repository
from dosar.records.scope.row_scope import OutOfReach, Scope, acting_as
from dosar.records.sheets.deletion import delete_sheet
from dosar.records.sheets.save import correct_sheet, enter_sheet
from dosar.records.sheets.stored_answers import open_sheet
from tests.backups.offices import Office, enter, erase, hire, new_office
from tests.databases import fresh_place
from tests.organisations import CASE, form
from tests.waiting import is_soon

MARIA = Actor(1, "coordinator", date(2026, 11, 30))
CODE = "      - {name: code, type: code, pattern: 'C-{year}-{number:03}', label: {en: Code, ro: Cod}}\n"
CODED_CASE = CASE.replace("    questions:\n", f"    questions:\n{CODE}")
VISIT = form(
    "visit",
    "name: said, type: text",
    "name: paper, type: file",
    "name: after, type: link, to: visit",
    "name: met, type: table, columns: [{name: who, type: text, label: {en: Who, ro: Cine}}]",
    head="belongs_to: case\nlist: [said]",
)
GIFT = form("gift", "name: sum, type: integer", head="belongs_to: case\nappend_only: true\nlist: [sum]")
MENU = "menu: [{title: {en: Work, ro: Lucru}, entries: [case, visit, gift]}]"


@pytest.fixture
def office(database: str, tmp_path: Path) -> Iterator[Office]:
    with fresh_place(database, tmp_path) as place:
        office = new_office(tmp_path / "office", place.url)
        for name, words in {"case": CODED_CASE, "visit": VISIT, "gift": GIFT, "menu": MENU}.items():
            (office.forms / f"{name}.yaml").write_text(words, "utf-8")
        yield office


def visit(repository: Repository, case: int, **answers: Any) -> int:
    return enter_sheet(repository, repository.forms["visit"], answers, MARIA, case)


def attached(repository: Repository, content: bytes) -> int:
    values = {"form": "visit", "question": "paper", "name": "a.pdf", "media_type": "application/pdf", "user_id": 1}
    with repository.writing() as session:
        made = insert(attachment_table).values(**values, at=utc_now(), **sealed_file(repository.store, content))
        return int(session.execute(made.returning(attachment_table.c.id)).scalar_one())


def content(repository: Repository, number: int) -> bytes:
    kept = repository.session.scalar(select(attachment_table.c.content).where(attachment_table.c.id == number))
    return open_content(repository.store.purpose_key(FILES_PURPOSE), kept)


@contextmanager
def opened(office: Office, repository: Repository, trouble: str = "") -> Iterator[OpenCopy]:
    """The last back-up on the stick, open for single records."""
    work = CopyWork(repository, office.data, office.forms)
    file = max(office.stick.iterdir())
    assert work.begin(BackupSource(file.name, file), office.card_text, 1)
    assert is_soon(lambda: work.progress is None)
    assert work.trouble is None, work.trouble
    with work.reading() as copy:
        assert copy is not None
        yield copy
    work.close()
    assert not (office.data / COPY_FOLDER).exists()


def back_up(office: Office, repository: Repository) -> None:
    office.back_up(repository, moment=datetime.now(UTC).replace(tzinfo=None, microsecond=0) - timedelta(seconds=1))


def lost(copy: OpenCopy, repository: Repository) -> list[tuple[str, int, Loss]]:
    forms = list(repository.forms)
    return [(each.form, each.id, each.loss) for each in losses_since(copy, repository, forms, 50)]


def actions(repository: Repository, form: str, number: int) -> list[str]:
    record = repository.find(form, number)
    return [each.action for each in reversed(history_entries(repository, repository.forms[form], record))]


def test_what_was_deleted_changed_or_is_gone_comes_back_beside_what_is_there(office: Office) -> None:
    with office.at_work() as repository:
        hire(repository)
        (case,) = enter(repository, "Ana")
        paper = attached(repository, b"%PDF signed")
        first = visit(repository, case, said="well", paper=paper, met=[{"who": "Ion"}, {"who": "Ema"}])
        gone = visit(repository, case, said="gone", after=first)
        gift = enter_sheet(repository, repository.forms["gift"], {"sum": 5}, MARIA, case)
        back_up(office, repository)
        before = open_sheet(repository, "visit", first)
        changed = {"said": "ill", "met": [{"who": "Dan"}]}
        correct_sheet(repository, before.form, first, before.record.version, changed, MARIA)
        with repository.writing() as session:  # as if it had never been there
            for statement in (
                f"DELETE FROM visit__met WHERE record_id = {gone}",
                f"DELETE FROM visit WHERE id = {gone}",
            ):
                session.connection().exec_driver_sql(statement)
        wrong = visit(repository, case, said="new")
        delete_sheet(repository, repository.forms["visit"], wrong, MARIA)
        with opened(office, repository) as copy:
            assert lost(copy, repository) == [("visit", gone, Loss.GONE)], "what came later is not of the back-up"
            told = losses_of_case(copy, repository, repository.forms.values(), case)
            assert [(each.id, each.loss) for each in told] == [(first, Loss.CHANGED), (gone, Loss.GONE)]
            salvage = RecordSalvage(copy, repository, MARIA, "From the back-up of Friday.")
            with pytest.raises(Mistake):
                salvage.bring_answers("visit", first, open_sheet(repository, "visit", first).record.version, [])
            version = open_sheet(repository, "visit", first).record.version
            salvage.bring_answers("visit", first, version, ["said", "met"])
            assert salvage.bring_record("visit", gone) == gone, "its number is nobody else's"
            assert salvage.bring_record("visit", gone) == gone, "and it comes back once"
            assert losses_of_case(copy, repository, repository.forms.values(), case) == []
        now = open_sheet(repository, "visit", first)
        assert now.answers["said"] == "well" and [row["who"] for row in now.answers["met"]] == ["Ion", "Ema"]
        assert content(repository, now.answers["paper"]) == b"%PDF signed"
        newest = history_entries(repository, now.form, now.record)[0]
        assert newest.action == "corrected" and newest.reason == "From the back-up of Friday."
        assert open_sheet(repository, "visit", gone).answers["after"] == first
        assert open_sheet(repository, "gift", gift).answers["sum"] == 5
        assert visit(repository, case, said="next") > wrong


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_case_that_an_older_restore_lost_comes_back_whole_and_once(office: Office, tmp_path: Path) -> None:
    """Monday's back-up was restored, and somebody else got the numbers since."""
    with office.at_work() as repository:
        hire(repository)
        enter(repository, "Ana")
    older = Office(tmp_path / "older", office.forms, office.stick, None, office.key, office.card)
    shutil.copytree(office.data, older.data)
    with office.at_work() as repository, stamped_as_of(utc_now() - timedelta(days=1)):
        (lost_case,) = enter(repository, "Ema")
        with repository.writing() as session:
            seat = {
                "case_id": lost_case,
                "user_id": 1,
                "role": "case_manager",
                "since": date(2026, 11, 1),
            }
            session.execute(insert(team_table).values(seat))
        paper = attached(repository, b"%PDF lost")
        one = visit(repository, lost_case, said="one", paper=paper)
        two = visit(repository, lost_case, said="two", after=one)
        one_sheet = open_sheet(repository, "visit", one)
        correct_sheet(repository, one_sheet.form, one, one_sheet.record.version, {"after": two}, MARIA)
        gift = enter_sheet(repository, repository.forms["gift"], {"sum": 7}, MARIA, lost_case)
        code = open_sheet(repository, CASE_FORM, lost_case).answers["code"]
        back_up(office, repository)
    with older.at_work() as repository:
        (other,) = enter(repository, "Ioana")
        taken = visit(repository, other, said="of somebody else")
        assert (other, taken) == (lost_case, one) and open_sheet(repository, CASE_FORM, other).answers["code"] == code
        with opened(older, repository) as copy:
            assert {each[:2] for each in lost(copy, repository)} == {
                (CASE_FORM, lost_case),
                ("visit", one),
                ("visit", two),
                ("gift", gift),
            }
            salvage = RecordSalvage(copy, repository, MARIA, "From the back-up of Friday.")
            with pytest.raises(Mistake, match="Bring the case back first"):
                salvage.bring_record("visit", one)
            case, sheets = salvage.bring_case(lost_case)
            assert case not in (lost_case, other) and sheets == 3
            assert salvage.bring_case(lost_case) == (case, 0), "a second time nothing comes"
            assert lost(copy, repository) == []
        back = open_sheet(repository, CASE_FORM, case).answers
        assert back["name"] == "Ema" and back["code"] != code, "the number of the case is another one's by now"
        visits = {
            open_sheet(repository, "visit", number).answers["said"]: number
            for number in repository.session.scalars(
                select(repository.record_class("visit").id).where(repository.record_class("visit").case_id == case)  # type: ignore[attr-defined]
            )
        }
        assert open_sheet(repository, "visit", visits["one"]).answers["after"] == visits["two"]
        assert salvage.links_lost == 1, "of two that point to each other one has to be there first"
        kept = open_sheet(repository, "visit", visits["one"]).answers["paper"]
        assert content(repository, kept) == b"%PDF lost"
        assert actions(repository, "visit", visits["one"]) == ["entered", "corrected", "restored"]
        team = select(team_table.c.user_id, team_table.c.role).where(team_table.c.case_id == case)
        assert [tuple(row) for row in repository.session.execute(team)] == [(1, "case_manager")]


def test_who_was_erased_never_comes_back(office: Office) -> None:
    with office.at_work() as repository:
        hire(repository)
        stays, goes = enter(repository, "Ana", "Ema")
        visit(repository, goes, said="of Ema")
        back_up(office, repository)
        erase(repository, goes)
        with opened(office, repository) as copy:
            assert lost(copy, repository) == []
            with pytest.raises(OutOfReach):
                RecordSalvage(copy, repository, MARIA, "x").bring_case(goes)
            erase(repository, stays)
            work = CopyWork(repository, office.data, office.forms)
            work._copy = copy
            erase(repository, enter(repository, "Dan")[0])
            assert copy.is_over and work.moment is None, "an erasure ends it"
            with pytest.raises(Mistake, match="closed meanwhile"):
                RecordSalvage(copy, repository, MARIA, "x").bring_record(CASE_FORM, stays)


def test_nobody_brings_back_what_she_may_not_enter(office: Office) -> None:
    with office.at_work() as repository:
        hire(repository)
        (case,) = enter(repository, "Ana")
        first = visit(repository, case, said="well")
        back_up(office, repository)
        sheet = open_sheet(repository, "visit", first)
        correct_sheet(repository, sheet.form, first, sheet.record.version, {"said": "ill"}, MARIA)
        sees = {"case": frozenset({"see"}), "visit": frozenset({"see"})}
        with opened(office, repository) as copy:
            salvage = RecordSalvage(copy, repository, MARIA, "x")
            version = open_sheet(repository, "visit", first).record.version
            with acting_as(Scope(1, "all", rights=sees)), pytest.raises(OutOfReach):
                salvage.bring_answers("visit", first, version, ["said"])
            delete_sheet(repository, repository.forms["visit"], first, MARIA)
            with acting_as(Scope(1, "all", rights=sees)), pytest.raises(OutOfReach):
                salvage.bring_record("visit", first)
            with acting_as(Scope(1, "own", frozenset({1}), rights=sees)):
                assert lost(copy, repository) == []
                with pytest.raises(OutOfReach):
                    salvage.bring_record("visit", first)
            salvage.bring_record("visit", first)
        assert open_sheet(repository, "visit", first).answers["said"] == "ill", "today's answers stay"


def test_of_a_case_that_is_not_hers_any_more_she_reads_nothing(office: Office) -> None:
    """She was in its team when the back-up was made, and left it since; the sheet is gone without a trace."""
    with office.at_work() as repository:
        hire(repository)
        (case,) = enter(repository, "Ana")
        seat = {"case_id": case, "user_id": 1, "role": "case_manager", "since": date(2026, 11, 1)}
        with repository.writing() as session:
            session.execute(insert(team_table).values(seat))
        first = visit(repository, case, said="well")
        back_up(office, repository)
        with repository.writing() as session:
            session.connection().exec_driver_sql(f"DELETE FROM visit WHERE id = {first}")
        rights = {form: frozenset({"see", "enter"}) for form in ("case", "visit")}
        own = Scope(1, "own", frozenset({1}), rights=rights)
        with opened(office, repository) as copy:
            with acting_as(own):
                assert lost(copy, repository) == [("visit", first, Loss.GONE)]
                assert opened_pair(copy, repository, "visit", first)[1] is None
            with repository.writing() as session:
                session.execute(delete(team_table))
            with acting_as(own):
                assert lost(copy, repository) == []
                for form_key, number in (("visit", first), (CASE_FORM, case)):
                    with pytest.raises(OutOfReach):
                        opened_pair(copy, repository, form_key, number)
            assert opened_pair(copy, repository, "visit", first)[0].answers["said"] == "well", "others read it"


def test_a_back_up_of_older_forms_fits_those_of_today(office: Office) -> None:
    with office.at_work() as repository:
        hire(repository)
        (case,) = enter(repository, "Ana")
        first = visit(repository, case, said="well")
        back_up(office, repository)
    (office.forms / "visit.yaml").write_text(
        VISIT.replace("name: said,", "name: told, was: said,").replace("[said]", "[told]"), "utf-8"
    )
    with office.at_work() as repository:
        sheet = open_sheet(repository, "visit", first)
        correct_sheet(repository, sheet.form, first, sheet.record.version, {"told": "ill"}, MARIA)
        with opened(office, repository) as copy:
            version = open_sheet(repository, "visit", first).record.version
            RecordSalvage(copy, repository, MARIA, "x").bring_answers("visit", first, version, ["told"])
        assert open_sheet(repository, "visit", first).answers["told"] == "well"
