"""A question goes to another form of the case, with its answers: none is lost, and nobody reads more without a word."""

from typing import Any

import pytest
from sqlalchemy import insert, select

from dosar.database.system_tables import attachment_table, utc_now
from dosar.records.attachments import readable_files
from dosar.records.audit_log import history_entries
from dosar.records.finding.search import search_condition
from dosar.records.sheets.deletion import delete_sheet, restore_sheet
from dosar.records.sheets.save import correct_sheet, enter_sheet
from tests.organisations import CASE, CLERK, MENU, ROLES, Organisation, form

HEAD = "belongs_to: case"
SCHOOL = "name: school, type: text, search: true"
INTAKE = form("intake", "name: aim, type: text", SCHOOL, "name: scan, type: file", head=HEAD)
WITHOUT = form("intake", "name: aim, type: text", "name: scan, type: file", head=HEAD)
PLAN = form("plan", "name: goal, type: text", head=HEAD)
WITH = form(
    "plan",
    "name: goal, type: text",
    "name: education, type: paragraph, search: true, was: intake.school",
    "name: long, type: computed, result: yes_no, value: count(education) > 0",
    head=HEAD,
)


def filed(ours: Organisation, key: str, case: int, **answers: Any) -> int:
    return enter_sheet(ours.repository, ours.form(key), answers, CLERK, case)


def filled(ours: Organisation) -> None:
    """Two cases, each with an intake and a plan."""
    ours.start(intake=INTAKE, plan=PLAN)
    for name, school in (("Ana", "Țărm"), ("Dan", "port")):
        case = ours.enter("case", name=name)
        filed(ours, "intake", case, school=school)
        filed(ours, "plan", case, goal="unu")


def found(ours: Organisation, key: str) -> list[int]:
    """The records in which the search finds a port."""
    kept: Any = ours.repository.record_class(key)
    return list(
        ours.repository.session.scalars(select(kept.id).where(search_condition(ours.form(key), kept.id, "port")))
    )


def told_changes(ours: Organisation, key: str, record_id: int) -> list[tuple[str, dict[str, tuple[Any, Any]]]]:
    told = history_entries(
        ours.repository, ours.form(key), ours.repository.find(key, record_id), elsewhere=ours.repository.forms
    )
    return [(entry.action, {each.question.name: (each.old, each.new) for each in entry.changes}) for entry in told]


def test_answers_go_with_their_question(ours: Organisation) -> None:
    filled(ours)
    ours.start(intake=WITHOUT, plan=WITH)
    assert [finding.partition("F025: ")[2] for finding in ours.told("F025")] == [
        'The answers to "intake.school" (2) must move to "plan.education": run "dosar upgrade".'
    ]
    assert "see forms/plan.yaml, line 9" in ours.told("F058")[0] and ours.told("F021") == []
    assert ours.answers("intake", 1)["school"] == "Țărm", "until then, both forms go on as they were"
    assert "education" not in ours.form("plan").questions
    assert "The answers to intake.school (2) move to plan.education." in ours.plan()
    ours.upgrade()
    assert [ours.answers("plan", number)["education"] for number in (1, 2)] == ["Țărm", "port"]
    assert ours.answers("plan", 1)["long"] is True and ours.answers("intake", 1) == {"aim": None, "scan": None}
    assert found(ours, "plan") == [2] and found(ours, "intake") == []
    assert ("moved_here", {"education": (None, "Țărm")}) in told_changes(ours, "plan", 1)
    assert told_changes(ours, "intake", 1) == [
        ("moved_away", {"education": ("Țărm", None)}),
        ("entered", {"education": (None, "Țărm")}),
    ]
    for _ in range(2):
        assert ours.plan() == [] and {"F020", "F021", "F025", "F058", "F059"}.isdisjoint(ours.codes())
        ours.start(menu=MENU + "\n")
    ours.start(
        plan=WITH.replace("name: education", "name: study")
        .replace("intake.school", "education")
        .replace("count(education)", "count(study)")
    )
    assert told_changes(ours, "intake", 1)[1] == ("entered", {"study": (None, "Țărm")})


def test_the_name_given_up_may_be_asked_anew(ours: Organisation) -> None:
    filled(ours)
    ours.upgrade(intake=WITHOUT, plan=WITH)
    ours.start(intake=form("intake", "name: school, type: integer", head=HEAD))
    assert {"F020", "F025", "F058", "F059"}.isdisjoint(ours.codes())
    correct_sheet(ours.repository, ours.form("intake"), 1, 1, {"school": 7}, CLERK)
    assert ours.answers("intake", 1) == {"school": 7} and ours.answers("plan", 1)["education"] == "Țărm"
    assert told_changes(ours, "intake", 1)[0] == ("corrected", {"school": (None, 7)})
    assert ("entered", {"education": (None, "Țărm")}) in told_changes(ours, "intake", 1)


