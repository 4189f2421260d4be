"""A form gets another name: its records, and everything else that is kept of it, come along."""

from typing import Any

import pytest
from sqlalchemy import insert, inspect, select

from dosar.database.system_tables import (
    SYSTEM_METADATA,
    attachment_table,
    draft_table,
    form_version_table,
    saved_list_table,
    utc_now,
)
from dosar.records.attachments import readable_files
from dosar.records.finding.search import search_condition
from dosar.records.scope.row_scope import OutOfReach
from dosar.records.sheets.save import enter_sheet
from dosar.records.unsaved import drafts
from dosar.records.unsaved.drafts import DraftPlace
from tests.organisations import CLERK, MENU, ROLES, Organisation, form

FAMILY = "name: family, type: table, columns: [{name: who, type: text, label: {en: Who, ro: Cine}}]"
ASKED = ("name: ref, type: code", "name: aim, type: text, search: true", "name: scan, type: file", FAMILY)
HEAD = "belongs_to: case\nlist: [aim]\nsort: [aim]"
VISIT = form("visit", *ASKED, head=HEAD)
MEETING = form("meeting", *ASKED, head=f"was: visit\n{HEAD}")
NOTE = form("note", "name: about, type: link, to: visit", head="belongs_to: case")
NOTE_ON_MEETING = NOTE.replace("to: visit", "to: meeting")
ONE = {
    "form": "meeting",
    "rows_of": "",
    "question": "scan",
    "name": "a.pdf",
    "media_type": "application/pdf",
    "size": 1,
    "digest": "",
    "content": b"%",
    "user_id": 1,
}


def filled(ours: Organisation) -> None:
    """Two visits, one pointed to by a note, with a file, a draft and a saved list."""
    ours.start(visit=VISIT, note=NOTE)
    ours.enter("case", name="Ana")
    for aim in ("Țărm", "port"):
        enter_sheet(ours.repository, ours.form("visit"), {"aim": aim, "family": [{"id": None, "who": "Dan"}]}, CLERK, 1)
    enter_sheet(ours.repository, ours.form("note"), {"about": 2}, CLERK, 1)
    drafts.keep_draft(ours.repository, 1, DraftPlace("visit", case_id=1), [("aim", "început")])
    with ours.repository.writing() as session:
        session.execute(insert(attachment_table).values(**{**ONE, "form": "visit", "record_id": 1, "at": utc_now()}))
        session.execute(insert(saved_list_table).values(user_id=1, form="visit", name="a", wish={"columns": ["aim"]}))


def kept_under(ours: Organisation, name: str) -> set[str]:
    """Dosar's own tables in which something is kept under this name of a form."""
    with ours.store.snapshot() as connection:
        return {
            table.name
            for table in SYSTEM_METADATA.tables.values()
            if "form" in table.c
            and connection.execute(select(table.c.form).where(table.c.form.in_([name, f"form:{name}"]))).first()
        }


def test_everything_comes_along_with_a_renamed_form(ours: Organisation) -> None:
    filled(ours)
    followed = kept_under(ours, "visit")
    assert len(followed) == 7
    ours.write(visit=None, meeting=MEETING, note=NOTE_ON_MEETING)
    assert "visit is now called meeting, with its records (2)." in ours.plan()
    ours.start()
    assert [finding.partition("F057: ")[2] for finding in ours.told("F057")] == [
        'The records of "visit" (2) come along: the form is called "meeting" from now on.'
    ]
    assert (kept_under(ours, "visit"), kept_under(ours, "meeting")) == (set(), followed)
    assert ours.answers("meeting", 1)["aim"] == "Țărm" and ours.answers("meeting", 2)["family"][0]["who"] == "Dan"
    assert ours.history("meeting", 1)[0].changes[1].new == "Țărm"
    assert ours.answers("note", 1)["about"] == 2
    assert readable_files(ours.repository, ours.repository.forms, [1], 1)[1].form == "meeting"
    assert ours.repository.session.scalar(select(draft_table.c.boxes)) == [["aim", "început"]]
    kept: Any = ours.repository.record_class("meeting")
    found = select(kept.id).where(search_condition(ours.form("meeting"), kept.id, "port"))
    assert ours.repository.session.scalars(found).all() == [2]
    third = enter_sheet(ours.repository, ours.form("meeting"), {"aim": "nou"}, CLERK, 1)
    assert (third, ours.answers("meeting", 3)["ref"]) == (3, f"D-{CLERK.today.year}-0003")
    with pytest.raises(OutOfReach):
        ours.repository.record_class("visit")
    assert ours.plan() == []
    ours.start()
    assert {"F020", "F021", "F052", "F056", "F057", "F059"}.isdisjoint(ours.codes())
    ours.start(menu=MENU + "\n")
    assert {"F020", "F021", "F052", "F056", "F057", "F059"}.isdisjoint(ours.codes()), ours.opened.findings


