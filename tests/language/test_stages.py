"""The stages of a case and the forms an organisation picks: what their files say, what is told of mistakes."""

import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest

import dosar.fields  # noqa: F401 - tells the language its kinds of question
from dosar.language.load.definition import Definition, is_part_used, make_definition
from dosar.language.load.folder import read_folder
from tests.filing.houses import FILES as HOUSES
from tests.filing.houses import KINDS
from tests.findings import findings_in

CASE = """
form: case
title: {en: Case, ro: Caz}
list: [code]
sections:
  - title: {en: Case, ro: Caz}
    questions:
      - {name: code, type: code, label: {en: Number, ro: Număr}}
      - {name: closed_on, type: date, label: {en: Closed on, ro: Închis la}}
"""
VISIT = """
form: visit
title: {en: Visit, ro: Vizită}
belongs_to: case
list: [visited_on, stage]
sections:
  - title: {en: Visit, ro: Vizită}
    questions:
      - {name: visited_on, type: date, label: {en: Visited on, ro: Data vizitei}}
      - name: stage
        type: select_one
        label: {en: Stage, ro: Etapa}
        choices: [{code: contact, label: {en: Contact, ro: Contactare}}]
      - name: risks
        type: table
        label: {en: Risks, ro: Riscuri}
        columns:
          - {name: risk, type: text, label: {en: Risk, ro: Risc}}
          - {name: score, type: integer, label: {en: Score, ro: Scor}}
"""
REGISTER = """
form: register
title: {en: Register, ro: Registru}
list: [name]
sections:
  - title: {en: Register, ro: Registru}
    questions:
      - {name: name, type: text, label: {en: Name, ro: Nume}}
"""
MENU = "menu: [{title: {en: Cases, ro: Cazuri}, entries: [case, visit, register]}]"
ROLES = """
roles:
  - {role: administrator, title: {en: Administrator, ro: Administrator}, pages: [users]}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A small organisation's forms."""
    for name, text in {"case": CASE, "visit": VISIT, "register": REGISTER, "menu": MENU, "roles": ROLES}.items():
        (tmp_path / f"{name}.yaml").write_text(text, encoding="utf-8")
    return tmp_path


def told(folder: Path, **files: str) -> list[str]:
    for name, text in files.items():
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    return [str(finding).partition(": ")[2] for finding in findings_in(read_folder(folder))]


def defined(folder: Path) -> Definition:
    reading = read_folder(folder)
    return make_definition(reading.parts, {part: source.contents for part, source in reading.sources.items()})


def test_the_stages_name_forms_and_questions_that_are_there(folder: Path) -> None:
    assert (
        told(
            folder,
            stages="""
stages:
  - {stage: contact, title: {en: Contact, ro: Contactare}, needs: [visit], since: closed_on, done: closed_on}
told_by: {form: visit, stage: stage, entered: visited_on, finished: visited_on}
people: {form: visit, say: [stage]}
risks: {form: visit, rows: risks, word: risk, level: score, open: score > 1}
promises: [{form: visit, date: visited_on, ends: closed_on}]
""",
        )
        == []
    )
    assert [stage.stage for stage in defined(folder).stages.stages] == ["contact"]


def test_a_promise_is_a_day(folder: Path) -> None:
    assert told(
        folder,
        stages="""
promises:
  - {form: visit, date: stage}
  - {form: visit, date: visited, ends: closed}
""",
    ) == [
        'F046: "stage" is no date; take a question with "type: date".',
        'F045: no question of "visit" is named "visited"; did you mean "visited_on"?',
        'F045: no question of "case" is named "closed"; did you mean "closed_on"?',
    ]


def test_what_is_not_there_is_told_with_its_line(folder: Path) -> None:
    assert told(
        folder,
        stages="""
stages:
  - {stage: contact, title: {en: Contact, ro: Contactare}, needs: [vist], since: closed, done: closed_om}
  - {stage: contact, title: {en: Again, ro: Încă o dată}, needs: [register]}
  - {stage: contacts, title: {en: Other, ro: Alta}}
told_by: {form: visit, stage: stage, entered: visited, finished: visited_on}
risks: {form: visit, rows: risks, word: risk, level: points}
""",
    ) == [
        'F019: no form is named "vist"; did you mean "visit"?',
        'F045: no question of "case" is named "closed"; did you mean "closed_on"?',
        'F045: no question of "case" is named "closed_om"; did you mean "closed_on"?',
        'F046: The form "register" belongs to no case; take one with "belongs_to: case".',
        'F046: The stage "contact" stands here twice; keep one.',
        'F045: "contacts" is none of the choices of "stage"; did you mean "contact"?',
        'F045: no question of "visit" is named "visited"; did you mean "visited_on"?',
        'F045: no question of "visit" is named "points".',
    ]