def test_answers_go_to_the_case_file_and_from_it(ours: Organisation) -> None:
    filled(ours)
    more = "      - {name: school, type: text, was: intake.school, label: {en: School, ro: Școala}}\n"
    ours.upgrade(intake=WITHOUT, case=CASE + more)
    assert [ours.answers("case", number)["school"] for number in (1, 2)] == ["Țărm", "port"]
    ours.upgrade(
        case=CASE, plan=form("plan", "name: goal, type: text", "name: school, type: text, was: case.school", head=HEAD)
    )
    assert [ours.answers("plan", number)["school"] for number in (1, 2)] == ["Țărm", "port"]
    assert ("entered", {"school": (None, "Țărm")}) in told_changes(ours, "intake", 1), "told as it is called by now"


@pytest.mark.parametrize(
    "more, said",
    [
        ({"intake": 2}, "sheet answers it: 2"),
        ({"plan": 1}, "with more than one: 1"),
        ({"case": 1}, "such a sheet: 1"),
    ],
)
def test_an_answer_without_one_place_stays(ours: Organisation, more: dict[str, int], said: str) -> None:
    filled(ours)
    if "plan" in more:
        filed(ours, "plan", 1, goal="doi")
    else:
        case = 1 if "intake" in more else ours.enter("case", name="Eva")
        filed(ours, "intake", case, school="alta")
    for begin in (ours.start, ours.upgrade):
        begin(intake=WITHOUT, plan=WITH)
        assert said in ours.told("F058")[1] and len(ours.told("F058")) == 2
        assert ours.answers("intake", 1)["school"] == "Țărm" and "education" not in ours.form("plan").questions
    if "plan" in more:
        delete_sheet(ours.repository, ours.form("plan"), 3, CLERK)
    elif "intake" in more:
        correct_sheet(ours.repository, ours.form("intake"), 3, 1, {"school": None}, CLERK)
    else:
        filed(ours, "plan", 3)
    ours.upgrade()
    assert ours.told("F058") == [] and ours.answers("plan", 1)["education"] == "Țărm"


def test_a_deleted_answer_is_not_seen_again(ours: Organisation) -> None:
    filled(ours)
    delete_sheet(ours.repository, ours.form("intake"), 1, CLERK)
    ours.upgrade(intake=WITHOUT, plan=WITH)
    assert "Without such a sheet: 1" in ours.told("F058")[1]
    delete_sheet(ours.repository, ours.form("plan"), 1, CLERK)
    ours.upgrade()
    assert ours.told("F058") == []
    restore_sheet(ours.repository, ours.form("plan"), 1, CLERK)
    assert ours.answers("plan", 1)["education"] == "Țărm"


def test_was_of_another_form_may_come_too_late(ours: Organisation) -> None:
    filled(ours)
    ours.start(intake=WITHOUT, plan=WITH.replace(", was: intake.school", ""))
    assert len(ours.told("F021")) == 1
    correct_sheet(ours.repository, ours.form("plan"), 1, 1, {"education": "și aici"}, CLERK)
    ours.upgrade(plan=WITH)
    assert "answered there already: 1" in ours.told("F058")[1]
    correct_sheet(ours.repository, ours.form("plan"), 1, 2, {"education": None}, CLERK)
    ours.upgrade()
    assert ours.told("F058") == [] and ours.answers("plan", 1)["education"] == "Țărm"


def test_files_go_along(ours: Organisation) -> None:
    filled(ours)
    with ours.repository.writing() as session:
        number = session.scalar(
            insert(attachment_table)
            .values(
                form="intake",
                question="scan",
                record_id=1,
                name="a.pdf",
                media_type="application/pdf",
                size=1,
                digest="",
                content=b"%",
                user_id=1,
                at=utc_now(),
            )
            .returning(attachment_table.c.id)
        )
    correct_sheet(ours.repository, ours.form("intake"), 1, 1, {"scan": number}, CLERK)
    ours.upgrade(
        intake=form("intake", "name: aim, type: text", SCHOOL, head=HEAD),
        plan=form("plan", "name: goal, type: text", "name: paper, type: file, was: intake.scan", head=HEAD),
    )
    kept = readable_files(ours.repository, ours.repository.forms, [number], 9)[number]
    assert (kept.form, kept.question, kept.record_id) == ("plan", "paper", 1)
    assert ours.answers("plan", 1)["paper"] == number


