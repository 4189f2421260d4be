"""The slips of somebody who writes a form for the first time: each is told by its sign, with what to write."""

from pathlib import Path

import pytest

import dosar.fields  # noqa: F401 - tells the language its kinds of question
from dosar.cli.console.locale import command_translator
from dosar.language.load.finding import Finding
from dosar.language.load.folder import read_folder
from tests.findings import findings_in

CASE = """
form: case
title: {en: Case, ro: Caz}
list: [code]
sections:
  - title: {en: Case, ro: Caz}
    questions:
      - {name: code, type: code, label: {en: Code, ro: Cod}}
"""
ROLES = """
roles:
  - role: administrator
    title: {en: Administrator, ro: Administrator}
    pages: [users]
    may: {"*": [see]}
"""
MENU = "menu:\n  - {title: {en: Work, ro: Lucru}, entries: [case, parcel]}\n"
PARCEL = """form: parcel
title: {en: Food parcel, ro: Pachet}
belongs_to: case
record_title: "{given_on}"
list: [given_on]
sections:
  - title: {en: Part, ro: Partea}
    questions:
      - name: given_on
        type: date
        label: {en: Given on, ro: Data}
        check: given_on <= today()
        message: {en: To come., ro: Urmează.}
      - {name: home, type: yes_no, label: {en: Home, ro: Acasă}}
      - name: address
        type: text
        show_if: home
        label: {en: Address, ro: Adresa}
      - {name: what, type: select_one, label: {en: What, ro: Ce}, choices: [{code: oil, label: {en: Oil, ro: Ulei}}]}
      - {name: persons, type: integer, min: 1, label: {en: Persons, ro: Persoane}}
"""


def findings(folder: Path, parcel: str, roles: str = ROLES) -> list[Finding]:
    for name, text in {"case": CASE, "roles": roles, "menu": MENU, "parcel": parcel}.items():
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    return findings_in(read_folder(folder))


def test_the_form_without_slips_is_good(tmp_path: Path) -> None:
    assert findings(tmp_path, PARCEL) == []


@pytest.mark.parametrize(
    ("right", "wrong", "line", "remedy"),
    [
        # signs of YAML
        ("type: text", "type: text\t", 16, "F001: A tab stands in this line"),
        ("        type: text", "\u00a0       type: text", 16, "F001: A sign that only looks like a space (U+00A0)"),
        ("show_if: home", "show_if\u00a0: home", 17, "F001: A sign that only looks like a space (U+00A0)"),
        ("show_if:", "show\u200b_if:", 17, "F001: A sign that only looks like a space (U+200B)"),
        ("ro: Adresa}", "ro: Adresa, strada și numărul}", 18, "F008: A text with a comma stands in quotation marks"),
        ("ro: Adresa}", "ro: Adresa # strada}", 18, 'a text with # stands in quotation marks: "Adresa # strada".'),
        (
            "label: {en: Address, ro: Adresa}",
            "label:\n          en: - Address\n          ro: x",
            19,
            'F001: A text that begins with a dash stands in quotation marks: "- Address".',
        ),
        ("ro: Persoane}", "ro: *Persoane}", 20, "F002: Anchors and aliases"),
        (
            "ro: Persoane}",
            "ro: !Atenție}",
            20,
            'F001: A text that begins with such a sign stands in quotation marks: "!At',
        ),
        ("ro: Persoane}", "ro: }", 20, "F008: The text is empty"),
        ('"{given_on}"', "{given_on}", 4, 'F008: A text with braces stands in quotation marks: "{given_on}".'),
        ("ro: Adresa}", "ro: „Adresa”}", 18, "F061: Curled quotation marks are letters of the text"),
        # keys and kinds
        (
            "type: text",
            "type: text\n        min: 3",
            17,
            'F005: "min" is no key of type: text, but of decimal, integer.',
        ),
        ("type: yes_no", "type: checkbox", 14, 'F006: unknown type "checkbox"; did you mean "yes_no"?'),
        ("ro: Ce},", "ro: Ce}, default: Ulei,", 19, 'F028: "Ulei" is what people read of a choice; write its code'),
        ('"{given_on}"', '"{given_on"', 4, 'F017: A brace in "{given_on" is not closed'),
        ('"{given_on}"', '"{given_on:%d.%m.%Y}"', 4, "F017: Write the name alone in braces: {given_on}"),
        # rules
        ("show_if: home", "show_if: what == “oil”", 17, "F011: Curled quotation marks stand in the rule"),
        ("show_if: home", "show_if: home AND persons > 2", 17, "Write “and” in place of “AND”."),
        ("show_if: home", "show_if: home și persons > 2", 17, "Write “and” in place of “și”."),
        ("show_if: home", "show_if: home && persons > 2", 17, "Write “and” in place of “&&”."),
        ("show_if: home", "show_if: persons <> 2", 17, "Write “!=” in place of “<>”."),
        ("show_if: home", "show_if: persons = 2", 17, "To compare, write two equals signs: ==."),
        ("show_if: home", "show_if: max(persons; 3) > 2", 17, "Write a comma in place of the semicolon."),
        ("show_if: home", "show_if: if(persons > 2, True, False)", 17, "F011: There is no if in a rule"),
        ("show_if: home", "show_if: 1 if persons > 2 else 0", 17, "F011: There is no if in a rule"),
        ("show_if: home", "show_if: SUM(persons) > 2", 17, "There is no function SUM() in rules; did you mean sum()?"),
        ("<= today()", "<= now()", 12, "There is no function now() in rules; did you mean today()?"),
        ("<= today()", "<= today", 12, "the function is written with brackets: today()."),
        ("show_if: home", "show_if: home == da", 17, "yes and no are written True and False: True."),
        ("show_if: home", "show_if: what == oil", 17, 'a choice is written in quotation marks: "oil".'),
    ],
)
def test_a_slip_is_told_by_its_sign_in_both_languages(
    tmp_path: Path, right: str, wrong: str, line: int, remedy: str
) -> None:
    assert right in PARCEL
    [found] = findings(tmp_path, PARCEL.replace(right, wrong, 1))
    assert str(found).startswith(f"{tmp_path.name}/parcel.yaml:{line}: ") and remedy in str(found)
    assert found.message.say(command_translator("ro")) != str(found.message)


def test_a_star_for_every_form_stands_in_quotation_marks(tmp_path: Path) -> None:
    [found] = findings(tmp_path, PARCEL, ROLES.replace('"*"', "*"))
    assert str(found).startswith(f"{tmp_path.name}/roles.yaml:6: F002: Anchors and aliases")


def test_a_space_within_a_text_may_be_one_that_does_not_break(tmp_path: Path) -> None:
    assert findings(tmp_path, PARCEL.replace("ro: Persoane", "ro: 10\u00a0000 lei")) == []


def test_a_list_too_long_says_how_long_it_may_be(tmp_path: Path) -> None:
    (tmp_path / "choices").mkdir()
    rows = "".join(f"  - {{code: l{n}, label: {{en: Place {n}, ro: Locul {n}}}}}\n" for n in range(2_500))
    (tmp_path / "choices/places.yaml").write_text(f"list: places\nchoices:\n{rows}", encoding="utf-8")
    [found] = findings(tmp_path, PARCEL)
    assert "F002: Up to here the file has 20,000 keys and values" in str(found) and "type: link" in str(found)
