"""The figures of reports: what is told of mistakes in their file."""

from pathlib import Path

import pytest

import dosar.fields  # noqa: F401 - tells the language its kinds of question
from dosar.language.load.folder import read_folder
from tests.findings import findings_in

PROJECT = """
form: project
title: {en: Project, ro: Proiect}
list: [begins]
sections:
  - title: {en: Project, ro: Proiect}
    questions:
      - {name: begins, type: date, label: {en: Begins, ro: Începe}}
      - {name: ends, type: date, label: {en: Ends, ro: Se încheie}}
      - name: periods
        type: table
        label: {en: Periods, ro: Perioade}
        columns:
          - {name: title, type: text, label: {en: Title, ro: Titlu}}
          - {name: since, type: date, label: {en: Since, ro: De la}}
          - {name: until, type: date, label: {en: Until, ro: Până la}}
"""
TALK = """
form: talk
title: {en: Talk, ro: Discuție}
list: [held_on]
sections:
  - title: {en: Talk, ro: Discuție}
    questions:
      - {name: held_on, type: date, label: {en: Held on, ro: Data}}
      - {name: month, type: month, label: {en: Month, ro: Luna}}
      - {name: place, type: county, label: {en: Place, ro: Locul}}
      - {name: words, type: text, label: {en: Words, ro: Cuvinte}}
      - {name: hours, type: decimal, label: {en: Hours, ro: Ore}}
      - {name: project, type: link, to: project, label: {en: Project, ro: Proiect}}
      - {name: free, type: yes_no, label: {en: Free, ro: Gratuit}}
      - name: guests
        type: table
        label: {en: Guests, ro: Invitați}
        columns:
          - {name: project, type: link, to: project, label: {en: Project, ro: Proiect}}
          - {name: came, type: date, label: {en: Came, ro: Sosit}}
"""
FIGURES = """
report: {form: project, begins: begins, ends: ends, periods: periods, title: title, since: since, until: until}
figures:
  - figure: talks
    title: {en: Talks, ro: Discuții}
    form: talk
    day: held_on
    of: project
    sum: hours
    if: hours > 0
    by: [free]
    parts:
      - {title: {en: Long ones, ro: Lungi}, if: hours > 2}
"""
MENU = "menu: [{title: {en: All, ro: Tot}, entries: [project, talk]}]"
ROLES = "roles: [{role: administrator, title: {en: Administrator, ro: Administrator}, pages: [users]}]"
FILES = {"project": PROJECT, "talk": TALK, "figures": FIGURES, "menu": MENU, "roles": ROLES}
A_CHOICE = "choices: [{code: X-A, label: {en: A, ro: A}}]"
LISTS = {name: f"list: {name}\n{A_CHOICE}" for name in ("county_ro", "region_md")}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "choices").mkdir()
    for name, text in {**FILES, **{f"choices/{name}": text for name, text in LISTS.items()}}.items():
        (tmp_path / f"{name}.yaml").write_text(text, encoding="utf-8")
    return tmp_path


def told(folder: Path) -> list[str]:
    return [found.say() for found in findings_in(read_folder(folder))]


def test_figures_of_what_is_there_have_nothing_to_mend(folder: Path) -> None:
    assert told(folder) == []


@pytest.mark.parametrize(
    "old, new, said",
    [
        ("form: talk", "form: tolk", 'F019: no form is named "tolk"; did you mean "talk"?'),
        ("report: {form: project", "report: {form: projet", 'F019: no form is named "projet"; did you mean "project"?'),
        ("periods: periods", "periods: period", 'F045: no question of "project" is named "period"'),
        ("title: title", "title: titel", 'F045: no question of "project" is named "titel"; did you mean "title"?'),
        ("day: held_on", "day: held", 'F045: no question of "talk" is named "held"'),
        ("day: held_on", "day: month", 'F029: "month" is not answered with a whole date'),
        ("sum: hours", "sum: words", 'F029: "words" is no number that can be summed'),
        ("by: [free]", "by: [words]", 'F029: "words" is not answered by choosing'),
        ("of: project", "of: hours", 'F029: "hours" points to no record'),
        ("of: project", "of: hours.project", 'F045: no question of "talk" is named "hours"'),
        (
            "of: project",
            "of: guests.projects",
            'F045: no question of "talk" is named "projects"; did you mean "project"?',
        ),
        ("of: project", "of: guests.came", 'F029: "came" points to no record'),
        (
            "of: project",
            "of: guests.project\n    of_since: project",
            'F029: "project" is not answered with a whole date',
        ),
        ("of: project", "of: guests.project\n    of_until: went", 'F045: no question of "talk" is named "went"'),
        ("of: project", "of: project\n    of_since: held_on", "Only a link in a table of rows has days of its own"),
        ("if: hours > 2", "if: hour > 2", 'F045: no question of "talk" is named "hour"; did you mean "hours"?'),
        ("    day: held_on\n", "", "Say the day of the record (day), or from when it counts (since)"),
        (
            "figures:\n",
            "figures:\n  - {figure: talks, title: {en: A, ro: A}, form: talk, day: held_on}\n",
            'F009: Two figures are named "talks"; rename one.',
        ),
    ],
)
def test_a_mistake_is_told(folder: Path, old: str, new: str, said: str) -> None:
    path = folder / "figures.yaml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    assert any(said in found for found in told(folder)), told(folder)
