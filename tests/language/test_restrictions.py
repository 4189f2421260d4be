"""What restricts a case is checked: whoever writes it can hold it, and lift it again."""

from pathlib import Path

import pytest

import dosar.fields  # noqa: F401 - tells the language its kinds of question
from dosar import shipped_folder
from dosar.language.checks.rules.restriction_checks import restriction_findings
from dosar.language.load.definition import make_definition
from dosar.language.load.folder import read_folder
from tests.organisations import CASE, ROLES, form

QUESTIONS = (
    "name: withdrawn_on, type: date",
    "name: given_on, type: date",
    "name: about, type: partial_date",
    "name: ill_on, type: date, sensitivity: health",
    "name: kept, type: yes_no",
    "name: story, type: paragraph",
    "name: illness, type: yes_no, sensitivity: health",
    "name: state, type: select_one, "
    "choices: [{code: open, label: {en: O, ro: D}}, {code: over, label: {en: V, ro: I}}]",
)
GOOD = "restriction: one, question: withdrawn_on, seen_by: [administrator], written: [intake]"


def told_of(folder: Path, *restricts: str, belongs: str = "belongs_to: case") -> list[tuple[str, str]]:
    """(code, the first words) of what is said of these restrictions of the intake."""
    title = "title: {en: It is., ro: Este.}"
    lines = "\n".join(f"  - {{{title}, {said}}}" for said in restricts)
    (folder / "intake.yaml").write_text(form("intake", *QUESTIONS, head=f"{belongs}\nrestricts:\n{lines}"), "utf-8")
    (folder / "case.yaml").write_text(CASE, "utf-8")
    (folder / "roles.yaml").write_text(ROLES, "utf-8")
    (folder / "plan.yaml").write_text(form("plan", "name: agreed_on, type: date", head="belongs_to: case"), "utf-8")
    reading = read_folder(folder)
    return [(found.code, str(found.message)) for found in restriction_findings(reading)]


def test_a_date_a_yes_and_a_code_restrict(tmp_path: Path) -> None:
    told = told_of(
        tmp_path,
        f"{GOOD}, lifted_by: given_on",
        "restriction: two, question: kept, seen_by: [administrator], written: [intake, case]",
        "restriction: three, question: state, codes: [over], seen_by: [administrator], written: [intake]",
    )
    assert told == []
    reading = read_folder(tmp_path)
    parts = {part: made for part, made in reading.parts.items() if part.startswith(("form:", "roles"))}
    made = make_definition(parts, {})
    assert [(one.key, one.restricts) for one in made.restrictions] == [
        ("intake.one", "day"),
        ("intake.two", "yes"),
        ("intake.three", "code"),
    ]


@pytest.mark.parametrize(
    ("said", "code", "words"),
    [
        (GOOD.replace("withdrawn_on", "withdrawn"), "F015", 'no question is named "withdrawn"; did you mean'),
        (GOOD.replace("withdrawn_on", "story"), "F046", '"story" cannot restrict a case'),
        (GOOD.replace("withdrawn_on", "illness"), "F067", '"illness" has a sensitivity'),
        (GOOD.replace("withdrawn_on", "state"), "F067", 'Say which codes of "state"'),
        (f"{GOOD}, codes: [over]", "F067", '"withdrawn_on" is no choice'),
        (GOOD.replace("withdrawn_on", "state, codes: [ove]"), "F045", '"ove" is none of the choices of "state"'),
        (GOOD.replace("[intake]", "[case]"), "F067", 'Nobody could lift this again: add "intake"'),
        (GOOD.replace("[intake]", "[intake, intak]"), "F019", 'no form is named "intak"; did you mean'),
        (GOOD.replace("administrator", "coordinator"), "F043", 'no role is named "coordinator"'),
        (f"{GOOD}, written_by: [volunteer]", "F116", '"volunteer" is none of the roles in "seen_by"'),
        (
            f"{GOOD}, written_by: [volunteer]".replace("seen_by: [administrator], ", ""),
            "F043",
            'no role is named "volunteer"',
        ),
        (f"{GOOD}, lifted_by: nothing", "F015", 'no question is named "nothing"'),
        (f"{GOOD}, lifted_by: kept", "F046", '"withdrawn_on" restricts from its day on, and "kept" is no day'),
        (f"{GOOD}, lifted_by: about", "F046", '"withdrawn_on" restricts from its day on, and "about" is no day'),
        (f"{GOOD}, lifted_by: ill_on", "F067", '"ill_on" has a sensitivity'),
        (f"{GOOD}, lifted_in: plan", "F067", "Say by which question of that form it is lifted"),
        (f"{GOOD}, lifted_by: agreed_on, lifted_in: pla", "F019", 'no form is named "pla"; did you mean'),
        (f"{GOOD}, lifted_by: given_on, lifted_in: case", "F067", '"case" is not another form that belongs to cases'),
        (f"{GOOD}, lifted_by: given_on, lifted_in: plan", "F015", 'no question is named "given_on"'),
        (f"{GOOD}, lifted_by: agreed_on, lifted_in: plan", "F067", 'Nobody could lift this again: add "plan"'),
    ],
)
def test_what_cannot_be_held_is_told_with_a_remedy(tmp_path: Path, said: str, code: str, words: str) -> None:
    [(told, message)] = told_of(tmp_path, said)
    assert told == code
    assert message.startswith(words)


def test_where_the_other_form_is_not_used_a_correction_alone_lifts(tmp_path: Path) -> None:
    said = GOOD.replace("[intake]", "[intake, plan]") + ", lifted_by: agreed_on, lifted_in: plan"
    assert told_of(tmp_path, said) == []
    reading = read_folder(tmp_path)
    parts = {part: made for part, made in reading.parts.items() if part.startswith(("form:", "roles"))}
    [lifted] = make_definition(parts, {}).restrictions
    assert (lifted.lifting_form, lifted.restriction.lifted_by) == ("plan", "agreed_on")
    [alone] = make_definition({part: made for part, made in parts.items() if part != "form:plan"}, {}).restrictions
    assert (alone.lifting_form, alone.restriction.lifted_by) == ("intake", None)


def test_two_of_one_name_and_records_of_no_case_are_told(tmp_path: Path) -> None:
    assert [code for code, _ in told_of(tmp_path, GOOD, GOOD)] == ["F067"]
    [(_, message)] = told_of(tmp_path, GOOD, belongs="")
    assert message.startswith('Records of "intake" belong to no case')


def test_the_line_is_told(tmp_path: Path) -> None:
    told_of(tmp_path, GOOD.replace("withdrawn_on", "story"))
    [found] = restriction_findings(read_folder(tmp_path))
    lines = (tmp_path / "intake.yaml").read_text("utf-8").splitlines()
    assert "question: story" in lines[found.place.line - 1]


def test_the_shipped_forms_restrict_closed_cases_and_withdrawn_consent() -> None:
    reading = read_folder(shipped_folder("forms"))
    assert list(restriction_findings(reading)) == []
    made = make_definition(reading.parts, {})
    assert {one.key for one in made.restrictions} == {
        "case.closed",
        "intake.consent_withdrawn",
        "data_request.processing_restricted",
        "data_request.consent_taken_back",
    }