BUDGET = """
form: budget
title: {en: Budget, ro: Buget}
belongs_to: case
list: [currency]
sections:
  - title: {en: Budget, ro: Buget}
    questions:
      - {name: currency, type: text, label: {en: Currency, ro: Monedă}}
      - name: parties
        type: table
        label: {en: Parties, ro: Părți}
        columns:
          - name: part
            type: select_one
            label: {en: Part, ro: Partea}
            choices: [{code: first, label: {en: First, ro: Întâi}}]
          - {name: who, type: link, to: register, label: {en: Who, ro: Cine}}
          - {name: called, type: text, label: {en: Called, ro: Numele}}
      - name: lines
        type: table
        label: {en: Lines, ro: Rânduri}
        columns:
          - {name: sum, type: integer, label: {en: Sum, ro: Sumă}}
          - {name: first, type: integer, label: {en: First, ro: Întâi}}
          - {name: payer, type: link, to: register, label: {en: Payer, ro: Plătitor}}
"""


def test_the_shares_of_a_budget_name_columns_and_their_parties(folder: Path) -> None:
    menu = MENU.replace("register", "register, budget")
    stages = """
budget:
  {form: budget, rows: lines, amount: sum, payer: payer, currency: currency,
   shares: {columns: [COLUMNS], parties: parties, column: part, payer: who, name: NAME}}
"""
    right = stages.replace("COLUMNS", "first").replace("NAME", "called")
    assert told(folder, budget=BUDGET, menu=menu, stages=right) == []
    wrong = stages.replace("COLUMNS", "first, sum, frist").replace("NAME", "cald")
    assert sorted(told(folder, stages=wrong)) == [
        'F045: "frist" is none of the choices of "part"; did you mean "first"?',
        'F045: "sum" is none of the choices of "part".',
        'F045: no question of "budget" is named "cald"; did you mean "called"?',
        'F045: no question of "budget" is named "frist"; did you mean "first"?',
    ]


NO_NUMBER = 'is no number; take a question with "type: integer" or "type: decimal".'
NO_DATE = 'is no date; take a question with "type: date".'
NO_CHOICE = 'is not answered with one choice; take a question with "type: select_one".'
NO_RECORD = "points to no record; take a link."
NO_MONTH = 'says no month; take a question with "type: month" or "type: date".'
NO_MONEY = 'is no amount of money; take a question with "type: money".'
TWICE = "stands here twice; keep one."
UNFIT_EDITS = (
    ("needs: [referral]", "needs: [referral, referral]", f'F046: "referral" {TWICE}'),
    ("needs: [intake]", "needs: [case]", 'F046: The form "case" belongs to no case; take one with "belongs_to: case".'),
    ("since: closed_on", "since: code", f'F046: "code" {NO_DATE}'),
    ("stage: stage,", "stage: entered_on,", f'F046: "entered_on" {NO_CHOICE}'),
    ("level: score", "level: risk", f'F046: "risk" {NO_NUMBER}'),
    ("people: {", "promises: [{form: plan, date: drawn_up_on, ends: code}]\npeople: {", f'F046: "code" {NO_DATE}'),
    ("amount: amount\n  payer: payer", "amount: payer\n  payer: payer", f'F046: "payer" {NO_NUMBER}'),
    ("part_4, part_5]", "part_4, part_4]", f'F046: "part_4" {TWICE}'),
    ("column: part\n", "column: organisation\n", f'F046: "organisation" {NO_CHOICE}'),
    ("payer: organisation", "payer: name", f'F046: "name" {NO_RECORD}'),
    ("amount: value,", "amount: given_on,", f'F046: "given_on" {NO_MONEY}'),
    ("signed: [beneficiary_signed, administrator_signed]}\n  - {form: study", "signed: [value]}\n  - {form: study",
     'F046: "value" is not answered with yes or no; take a question with "type: yes_no".'),
    ("kind: section", "kind: month", f'F046: "month" {NO_CHOICE}'),
    ("month: month", "month: amount", f'F046: "amount" {NO_MONTH}'),
    ("received: received_on", "received: amount", f'F046: "amount" {NO_MONTH}'),
    ("due: packages", "due: study_from", 'F046: "study_from" is not answered with several choices;'),
    ("people: target_number", "people: goal", f'F046: "goal" {NO_NUMBER}'),
    ("beds: beds", "beds: name", f'F046: "name" {NO_NUMBER}'),
    ("place: facility", "place: phase", f'F046: "phase" {NO_RECORD}'),
    ("promised: promised", "promised: provider", 'F046: "provider" does not say how much; take a number, or a text.'),
    ("hours: hours", "hours: given_on", f'F046: "given_on" {NO_NUMBER}'),
)  # fmt: skip
OTHER_EDITS = (
    ("kinds: [food, hygiene]", "kinds: [food, nope]", 'F045: "nope" is none of the choices of "section"'),
    ("kinds: [food, hygiene]", "kinds: [food, nope]", 'F045: "nope" is none of the choices of "packages"'),
    ("payer: payer", "payer: amount", f'F046: "amount" {NO_RECORD}'),
    ("currency: currency", "currency: lines", 'F046: "lines" says no currency; take a choice whose codes'),
    ("since: study_from", "since: packages", f'F046: "packages" {NO_DATE}'),
)
SHIPPED = Path(__file__).parents[2] / "forms"