def test_a_form_and_its_questions_get_other_names_at_once(ours: Organisation) -> None:
    filled(ours)
    ours.upgrade(
        visit=None,
        note=NOTE_ON_MEETING,
        meeting=form(
            "meeting",
            "name: ref, type: code",
            "name: goal, was: aim, type: paragraph, search: true",
            "name: scan, type: file",
            FAMILY.replace("family", "people, was: family"),
            "name: cost, type: decimal",
            head="was: visit\nbelongs_to: case\nlist: [goal]",
        ),
    )
    assert ours.answers("meeting", 1)["goal"] == "Țărm" and ours.answers("meeting", 1)["people"][0]["who"] == "Dan"
    assert ours.history("meeting", 1)[0].changes[1].question.name == "goal"
    ours.start(meeting=None, talk=form("talk", "name: goal, type: paragraph", head="was: meeting\nbelongs_to: case"))
    assert ours.answers("talk", 1) == {"goal": "Țărm"}
    assert ours.history("talk", 1)[0].changes[0].new == "Țărm"


def test_the_name_given_up_is_free_for_another_form(ours: Organisation) -> None:
    ledger = "append_only: true\nlist: [aim]\nsort: [aim]"
    ours.start(visit=form("visit", "name: aim, type: text", head=ledger)).enter("visit", aim="unu")
    ours.start(visit=None, meeting=form("meeting", "name: aim, type: text", head=f"was: visit\n{ledger}"))
    ours.start(visit=form("visit", "name: aim, type: integer", head=ledger)).enter("visit", aim=2)
    assert (ours.answers("meeting", 1), ours.answers("visit", 1)) == ({"aim": "unu"}, {"aim": 2})
    for key in ("meeting", "visit"):
        with pytest.raises(Exception, match="append-only"), ours.store.writing() as session:
            session.connection().exec_driver_sql(f"DELETE FROM {key}")
    ours.start(menu=MENU + "\n")
    assert {"F020", "F052", "F056", "F059"}.isdisjoint(ours.codes()) and ours.plan() == []


def test_a_file_with_mistakes_runs_on_under_the_new_name(ours: Organisation) -> None:
    filled(ours)
    ours.start(visit=None, note=NOTE_ON_MEETING, meeting=MEETING.replace("list: [aim]", "list: [aims]"))
    assert "F015" in ours.codes() and ours.form("meeting").list == ("aim",)
    assert ours.answers("meeting", 1)["aim"] == "Țărm"
    ours.start(meeting=MEETING)
    assert "F015" not in ours.codes() and ours.answers("meeting", 1)["aim"] == "Țărm"


def test_a_file_that_cannot_be_read_leaves_the_old_name(ours: Organisation) -> None:
    filled(ours)
    ours.start(visit=None, meeting=MEETING.replace("type: code", "type: cod"))
    assert "F006" in ours.codes() and ours.answers("visit", 1)["aim"] == "Țărm"
    ours.start(meeting=MEETING, note=NOTE_ON_MEETING)
    assert ours.answers("meeting", 1)["aim"] == "Țărm"


