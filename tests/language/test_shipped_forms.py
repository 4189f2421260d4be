"""The forms an organisation starts with, as their readers find them."""

import re
from collections.abc import Iterator
from datetime import date, time
from pathlib import Path
from typing import Any

import pytest

import dosar.fields  # noqa: F401 - tells the kinds of question
from dosar.language.answers.settling import settle_answers
from dosar.language.answers.validation import validate_answers
from dosar.language.form import Form
from dosar.language.load.definition import make_definition
from dosar.language.load.folder import FolderReading, read_folder
from dosar.language.load.source_lines import walk_questions
from dosar.language.load.yaml_reader import read_yaml
from dosar.language.question import ReadingContext as Typing
from dosar.language.text.message import Mistake
from tests.findings import findings_in

FORMS = Path(__file__).parents[2] / "forms"


@pytest.fixture(scope="module")
def shipped() -> FolderReading:
    return read_folder(FORMS)


def test_nothing_is_wrong_in_them(shipped: FolderReading) -> None:
    assert findings_in(shipped) == []


def test_the_demo_shows_each_of_them(shipped: FolderReading) -> None:
    forms = {part.partition(":")[2] for part in shipped.sources if part.startswith("form:")}
    shown = {
        record["form"]
        for file in sorted((FORMS / "demo").glob("*.yaml"))
        for record in read_yaml(file).contents.get("records", ())
    }
    assert shown == forms


def test_romanian_has_its_own_letters() -> None:
    """Comma below, never the cedilla that older keyboards type."""
    for file in FORMS.rglob("*.yaml"):
        assert not set("şţŞŢ") & set(file.read_text(encoding="utf-8")), file.name


WORDS_OF_ONES_OWN = {"text", "paragraph", "email", "phone", "personal_number"}


def test_every_text_is_sensitive_or_says_why_not(shipped: FolderReading) -> None:
    open_texts = [
        f"{form.key}.{question.name}"
        for form in shipped.of(Form).values()
        for _, question, table in walk_questions(form)
        if question.type in WORDS_OF_ONES_OWN
        and not (question.own_clearances or (table and table.own_clearances))
        and not (question.not_sensitive or (table and table.not_sensitive) or form.not_sensitive)
    ]
    assert open_texts == []


def test_who_sees_a_volunteer_or_an_accountant_is_not_told_where_she_lives_or_learns(shipped: FolderReading) -> None:
    forms = make_definition(shipped.parts, {}).forms
    known = {f"{form.key}.{name}" for form in forms.values() for name in form.seen_with(frozenset()).questions}
    assert not known & {
        "case.age",
        "case.is_minor",
        "case.closure_notes",
        "study_support.notes",
        "visit_report.edu_school_name",
        "visit_report.edu_boarding_name",
        "facility.locality",
        "facility.rooms",
        "stay.room",
    }
    assert known >= {"case.minor_in_year", "facility.beds", "event.participant_count", "humanitarian_aid.contents"}


ALPHABET = " -aăâbcdefghiîjklmnopqrsștțuvwxyz"


@pytest.mark.parametrize("list", ["county_ro", "region_md"])
def test_places_stand_in_the_order_of_the_romanian_alphabet(list: str) -> None:
    names = [place["label"]["ro"] for place in read_yaml(FORMS / "choices" / f"{list}.yaml").contents["choices"]]
    assert names == sorted(names, key=lambda name: [ALPHABET.find(letter) for letter in name.lower()])


ONLY_IN_ROMANIA = re.compile(
    r"(?i)\b(nevoi|nevoile|nevoilor|furnizor\w*|găzduir\w*|în întreținere|județ\w*|sprijin\w*|protocol\w*"
    r"|trafic\w* de persoane|însoțire\w*|vizit\w* de documentare|formare\w*|moned\w*|detaliat\w*|violenț\w* domestic\w*"
    r"|adeverinț\w*)\b"
)
"""Words for which Moldova has its own."""


def test_moldova_reads_its_own_words() -> None:
    """The variant is whole: no text falls back on a word that is not used there."""
    said = [
        (file.name, text)
        for file in sorted(FORMS.rglob("*.yaml"))
        if file.parent.name != "demo" and file.name != "county_ro.yaml"
        for text in texts_in(read_yaml(file).contents)
    ]
    assert len(said) > 2000
    assert [sentence for sentence in said if ONLY_IN_ROMANIA.search(sentence[1])] == []


ONLY_IN_MOLDOVA = re.compile(
    r"(?i)\b(necesităț\w*|prestator\w*|suport(?! financiar la| \(curățenie)\w*|peste hotare)\b"
)
"""Words for which Romania has its own; the title of Annex 1 is the same in both."""


def test_romania_reads_its_own_words() -> None:
    said = [
        (file.name, text)
        for file in sorted(FORMS.rglob("*.yaml"))
        if file.parent.name != "demo"
        for text in texts_in(read_yaml(file).contents, "ro")
    ]
    assert [sentence for sentence in said if ONLY_IN_MOLDOVA.search(sentence[1])] == []


def texts_in(contents: Any, wording: str = "ro-MD") -> Iterator[str]:
    """Every text as it is read in Moldova, or in Romania."""
    if isinstance(contents, dict) and "ro" in contents:
        yield contents.get(wording, contents["ro"])
    elif isinstance(contents, dict | list):
        for inner in contents.values() if isinstance(contents, dict) else contents:
            yield from texts_in(inner, wording)