def told_of_shipped(folder: Path, edits: Sequence[tuple[str, str, str]]) -> list[str]:
    """What is told of the shipped stages with these edits, beside the shipped forms."""
    shutil.copytree(SHIPPED, folder, dirs_exist_ok=True)
    for old, new, _ in edits:
        text = (folder / "stages.yaml").read_text(encoding="utf-8")
        (folder / "stages.yaml").write_text(text.replace(old, new, 1), encoding="utf-8")
    return told(folder)


@pytest.mark.parametrize("edits", [UNFIT_EDITS, OTHER_EDITS])
def test_what_is_named_must_be_of_a_kind_that_fits(edits: Sequence[tuple[str, str, str]], tmp_path: Path) -> None:
    found = told_of_shipped(tmp_path / "forms", edits)
    assert len(found) == len(edits)
    for _, new, said in edits:
        assert any(said in finding for finding in found), (new, found)


def test_rows_are_those_of_a_table(folder: Path) -> None:
    assert told(folder, stages="risks: {form: visit, rows: stage, word: risk, level: score}") == [
        'F046: "stage" has no rows; take a question with "type: table".'
    ]


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("1", "This must be true or false, and “1” is a number."),
        ("today() + 99999999999 > today()", "A day and a number are not added with + or -."),
    ],
)
def test_the_rule_of_open_risks_can_be_answered(folder: Path, rule: str, said: str) -> None:
    stages = f"risks: {{form: visit, rows: risks, word: risk, level: score, open: '{rule}'}}"
    assert [finding for finding in told(folder, stages=stages) if f"F060: {said}" in finding]


def test_who_pays_is_a_record_of_the_form_of_the_budgets_payers(folder: Path) -> None:
    aid = VISIT.replace("visit", "aid").replace(
        "      - name: stage\n",
        "      - {name: worth, type: money, label: {en: Worth, ro: Valoare}}\n"
        "      - {name: giver, type: link, to: case, label: {en: Giver, ro: Cine dă}}\n      - name: stage\n",
    )
    stages = """
budget: {form: budget, rows: lines, amount: sum, payer: payer, currency: currency}
given: [{form: aid, amount: worth, payer: giver}]
"""
    menu = MENU.replace("register", "register, budget, aid")
    assert told(folder, budget=BUDGET, aid=aid, menu=menu, stages=stages) == [
        'F046: "giver" does not point to "register"; take a question with "type: link" and "to: register".'
    ]


def test_without_a_profile_every_form_is_picked(folder: Path) -> None:
    contents = defined(folder).contents
    assert all(is_part_used(part, contents) for part in contents)