def test_files_that_still_say_the_old_name_run_on_with_the_new(ours: Organisation) -> None:
    filled(ours)
    roles = ROLES + "  - {role: psychologist, title: {en: P, ro: P}, may: {visit: [see]}}\n"
    ours.start(roles=roles)
    ours.start(visit=None, meeting=MEETING)
    assert {"F016", "F019"} <= set(ours.codes())
    assert ours.answers("note", 1)["about"] == 2 and ours.form("note").questions["about"].link_target() == "meeting"
    assert ours.opened.definition.roles["psychologist"].actions("meeting") == {"see"}
    assert all('is called "meeting" now' in finding for finding in (*ours.told("F016"), *ours.told("F019")))


def late(ours: Organisation) -> None:
    """A form is called otherwise, and begins anew."""
    filled(ours)
    fresh = form("meeting", "name: aim, type: text", "name: more, type: integer", head="belongs_to: case")
    ours.start(visit=None, meeting=fresh, other=form("other", "name: at, type: link, to: meeting"))
    assert "write in its file was: visit." in ours.told("F052")[0]
    drafts.keep_draft(ours.repository, 1, DraftPlace("meeting", case_id=1), [("more", "7")])


def test_was_of_a_form_may_come_one_start_too_late(ours: Organisation) -> None:
    late(ours)
    ours.start(meeting=MEETING, note=NOTE_ON_MEETING)
    assert 'The records of "visit" (2) must come to "meeting"' in ours.told("F025")[0] and ours.told("F052") == []
    assert "visit is now called meeting, with its records (2)." in ours.plan()
    ours.upgrade()
    assert ours.answers("meeting", 1)["aim"] == "Țărm" and ours.answers("note", 1)["about"] == 2
    assert sorted(ours.repository.session.scalar(select(draft_table.c.boxes))) == [["aim", "început"], ["more", "7"]]
    assert ours.enter("other", at=1) == 1
    with ours.store.snapshot() as connection:
        assert not inspect(connection).has_table("visit")
    assert ours.plan() == [] and {"F020", "F021", "F025", "F052", "F056", "F059"}.isdisjoint(ours.codes())
    ours.start(menu=MENU + "\n")
    assert {"F020", "F021", "F025", "F052", "F056", "F059"}.isdisjoint(ours.codes())


def test_records_of_two_forms_are_never_mixed(ours: Organisation) -> None:
    late(ours)
    enter_sheet(ours.repository, ours.form("meeting"), {"aim": "alta"}, CLERK, 1)
    for begin in (ours.start, ours.upgrade):
        begin(meeting=MEETING)
        assert 'records of "visit" (2) and of "meeting" (1)' in ours.told("F056")[0]
        assert ours.answers("meeting", 1)["aim"] == "alta"
    ours.start(visit=VISIT, meeting=MEETING.replace("was: visit\n", ""))
    assert ours.told("F056") == [] and ours.answers("visit", 1)["aim"] == "Țărm"


@pytest.mark.parametrize(
    "files, told",
    [
        ({"visit": VISIT}, "is still there (forms/visit.yaml)"),
        ({"visit": None, "talk": MEETING.replace("form: meeting", "form: talk")}, "Another form says already"),
        ({"meeting": MEETING.replace("was: visit", "was: case")}, "The case file is never called otherwise"),
    ],
)
def test_a_name_that_cannot_follow_is_refused(ours: Organisation, files: dict[str, str | None], told: str) -> None:
    ours.start(visit=VISIT)
    ours.start(**{"meeting": MEETING, **files})
    assert told in ours.told("F056")[0]


def test_an_upgrade_of_names_that_fails_changes_nothing(ours: Organisation, monkeypatch: pytest.MonkeyPatch) -> None:
    filled(ours)
    with monkeypatch.context() as broken:
        broken.setattr("dosar.migrations.upgrade.refresh_index", lambda *_: 1 // 0)
        ours.start(visit=None, meeting=MEETING, note=NOTE_ON_MEETING)
    assert "ZeroDivisionError" in ours.told("F050")[0]
    assert ours.answers("visit", 1)["aim"] == "Țărm" and kept_under(ours, "meeting") == set()
    with ours.store.snapshot() as connection:
        parts = set(connection.scalars(select(form_version_table.c.form)))
    assert "form:visit" in parts
    ours.start()
    assert ours.answers("meeting", 1)["aim"] == "Țărm"
