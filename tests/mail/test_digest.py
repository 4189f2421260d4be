"""Each morning, or each week, what is due by mail: to whom it concerns, once, and never a name."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import select, update

from dosar.access.accounts.users import set_user_active
from dosar.access.tables import mail_table, user_table
from dosar.access.worker import worker_for
from dosar.database.audit.chain import audit_event_table
from dosar.database.system_tables import utc_now
from dosar.language.form import CASE_FORM
from dosar.mail import schedule
from dosar.mail.account import remove_account, save_account
from dosar.mail.delivery import Delivered
from dosar.mail.digest import write_digest
from dosar.mail.digest_choice import DAILY, NEVER, WEEKLY, DigestChoice, due_day, read_choice
from dosar.mail.queue import CLAIMED_FOR, GIVE_UP_AFTER, LONGEST_PAUSE, claim_mail, pause_after, queue_mail
from dosar.mail.schedule import MailSchedule
from dosar.overview.reminders import A_COLLEAGUES, NOBODYS, Reminder
from dosar.records.scope.row_scope import SYSTEM_SCOPE, acting_as
from tests.databases import KEY, Place
from tests.mail.conftest import MailOffice
from tests.mail.servers import parts_of
from tests.waiting import is_soon

THURSDAY = 3
REPOSITORY = Path(__file__).parents[2]
RUN = "import sys; from dosar.cli.main import main; sys.exit(main(sys.argv[1:]))"


@pytest.mark.parametrize(
    ("rhythm", "last", "now", "due"),
    [
        (NEVER, None, "2026-12-03 09:00", None),
        (DAILY, None, "2026-12-03 06:59", None),
        (DAILY, None, "2026-12-03 07:00", "2026-12-03"),
        (DAILY, "2026-12-03", "2026-12-03 12:00", None),
        (DAILY, "2026-11-20", "2026-12-03 23:59", "2026-12-03"),
        (DAILY, "2027-05-01", "2026-12-03 09:00", "2026-12-03"),  # the clock was wrong
        (WEEKLY, None, "2026-12-03 07:00", "2026-12-03"),
        (WEEKLY, "2026-12-03", "2026-12-09 09:00", None),
        (WEEKLY, "2026-12-03", "2026-12-10 09:00", "2026-12-10"),
        (WEEKLY, "2026-11-26", "2026-12-07 09:00", "2026-12-03"),  # Dosar did not run on Thursday
    ],
)
def test_a_digest_is_due_once_a_day_or_once_a_week(rhythm: str, last: str | None, now: str, due: str | None) -> None:
    made_for = date.fromisoformat(last) if last else None
    choice = DigestChoice(1, "ana@exemplu.ro", rhythm, THURSDAY, made_for, datetime(2026, 11, 1))
    assert due_day(replace(choice, confirmed=None), datetime.fromisoformat(now), 7) is None, "not to any address"
    assert due_day(choice, datetime.fromisoformat(now), 7) == (date.fromisoformat(due) if due else None)


def test_pauses_grow_and_are_bounded() -> None:
    pauses = [pause_after(tries) for tries in range(1, 40)]
    assert pauses == sorted(pauses) and pauses[0] == timedelta(minutes=5) and pauses[-1] == LONGEST_PAUSE


@pytest.mark.parametrize(
    ("kept", "told"), [("9:30–11:00", " 09:30–11:00"), ("9:30 la Maria", " 09:30"), ("la Maria", ""), ("", "")]
)
def test_of_an_appointment_only_its_hours_leave_dosar(kept: str, told: str) -> None:
    mail = write_digest([Reminder("a", "D-1", "Ședință", date(2026, 12, 4), kept)], date(2026, 12, 3), "ro")
    assert f"D-1 · Ședință · 04.12.2026{told}\n" in mail.text and "Maria" not in mail.text + mail.html


@pytest.mark.parametrize(
    ("whose", "told"), [("", ""), (A_COLLEAGUES, " · pentru un coleg"), (NOBODYS, " · fără responsabil")]
)
def test_what_is_not_hers_is_told_without_a_name(whose: str, told: str) -> None:
    mail = write_digest([Reminder("a", "D-1", "Vizită", date(2026, 12, 4), "", whose)], date(2026, 12, 3), "ro")
    assert f"D-1 · Vizită · 04.12.2026{told}\n" in mail.text and f"04.12.2026{told}</li>" in mail.html


def names_in(office: MailOffice) -> set[str]:
    """Every name of a person in a case."""
    kept = office.repository.record_class(CASE_FORM)
    with acting_as(SYSTEM_SCOPE):
        rows = office.repository.session.execute(select(kept.last_name, kept.first_name)).all()  # type: ignore[attr-defined]
    office.repository.session.remove()
    return {name for row in rows for name in row if name}


def codes_reached(office: MailOffice, user_id: int) -> set[str]:
    kept = office.repository.record_class(CASE_FORM)
    with acting_as(worker_for(office.services, user_id).scope):
        found = set(office.repository.session.scalars(select(kept.code)))  # type: ignore[attr-defined]
    office.repository.session.remove()
    return found


def codes_in(text: str) -> set[str]:
    return set(re.findall(r"DEMO-\d+", text))


def test_what_is_due_comes_in_the_morning_to_whom_it_concerns(mailed: MailOffice) -> None:
    hers = {f"{name}@exemplu.ro": mailed.choose(name) for name in ("case_manager", "volunteer", "accountant")}
    with mailed.services.store.writing() as session:
        session.execute(update(user_table).where(user_table.c.username == "case_manager").values(locale="en"))
    assert mailed.look() == Delivered(), "not before seven"
    assert mailed.look(hours=1).sent == 2, "the accountant reads of no case"
    assert mailed.look(hours=1) == Delivered(), "once"
    names = names_in(mailed)
    for mail in mailed.server.mails:
        text, page = parts_of(mail)
        assert codes_in(text) == codes_in(page) and codes_in(text) <= codes_reached(mailed, hers[mail["To"]])
        whole = f"{mail['Subject']} {text} {page}"
        assert not [name for name in names if re.search(rf"\b{re.escape(name)}\b", whole)], whole
    by_reader = {mail["To"]: parts_of(mail)[0] for mail in mailed.server.mails}
    assert "Overdue\n- DEMO-" in by_reader["case_manager@exemplu.ro"]
    assert codes_in(by_reader["volunteer@exemplu.ro"]) < codes_in(by_reader["case_manager@exemplu.ro"])
    assert "Nu numește pe nimeni" in by_reader["volunteer@exemplu.ro"]
    with mailed.services.store.snapshot() as connection:
        told = select(audit_event_table.c.action).where(audit_event_table.c.action == "digest_sent")
        assert len(connection.execute(told).all()) == 2
    assert mailed.look(days=1).sent == 2, "the next morning"


def test_what_is_nobodys_comes_to_who_coordinates(mailed: MailOffice) -> None:
    for name in ("coordinator", "case_manager"):
        mailed.choose(name)
    mailed.look(hours=1)
    told = {mail["To"].partition("@")[0]: codes_in(parts_of(mail)[0]) for mail in mailed.server.mails}
    assert "DEMO-010" in told["coordinator"] - told["case_manager"], "a case without a case manager"


def test_whoever_is_closed_out_gets_nothing_more(mailed: MailOffice) -> None:
    user_id, by = mailed.choose("case_manager"), mailed.user_id("administrator")
    mailed.server.is_full = True
    assert mailed.look(hours=1).failed == 1
    with mailed.app.app_context():
        set_user_active(mailed.services, worker_for(mailed.services, by), user_id, False)
    mailed.server.is_full = False
    assert mailed.look(hours=1) == Delivered() and mailed.server.mails == []
    assert read_choice(mailed.services.session, user_id).rhythm == NEVER, "and nothing is kept of it"
    with mailed.app.app_context():
        set_user_active(mailed.services, worker_for(mailed.services, by), user_id, True)
    assert mailed.look(days=1) == Delivered()


def test_a_mail_waits_in_the_queue_and_is_given_up_in_the_end(mailed: MailOffice) -> None:
    mailed.choose("case_manager", WEEKLY, mailed.now.weekday())
    mailed.server.is_full = True
    assert mailed.look(hours=1).failed == 1 and mailed.look(minutes=4) == Delivered(), "after a pause"
    assert mailed.look(minutes=2).failed == 1 and mailed.look(minutes=6) == Delivered(), "that grows"
    mailed.server.is_full = False
    assert mailed.look(minutes=5).sent == 1 and len(mailed.server.mails) == 1
    mailed.server.is_full = True
    assert mailed.look(days=7).failed == 1
    for _ in range(int(GIVE_UP_AFTER / timedelta(hours=1)) + 4):
        mailed.look(hours=1)
    assert mailed.look(hours=4) == Delivered() and len(mailed.server.mails) == 1
    with mailed.services.store.snapshot() as connection:
        newest = connection.execute(select(mail_table).order_by(mail_table.c.id.desc()).limit(1)).one()
    assert newest.state == "given_up" and newest.trouble["values"]["number"] == 452


def test_nothing_is_put_into_the_queue_without_an_account(mailed: MailOffice) -> None:
    mailed.choose("case_manager")
    with mailed.services.store.writing() as session:
        remove_account(session)
    assert mailed.look(hours=2) == Delivered()
    with mailed.services.store.writing() as session:
        save_account(session, mailed.account)
    assert mailed.look().sent == 1, "the same morning, once there is one"


def _sent(office: MailOffice) -> int:
    with office.services.store.snapshot() as connection:
        return len(connection.execute(select(mail_table).where(mail_table.c.state == "sent")).all())


def test_dosar_sends_by_itself_until_its_data_are_locked(mailed: MailOffice, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schedule, "LOOK_SECONDS", 0.01)
    mailed.choose("case_manager")
    mailed.now += timedelta(hours=1)
    MailSchedule(mailed.delivery).watch()
    assert is_soon(lambda: _sent(mailed) == 1)
    monkeypatch.setattr(schedule, "LOOK_SECONDS", 0.5)
    pool: Any = mailed.services.store.engine.pool
    assert is_soon(lambda: pool.checkedout() == 0), "nobody looks just now: its connection goes with the data"
    mailed.services.store.close()
    mailed.now += timedelta(days=1)
    assert mailed.look() == Delivered() and len(mailed.server.mails) == 1


@pytest.fixture
def key_file(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    file = tmp_path_factory.mktemp("key") / "key"
    file.write_text(f"{KEY.hex()}\n", "ascii")
    file.chmod(0o600)
    yield file


def reminding(office: MailOffice, place: Place, key_file: Path) -> subprocess.Popen[str]:
    """``dosar remind`` as a program of its own."""
    environment = {**os.environ, "DATABASE_URL": place.url or "", "PYTHONPATH": str(REPOSITORY / "app")}
    command = [sys.executable, "-c", RUN, "remind", "--key-file", str(key_file), "--data", office.app.config["DATA"]]
    return subprocess.Popen(command, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


def test_a_program_killed_before_it_noted_what_left_loses_nothing(
    mailed: MailOffice, mailed_place: Place, key_file: Path
) -> None:
    """At least once: what the server took, and nobody noted, is sent again as the same mail."""
    mailed.choose("case_manager")
    with mailed.services.store.writing() as session:
        save_account(session, replace(mailed.account, hour=0))
    mailed.server.answers_after = 30.0
    with reminding(mailed, mailed_place, key_file) as killed:
        assert is_soon(lambda: len(mailed.server.mails) == 1, 60)
        killed.kill()
    mailed.server.answers_after, mailed.now = 0.0, utc_now() + timedelta(minutes=1)
    assert mailed.look() == Delivered(), "somebody may still be sending it"
    assert mailed.look(minutes=10).sent == 1 and mailed.look(minutes=20) == Delivered()
    first, again = mailed.server.mails
    assert first["Message-ID"] == again["Message-ID"] and parts_of(first) == parts_of(again)


def test_whoever_waited_for_its_turn_takes_no_mail_that_another_sends(mailed: MailOffice) -> None:
    """It looked at the clock before the other did, and reads the queue after it; a clock may be slow, too."""
    reader, moment = mailed.choose("case_manager"), mailed.now
    with mailed.services.store.writing() as session:
        queue_mail(session, reader, moment)
    with mailed.services.store.writing() as session:
        assert claim_mail(session, moment + timedelta(seconds=2)) is not None
    with mailed.services.store.writing() as session:
        assert claim_mail(session, moment) is None
        assert claim_mail(session, moment + CLAIMED_FOR) is None
        assert claim_mail(session, moment + CLAIMED_FOR + timedelta(seconds=2)) is not None, "the other was killed"


def test_several_programs_send_each_mail_once(mailed: MailOffice, mailed_place: Place, key_file: Path) -> None:
    """``dosar remind`` twice at the same moment; the day after, three threads that begin together."""
    for name in ("case_manager", "social_worker", "volunteer"):
        mailed.choose(name)
    with mailed.services.store.writing() as session:
        save_account(session, replace(mailed.account, hour=0))
    running = [reminding(mailed, mailed_place, key_file) for _ in range(2)]
    said = [program.communicate()[0] for program in running]
    assert [program.returncode for program in running] == [0, 0], said
    assert sum(int(re.findall(r"\d+", line)[0]) for line in said) == 3
    readers = sorted(f"{name}@exemplu.ro" for name in ("case_manager", "social_worker", "volunteer"))
    assert sorted(mail["To"] for mail in mailed.server.mails) == readers
    mailed.now, together = utc_now() + timedelta(days=1), Barrier(3)

    def look() -> Delivered:
        together.wait()
        return mailed.look()

    with ThreadPoolExecutor(3) as threads:
        assert sum(done.result().sent for done in [threads.submit(look) for _ in range(3)]) == 3
    assert sorted(mail["To"] for mail in mailed.server.mails) == sorted(readers * 2)