def test_an_organisation_picks_the_forms_it_uses(folder: Path) -> None:
    assert told(folder, profile="forms: [case, visit]") == []
    contents = defined(folder).contents
    assert [part for part in contents if not is_part_used(part, contents)] == ["form:register"]


def test_a_profile_names_forms_that_are_there_and_the_case_file(folder: Path) -> None:
    assert told(folder, profile="forms: [visit, regster]") == [
        'F019: no form is named "regster"; did you mean "register"?',
        'F046: Every sheet stands in a case file; add "case" to the forms picked.',
    ]


HOUSE = """
form: house
title: {en: House, ro: Casă}
list: [beds]
sections:
  - title: {en: House, ro: Casă}
    questions:
      - {name: beds, type: integer, label: {en: Beds, ro: Paturi}}
      - name: step
        type: select_one
        label: {en: Step, ro: Pas}
        choices: [{code: first, label: {en: First, ro: Întâi}}]
"""
LODGING = """
form: lodging
title: {en: Lodging, ro: Cazare}
belongs_to: case
list: [came]
sections:
  - title: {en: Lodging, ro: Cazare}
    questions:
      - {name: house, type: link, to: house, label: {en: House, ro: Casă}}
      - {name: sent_by, type: link, to: register, label: {en: Sent by, ro: Trimisă de}}
      - name: step
        type: select_one
        label: {en: Step, ro: Pas}
        choices: [{code: first, label: {en: First, ro: Întâi}}]
      - {name: came, type: date, label: {en: Came, ro: Venire}}
      - {name: goes, type: date, label: {en: Goes, ro: Pleacă}}
      - {name: went, type: date, label: {en: Went, ro: A plecat}}
"""
STAYS = "form: lodging, place: house, phase: step, since: came, last: goes, left: went"


def of_programme(folder: Path, stays: str = STAYS, beds: str = "beds") -> list[str]:
    return [
        finding
        for finding in told(
            folder,
            house=HOUSE,
            lodging=LODGING,
            stages=(f"programme:\n  stays: {{{stays}}}\n  places: {{form: house, phase: step, beds: {beds}}}\n"),
        )
        if "F023" not in finding
    ]


def test_the_programme_is_told_by_forms_of_any_name(folder: Path) -> None:
    assert of_programme(folder) == []


def test_what_the_programme_names_must_be_there_and_fit(folder: Path) -> None:
    assert 'no question of "house" is named "mats"' in of_programme(folder, beds="mats")[0]
    assert '"step" is no date' in of_programme(folder, STAYS.replace("left: went", "left: step"))[0]
    elsewhere = of_programme(folder, STAYS.replace("place: house", "place: sent_by"))
    assert '"sent_by" does not point to "house"' in elsewhere[0]


def test_windows_are_for_the_activities_that_there_are(tmp_path: Path) -> None:
    """Told where the windows have their choices; the same list may stand on both, or the same choices."""
    other = "choices: [{code: craft, label: {en: Craft, ro: Atelier}}, {code: choir, label: {en: Choir, ro: Cor}}]"
    assert [said for said in told(tmp_path, **HOUSES) if "F103" in said] == []
    activity = HOUSES["activity"].replace(KINDS, other)
    assert [said for said in told(tmp_path, activity=activity) if "F103" in said] == [
        'F103: The windows are for other activities than "kind" of the form "activity" offers: choir, job stand on one '
        'of the two alone. Give both the same "choices".'
    ]


@pytest.mark.parametrize(
    ("captain", "sailor", "said"),
    [
        ("leads: true, steps_back_as: sailor", "leads: true, steps_back_as: captain", "Only one role can lead a case"),
        ("leads: true", "scope: own", 'The role "captain" leads a case; write in steps_back_as'),
        (
            "leads: true, steps_back_as: captain",
            "scope: own",
            'The role "captain" leads a case; write in steps_back_as',
        ),
    ],
)
def test_one_role_leads_a_case_and_can_step_back(folder: Path, captain: str, sailor: str, said: str) -> None:
    title = "title: {en: On board, ro: La bord}"
    roles = f"{ROLES}  - {{role: captain, {title}, {captain}}}\n  - {{role: sailor, {title}, {sailor}}}\n"
    assert any(said in finding for finding in told(folder, roles=roles))