def test_no_case_of_the_demo_has_a_personal_number() -> None:
    """A made-up number could be somebody's."""
    for file in (FORMS / "demo").glob("*.yaml"):
        assert "national_id" not in file.read_text(encoding="utf-8")


def test_who_was_absent_from_an_activity_is_not_counted() -> None:
    activity = Form.model_validate(read_yaml(FORMS / "activity.yaml").contents)
    people = [{"case": number, "present": present} for number, present in enumerate((True, False, None, True), 1)]
    assert settle_answers(activity, {"participants": people}, date(2026, 11, 22))["attended"] == 2


PROFESSIONALS = ("coordinator", "case_manager", "social_worker", "psychologist", "lawyer", "doctor", "accountant")
WORK_ON_CASES = PROFESSIONALS[:-1]


def role_of(shipped: FolderReading, role: str) -> Any:
    return make_definition(shipped.parts, {}).roles[role]


def known_to(shipped: FolderReading, form: str, role: str) -> set[str]:
    """The questions and columns of a form that a role reads."""
    known = make_definition(shipped.parts, {}).forms[form].seen_with(role_of(shipped, role).clearances)
    columns = (column for table in known.row_questions for column in table.columns_asked())
    return {question.name for question in (*known.questions.values(), *columns)}


@pytest.mark.parametrize("role", PROFESSIONALS)
@pytest.mark.parametrize("form", ["staff_care", "library_document", "practice_exchange", "event"])
def test_what_is_for_professionals_is_for_all_of_them(shipped: FolderReading, role: str, form: str) -> None:
    assert role_of(shipped, role).actions(form) >= {"see", "enter", "correct"}


@pytest.mark.parametrize("role", PROFESSIONALS)
def test_everybody_reads_her_own_staff_care_again(shipped: FolderReading, role: str) -> None:
    """Only the person and the supervisor she chose open it: no clearance stands between her and her own words."""
    assert known_to(shipped, "staff_care", role) == known_to(shipped, "staff_care", "coordinator")


@pytest.mark.parametrize("role", WORK_ON_CASES)
def test_the_team_of_a_case_works_together(shipped: FolderReading, role: str) -> None:
    assert "see" in role_of(shipped, role).actions("team_meeting")
    assert role_of(shipped, role).actions("peer_support") >= {"see", "enter", "correct"}


def test_the_social_worker_writes_what_court_support_asks_of_her(shipped: FolderReading) -> None:
    """Capacity and needs, support, court sessions and how the case goes on (CPTW); the lawyer's part stays hers."""
    assert role_of(shipped, "social_worker").actions("court_support") >= {"see", "enter", "correct"}
    hers = known_to(shipped, "court_support", "social_worker")
    assert hers >= {"capacity", "capacity_details", "needs", "support_log", "sessions", "outcome", "evolution"}
    assert not hers & {"legal_stage", "legal_quality", "lawyer", "compensation_claimed", "compensation_awarded"}


def test_a_volunteer_chooses_a_project_and_sees_nothing_else_of_it(shipped: FolderReading) -> None:
    told = {
        role: {"choose", "see"} & role_of(shipped, role).actions("project")
        for role in ("volunteer", "coordinator", "administrator")
    }
    assert told == {"volunteer": {"choose"}, "coordinator": {"see"}, "administrator": set()}


@pytest.mark.parametrize(
    ("form", "question", "typed"),
    [
        ("regional_statistics", "period_from", "2062"),
        ("regional_statistics", "period_until", "12.2062"),
        ("monitoring_form", "period_from", "1.1.2062"),
        ("monitoring_form", "period_until", "1.1.2062"),
    ],
)
def test_what_was_counted_or_monitored_lies_in_the_past(
    shipped: FolderReading, form: str, question: str, typed: str
) -> None:
    asked = shipped.of(Form)[f"form:{form}"].questions[question]
    with pytest.raises(Mistake, match="cannot be in the future"):
        asked.read([typed], Typing("ro", date(2026, 11, 28)))


def test_a_month_of_support_far_ahead_is_asked_about(shipped: FolderReading) -> None:
    ledger = shipped.of(Form)["form:study_ledger"]

    def doubted(month: str) -> bool:
        answers = {"section": "food", "received_on": date(2026, 11, 20), "month": month}
        found = validate_answers(ledger, answers, date(2026, 11, 28), {"month"}, {"month"})
        return any(issue.where == ("month",) and issue.soft for issue in found)

    assert doubted("2098-03") and not doubted("2026-12")


@pytest.mark.parametrize(
    ("form", "question", "wrong", "right"),
    [
        ("task", "ends_at", {"at": time(14, 30), "ends_at": time(14, 30)}, {"ends_at": time(14, 45)}),
        ("office_task", "ends_at", {"at": time(14, 30), "ends_at": time(9)}, {"ends_at": None}),
        ("service_agreement", "response_hours", {"response_hours": 8761}, {"response_hours": 8760}),
    ],
)
def test_lengths_of_time_are_some(
    shipped: FolderReading, form: str, question: str, wrong: dict[str, Any], right: dict[str, Any]
) -> None:
    asked = shipped.of(Form)[f"form:{form}"]
    told = [
        [issue for issue in validate_answers(asked, answers, date(2026, 11, 28), {question}) if not issue.soft]
        for answers in (wrong, wrong | right)
    ]
    assert [len(issues) for issues in told] == [1, 0]