@pytest.mark.parametrize(
    "before, after, who",
    [
        ("name: school, type: text, sensitivity: legal", "name: school, type: text", "volunteer, sensitivity: legal"),
        (
            "name: school, type: text, sensitivity: legal",
            "name: school, type: text, sensitivity: health",
            "sensitivity: legal",
        ),
        ("name: school, type: text", "name: school, type: text", "volunteer"),
    ],
)
def test_more_people_read_it_only_with_a_word(ours: Organisation, before: str, after: str, who: str) -> None:
    roles = ROLES + "  - {role: volunteer, title: {en: V, ro: V}, may: {plan: [see]}}\n"
    ours.start(intake=form("intake", "name: aim, type: text", before, head=HEAD), plan=PLAN, roles=roles)
    case = ours.enter("case", name="Ana")
    filed(ours, "intake", case, school="Țărm")
    filed(ours, "plan", case)
    ours.start(intake=WITHOUT, plan=form("plan", after + ", was: intake.school", head=HEAD))
    assert f"(1): {who}. If that is meant" in ours.told("F049")[0]
    assert any(line.endswith(f"from now on: {who}.") for line in ours.plan())
    assert "school" not in ours.form("plan").questions
    ours.upgrade()
    assert ours.answers("plan", 1)["school"] == "Țărm"


@pytest.mark.parametrize(
    "files, said",
    [
        ({"intake": INTAKE}, "is still asked there"),
        ({"intake": WITHOUT.replace("title: {en: Part", "titel: {en: Part")}, "once the mistakes in forms/intake.yaml"),
        ({"plan": WITH.replace(HEAD, HEAD + "\nlist: [none]")}, "once the mistakes in forms/plan.yaml"),
        (
            {"plan": WITH.replace("education, type: paragraph", "education, type: integer")},
            'do not fit "plan.education"',
        ),
        ({"plan": PLAN, "free": WITH.replace("form: plan", "form: free").replace(HEAD, "")}, "only between forms that"),
        ({"talk": WITH.replace("form: plan", "form: talk")}, "Another question says already"),
    ],
)
def test_what_cannot_move_is_refused(ours: Organisation, files: dict[str, str | None], said: str) -> None:
    filled(ours)
    ours.write(**{"intake": WITHOUT, "plan": WITH, **files})
    for begin in (ours.start, ours.upgrade):
        begin()
        assert any(said in finding for finding in ours.told("F058")), ours.opened.findings
        assert ours.answers("intake", 1)["school"] == "Țărm" and "education" not in ours.form("plan").questions


def test_both_forms_get_other_names_meanwhile(ours: Organisation) -> None:
    filled(ours)
    ours.upgrade(
        intake=None,
        plan=None,
        start=WITHOUT.replace("form: intake", "form: start\nwas: intake"),
        scheme=WITH.replace("form: plan", "form: scheme\nwas: plan"),
    )
    assert ours.told("F058") == [] and ours.answers("scheme", 1)["education"] == "Țărm"
    ours.start(menu=MENU + "\n")
    assert ours.plan() == [] and {"F020", "F021", "F025", "F058", "F059"}.isdisjoint(ours.codes())
    assert told_changes(ours, "start", 1)[0] == ("moved_away", {"education": ("Țărm", None)})


def test_what_nobody_answered_moves_at_once(ours: Organisation) -> None:
    ours.start(intake=INTAKE, plan=PLAN)
    filed(ours, "intake", ours.enter("case", name="Ana"))
    ours.start(intake=WITHOUT, plan=WITH)
    assert {"F021", "F025", "F049", "F058", "F059"}.isdisjoint(ours.codes())
    assert "education" in ours.form("plan").questions
    ours.start(menu=MENU + "\n")
    assert {"F021", "F025", "F049", "F058", "F059"}.isdisjoint(ours.codes())


def test_a_database_of_an_earlier_dosar_is_compared_and_opened(ours: Organisation) -> None:
    filled(ours)
    with ours.store.writing() as session:
        session.connection().exec_driver_sql("DROP TABLE dosar_moved")
    ours.write(intake=WITHOUT, plan=WITH)
    assert "The answers to intake.school (2) move to plan.education." in ours.plan()
    ours.upgrade()
    assert ours.answers("plan", 1)["education"] == "Țărm"
