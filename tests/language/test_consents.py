"""What is not filed without a consent is checked: somebody can give it, and the database compares its days."""

from pathlib import Path

import pytest

import dosar.fields  # noqa: F401 - tells the language its kinds of question
from dosar import shipped_folder
from dosar.language.checks.rules.consent_checks import consent_findings
from dosar.language.load.definition import make_definition
from dosar.language.load.folder import read_folder
from tests.organisations import CASE, ROLES, form

QUESTIONS = (
    "name: given_on, type: date",
    "name: last_day, type: date",
    "name: withdrawn_on, type: date",
    "name: about, type: partial_date",
    "name: ill_on, type: date, sensitivity: health",
)
PLAN = ("name: agreed_on, type: date", "name: urgent, type: text", "name: hurry, type: yes_no")
GROUP = (
    "name: held_on, type: date",
    "name: people, type: table, columns: [{name: person, type: link, to: case, label: {en: C, ro: C}}, "
    "{name: word, type: text, label: {en: W, ro: V}}]",
)
NEEDED = "{sheet: plan, on: agreed_on, unless: urgent}"
GOOD = f"consent: help, given: given_on, lasts_until: last_day, ended_by: [withdrawn_on], needed_by: [{NEEDED}]"


def written(folder: Path, *consents: str, belongs: str = "belongs_to: case") -> Path:
    """A folder with these consents on the intake form."""
    lines = "\n".join(f"  - {{title: {{en: Consent, ro: Acord}}, {said}}}" for said in consents)
    files = {
        "intake": form("intake", *QUESTIONS, head=f"{belongs}\nconsents:\n{lines}"),
        "plan": form("plan", *PLAN, head="belongs_to: case"),
        "request": form("request", "name: taken_back_on, type: date", head="belongs_to: case"),
        "group": form("group", *GROUP),
        "case": CASE,
        "roles": ROLES,
    }
    for name, text in files.items():
        (folder / f"{name}.yaml").write_text(text, "utf-8")
    return folder


def test_what_is_needed_is_known_by_form(tmp_path: Path) -> None:
    group = f"{NEEDED}, {{sheet: group, on: held_on, case: people.person}}"
    reading = read_folder(written(tmp_path, GOOD.replace(NEEDED, group) + ", ended_in: [request.taken_back_on]"))
    assert list(consent_findings(reading)) == []
    parts = {part: made for part, made in reading.parts.items() if part.startswith(("form:", "roles"))}
    made = make_definition(parts, {})
    assert {
        key: [(one.day, one.unless, one.rows, one.case_column) for one in every]
        for key, every in made.consents_needed.items()
    } == {
        "plan": [("agreed_on", "urgent", None, "case_id")],
        "group": [("held_on", None, "people", "person")],
    }
    assert len(made.consents_needed["plan"][0].consent.ended) == 2
    fewer = make_definition({part: each for part, each in parts.items() if part not in ("form:request",)}, {})
    assert len(fewer.consents_needed["plan"][0].consent.ended) == 1, "a form that is not used ends nothing"


@pytest.mark.parametrize(
    ("said", "code", "words"),
    [
        (GOOD.replace("given: given_on", "given: given"), "F015", 'no question is named "given"; did you mean'),
        (GOOD.replace("given: given_on", "given: about"), "F111", '"about" is no day that the database compares'),
        (GOOD.replace("[withdrawn_on]", "[ill_on]"), "F111", '"ill_on" is no day that the database compares'),
        (f"{GOOD}, ended_in: [reques.taken_back_on]", "F019", 'no form is named "reques"; did you mean'),
        (f"{GOOD}, ended_in: [request.taken_on]", "F045", 'no question of "request" is named "taken_on"'),
        (f"{GOOD}, ended_in: [group.held_on]", "F110", 'Records of "group" belong to no case'),
        (GOOD.replace("sheet: plan", "sheet: pla"), "F019", 'no form is named "pla"; did you mean "plan"'),
        (GOOD.replace("on: agreed_on", "on: agreed"), "F045", 'no question of "plan" is named "agreed"'),
        (GOOD.replace("on: agreed_on", "on: urgent"), "F111", '"urgent" is no day'),
        (GOOD.replace("unless: urgent", "unless: hurry"), "F112", '"hurry" keeps no reason'),
        (GOOD.replace(NEEDED, "{sheet: group, on: held_on}"), "F113", 'Records of "group" belong to no case'),
        (GOOD.replace(NEEDED, "{sheet: group, case: people.word}"), "F113", '"people.word" is no column'),
        (GOOD.replace(NEEDED, "{sheet: plan, case: people.person}"), "F113", '"plan" belongs to a case by itself'),
        (GOOD.replace(NEEDED, "{sheet: intake}"), "F114", 'On "intake" the consent itself is given'),
        (GOOD.replace(NEEDED, f"{NEEDED}, {{sheet: plan}}"), "F115", '"plan" stands here twice'),
    ],
)
def test_what_nobody_could_hold_is_told(tmp_path: Path, said: str, code: str, words: str) -> None:
    [found] = consent_findings(read_folder(written(tmp_path, said)))
    assert found.code == code and str(found.message).startswith(words)


def test_two_of_one_name_and_records_of_no_case_are_told(tmp_path: Path) -> None:
    assert [found.code for found in consent_findings(read_folder(written(tmp_path, GOOD, GOOD)))] == ["F115"]
    [found] = consent_findings(read_folder(written(tmp_path, GOOD, belongs="")))
    lines = (tmp_path / "intake.yaml").read_text("utf-8").splitlines()
    assert found.code == "F110" and "consents:" in lines[found.place.line - 1]


def test_the_shipped_forms_give_no_plan_service_visit_or_aid_without_it() -> None:
    reading = read_folder(shipped_folder("forms"))
    assert list(consent_findings(reading)) == []
    needed = make_definition(reading.parts, {}).consents_needed
    assert {"plan", "service_log", "visit_report", "humanitarian_aid"} <= {*needed}
