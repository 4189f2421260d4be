"""A time rule that could never start or end, or names what is not there, is refused with its line and a remedy."""

from collections.abc import Callable
from pathlib import Path

import pytest

import dosar.fields  # noqa: F401 - tells the language its kinds of question
from dosar.language.load.folder import read_folder
from tests.findings import findings_in

GOOD = "{deadline: next, title: {en: Visit, ro: Vizită}, due: visit, after: visit_date, within: 3 months}"
FORMS = {
    "case": """
form: case
title: {en: Case, ro: Caz}
sections:
  - title: {en: Case, ro: Cazul}
    questions:
      - {name: opened_on, type: date, label: {en: Opened, ro: Deschis}}
      - name: status
        type: select_one
        label: {en: Status, ro: Stadiu}
        choices: [{code: open, label: {en: Open, ro: Deschis}}]
""",
    "visit": """
form: visit
belongs_to: case
title: {en: Visit, ro: Vizită}
sections:
  - title: {en: Visit, ro: Vizita}
    questions:
      - {name: visit_date, type: date, label: {en: Date, ro: Data}}
      - {name: done_on, type: date, label: {en: Done, ro: Îndeplinit}}
      - {name: purpose, type: text, not_sensitive: {en: "No.", ro: "Nu."}, label: {en: Purpose, ro: Scop}}
      - name: pace
        type: select_one
        label: {en: Pace, ro: Ritm}
        choices: [{code: weekly, label: {en: Weekly, ro: Săptămânal}}]
      - {name: worker, type: link, to: user, label: {en: Worker, ro: Lucrător}}
      - {name: promise, type: link, to: promise, label: {en: Promise, ro: Protocol}}
      - {name: story, type: text, sensitivity: story, label: {en: Story, ro: Poveste}}
      - {name: days, type: integer, label: {en: Days, ro: Zile}}
      - {name: starts_at, type: time, label: {en: From, ro: De la}}
      - {name: ends_at, type: time, label: {en: To, ro: Până la}}
      - name: plans
        type: table
        label: {en: Plans, ro: Planuri}
        columns:
          - {name: until, type: date, label: {en: Until, ro: Până la}}
          - {name: what, type: text, not_sensitive: {en: "No.", ro: "Nu."}, label: {en: What, ro: Ce}}
deadlines:
  - RULE
""",
    "care": """
form: care
title: {en: Care, ro: Îngrijire}
private_to: [worker]
sections:
  - title: {en: Care, ro: Îngrijirea}
    questions:
      - {name: held_on, type: date, label: {en: Date, ro: Data}}
      - {name: worker, type: link, to: user, required: true, label: {en: Worker, ro: Lucrător}}
""",
    "promise": """
form: promise
title: {en: Promise, ro: Protocol}
sections:
  - title: {en: Promise, ro: Protocolul}
    questions:
      - {name: hours, type: integer, label: {en: Hours, ro: Ore}}
      - {name: signed_on, type: date, label: {en: Signed, ro: Semnat}}
""",
    "note": """
form: note
belongs_to: case
title: {en: Note, ro: Notă}
sections:
  - title: {en: Note, ro: Nota}
    questions:
      - {name: said, type: text, not_sensitive: {en: "No.", ro: "Nu."}, label: {en: Said, ro: Spus}}
""",
    "roles": """
roles:
  - {role: administrator, title: {en: Administrator, ro: Administrator}, pages: [users]}
  - {role: helper, title: {en: Helper, ro: Ajutor}, scope: own, may: {"*": [see, enter, correct]}}
""",
    "menu": """
menu: [{title: {en: All, ro: Toate}, entries: [case, visit, care, note, promise]}]
""",
}
OTHER_CODES = {"F034"}
"""What is said of small forms beside their time rules."""
Told = Callable[[str], list[str]]


@pytest.fixture
def told(tmp_path: Path) -> Told:
    """What is said of a rule in the visit's file, without the place."""

    def findings_of(rule: str) -> list[str]:
        for name, text in FORMS.items():
            (tmp_path / f"{name}.yaml").write_text(text.replace("RULE", rule), encoding="utf-8")
        found = [each for each in findings_in(read_folder(tmp_path)) if each.code not in OTHER_CODES]
        assert all("visit.yaml" in str(each) for each in found), found
        return [str(each).partition(": ")[2] for each in found]

    return findings_of


def rule(**options: str) -> str:
    said = {"deadline": "next", "title": "{en: Visit, ro: Vizită}", **options}
    return "{" + ", ".join(f"{option}: {value}" for option, value in said.items()) + "}"


@pytest.mark.parametrize(
    "options",
    [
        {"due": "visit", "after": "visit_date", "within": "3 months"},
        {"due": "note", "after": "visit_date", "within": "1 day", "done": "visit.done_on"},
        {"on": "plans.until", "done_if": "answered(what)"},
        {"on": "visit.plans.until", "until": "case.opened_on"},
        {"on": "visit_date", "done": "done_on", "one_click": "true", "responsible": "worker"},
        {"due": "visit", "after": "visit_date", "how_often": "pace", "steps": "{weekly: 7 days}"},
        {"after": "visit_date", "within_by": "promise.hours", "unit": "hours", "done": "done_on"},
        {"after": "visit_date", "within_by": "days", "within": "3 days", "done": "done_on"},
        {"due": "visit", "on": "visit_date", "when": "today() > '2026-01-01' or pace == 'weekly'"},
        {"due": "visit", "after": "case.opened_on", "every": "1 year", "when_case": 'status == "open"'},
        {"on": "visit_date", "done": "done_on", "time": "starts_at", "ends": "ends_at", "place": "purpose"},
        {"due": "visit", "after": "visit_date", "within": "1 day", "partner": "promise", "place": "pace"},
        {"due": "visit", "after": "plans.until", "within": "1 day", "partner": "what", "responsible": "helper"},
        {"due": "visit", "after": "visit_date", "within": "100 years", "announced": "0 days"},
        {"due": "visit", "on": "visit_date", "every": "3 months", "lasts": "1 day"},
        {"due": "visit", "after": "visit_date", "within_by": "days", "lasts": "1 day"},
        {"due": "note", "after": "visit_date", "within": "0 days", "until": "visit_date", "done": "visit.done_on"},
        {"on": "visit_date", "every": "3 months", "done": "visit_date"},
        {"on": "plans.until", "done_if": "answered(what)", "about": "[what, pace]"},
        {"on": "visit_date", "done": "done_on", "when": "missing(done_on) and visit_date <= today() <= visit_date"},
    ],
)
def test_a_good_rule_is_taken(told: Told, options: dict[str, str]) -> None:
    assert told(rule(**options)) == []


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"due": "visit"}, "F080: This can never start: say"),
        ({"due": "visit", "on": "visit_date", "after": "visit_date"}, 'F080: Say either "after" or "on"'),
        ({"due": "visit", "after": "visit_date"}, "F080: Say how long after that date"),
        (
            {"due": "visit", "after": "visit_date", "within": "14 days", "lasts": "3 days"},
            "F080: This can never start: after 3 days nothing is due any more",
        ),
        ({"due": "visit", "after": "visit_date", "every": "0 days"}, 'F080: "0 days" is no time at all'),
        ({"due": "visit", "after": "visit_date", "within": "1 day", "lasts": "0 weeks"}, 'F080: "0 days" is no time'),
        ({"due": "visit", "after": "visit_date", "how_often": "pace", "steps": "{weekly: 0 days}"},
         'F080: "0 days" is no time'),
        ({"due": "visit", "after": "case.opened_on", "every": "0 months", "periods": "true"},
         'F080: "0 days" is no time'),
        ({"due": "visit", "after": "visit_date", "within": "-1 days"}, "F011: “-1 days” is no length of time"),
        ({"due": "visit", "after": "visit_date", "within": "101 years"}, "F080: 101 years are longer than any work"),
        ({"due": "visit", "on": "visit_date", "announced": "9999 weeks"}, "F080: 69993 days are longer than any work"),
        ({"due": "visit", "after": "visit_date", "every": "3 months", "lasts": "1 day"},
         "F080: This can never start: after 1 day nothing is due any more, and the first day comes after 3 months."),
        ({"due": "visit", "after": "visit_date", "how_often": "pace", "steps": "{weekly: 7 days}", "lasts": "6 days"},
         "F080: This can never start: after 6 days"),
        ({"due": "visit", "after": "visit_date", "within": "3 months", "until": "visit_date"},
         'F080: This can never start: "until" is the date'),
        ({"on": "visit_date", "done": "visit_date"}, 'F080: This can never start: "done" is the date'),
        ({"after": "plans.until", "within": "1 day", "done": "plans.until"}, 'F080: This can never start: "done"'),
        ({"due": "visit", "after": "visit_date", "within": "1 day", "typed": "visit_date"}, 'F080: "typed" is the'),
        ({"due": "visit", "on": "visit_date", "when": "missing(visit_date)"},
         'F080: It is counted from "visit_date", which is always answered'),
        ({"due": "visit", "on": "visit_date", "done_if": "answered(visit_date) or answered(pace)"},
         'F080: It is counted from "visit_date", which is always answered'),
        ({"on": "visit_date", "done_if": "missing(visit_date)"}, 'F080: "visit_date" is always answered where'),
        ({"due": "visit", "after": "case.opened_on", "within": "1 day", "done_when": "missing(visit_date)"},
         'F080: "visit_date" is always answered where'),
        ({"due": "visit", "after": "case.opened_on", "within": "1 day", "when_case": "missing(opened_on)"},
         'F080: It is counted from "opened_on", which'),
        ({"due": "visit", "on": "visit_date", "when": "visit_date < today() and visit_date > today()"},
         "F080: This says the same of every sheet, so nothing"),
        ({"due": "visit", "on": "visit_date", "when": "answered(pace) and answered(days) and missing(pace)"},
         "F080: This says the same of every sheet, so nothing"),
        ({"due": "visit", "on": "visit_date", "time": "purpose"}, 'F080: "purpose" is no hour'),
        ({"due": "visit", "on": "visit_date", "time": "starts_at", "ends": "visit_date"}, 'F080: "visit_date" is no h'),
        ({"due": "visit", "on": "visit_date", "ends": "ends_at"}, 'F080: Say when it begins, too: add "time"'),
        ({"due": "visit", "on": "visit_date", "partner": "days"}, 'F080: "days" does not say who promised it'),
        ({"due": "visit", "on": "visit_date", "partner": "worker"}, 'F080: "worker" does not say who promised it'),
        ({"due": "visit", "on": "visit_date", "partner": "starts_at"}, 'F080: "starts_at" does not say who promised'),
        ({"due": "visit", "on": "visit_date", "place": "visit_date"}, 'F080: "visit_date" does not say where'),
        ({"due": "visit", "on": "visit_date", "about": "[purpose, worker]"}, 'F080: "worker" does not say in a line'),
        ({"due": "visit", "on": "visit_date", "about": "[story]"}, 'F080: "story" does not say in a line what it is'),
        ({"due": "visit", "on": "visit_date", "about": "[secrets]"}, 'F045: no question of "visit" is named "secrets"'),
        ({"due": "visit", "on": "visit_date", "place": "worker"}, 'F080: "worker" does not say where'),
        ({"due": "visit", "on": "visit_date", "responsible": "administrator"},
         'F080: The role "administrator" sees no case, so nobody would be told. Take one that does: helper;'),
        ({"due": "visit", "on": "visit_date", "responsible": "boss"},
         'F080: no role, and no question that links to who signs in, is named "boss"; there are: administrator, h'),
        ({"due": "visit", "on": "visit_date", "time": "stats_at"},
         'F045: no question of "visit" is named "stats_at"; did you mean "starts_at"?'),
        ({"due": "visit", "on": "held"},
         'F045: no question of "visit" is named "held"; there are: done_on, visit_date.'),
        ({"on": "visit_date"}, "F080: This can never end: say"),
        ({"due": "visit", "after": "visit_date", "how_often": "pace"}, 'F080: Say what each code of "pace" means'),
        ({"due": "visit", "on": "visit_date", "steps": "{weekly: 7 days}"}, "F080: Say of which choice"),
        ({"on": "visit_date", "done_if": "answered(purpose)", "periods": "true"}, "F080: Periods need"),
        ({"due": "visit", "after": "visit_date", "how_often": "pace", "steps": "{weekli: 7 days}"},
         'F080: "weekli" is no code of that choice; did you mean "weekly"?'),
        ({"due": "visit", "after": "visit_date", "within": "1 day", "one_click": "true"}, "F080: One click"),
        ({"due": "note", "after": "visit_date", "within": "1 day"}, 'F080: Sheets of "note" are of no day'),
        ({"due": "visit", "after": "visit_date", "within": "1 day", "responsible": "helpr"},
         'F080: no role, and no question that links to who signs in, is named "helpr"; did you mean "helper"?'),
        ({"due": "care", "after": "visit_date", "within": "1 day"}, 'F080: Sheets of "care" are known only to those'),
        ({"due": "visit", "after": "care.held_on", "within": "1 day"}, 'F080: "visit" belongs to a case and the date'),
        ({"due": "vist", "after": "visit_date", "within": "1 day"}, 'F081: no form is named "vist"'),
        ({"due": "visit", "after": "visited", "within": "1 day"}, 'F045: no question of "visit" is named "visited"'),
        ({"due": "visit", "after": "case.opened", "within": "1 day"}, 'F081: no question of "case" is named "opened"'),
        ({"due": "visit", "after": "plans.til", "within": "1 day"}, 'F045: no question of "visit" is named "til"'),
        ({"due": "visit", "after": "purpose", "within": "1 day"}, 'F046: "purpose" is no date'),
        ({"due": "visit", "on": "visit_date", "until": "purpose"}, 'F046: "purpose" is no date'),
        ({"due": "visit", "after": "visit_date", "within_by": "purpose"}, 'F080: "purpose" is no number'),
        ({"due": "visit", "after": "visit_date", "within_by": "promise.signed_on"}, 'F080: "signed_on" is no number'),
        ({"due": "visit", "after": "visit_date", "within_by": "days.hours"}, 'F080: "days" is no link to a record'),
        ({"due": "visit", "after": "visit_date", "within_by": "worker.days"}, 'F080: "worker" is no link to a record'),
        ({"due": "visit", "after": "visit_date", "within_by": "daze"}, 'F045: no question of "visit" is named "daze"'),
        ({"due": "visit", "after": "visit_date", "within_by": "promise.ours"},
         'F081: no question of "promise" is named "ours"'),
        ({"due": "visit", "after": "visit_date", "within": "1 day", "unit": "hours"}, "F080: Say where the number"),
        ({"due": "visit", "on": "visit_date", "when": "sum(1)"}, "F060: This must be true or false"),
        ({"due": "visit", "on": "visit_date", "when": "answered(porpose)"}, 'F045: no question of "visit"'),
        ({"due": "visit", "on": "visit_date", "when": "1 == 2"}, "F080: This says the same of every sheet, so nothing"),
        ({"due": "visit", "on": "visit_date", "when_case": "not True"}, "F080: This says the same of every sheet"),
        ({"due": "visit", "on": "visit_date", "when": "answered(pace) and not (2 > 1)"}, "F080: This says the same"),
        ({"on": "visit_date", "done_if": "answered(pace) or 1 == 1"}, "F080: This says the same of every sheet, so no"),
        ({"on": "visit_date", "done_if": "year('2026-01-01') == 2025"},
         "F080: This says the same of every sheet, so it ends nothing"),
        ({"due": "visit", "on": "visit_date", "when_case": "status == 'opn'"},
         'F027: "status" cannot be answered "opn"; did you mean "open"?'),
        ({"due": "visit", "after": "visit_date", "within": "3 moths"}, "F011: “3 moths” is no length of time"),
    ],
)  # fmt: skip
def test_a_rule_that_cannot_work_is_refused(told: Told, options: dict[str, str], said: str) -> None:
    found = told(rule(**options))
    assert any(each.startswith(said) for each in found), found


def test_a_rule_stands_once(told: Told) -> None:
    assert told(f"{GOOD}\n  - {GOOD}") == ['F080: "next" stands here twice; keep one.']


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"due": "case", "after": "visit_date"}, "A case has one file, which is there already"),
        ({"due": "case", "after": "visit_date", "done": "done_on"}, "A case has one file, which is there already"),
        ({"due": "promise", "after": "visit_date"}, 'Sheets of "promise" belong to no case'),
        ({"done": "promise", "after": "visit_date"}, 'Sheets of "promise" belong to no case'),
    ],
)
def test_what_no_sheet_of_the_case_could_end_is_refused(
    told: Callable[[str], list[str]], options: dict[str, str], words: str
) -> None:
    [found] = told(rule(within="3 days", **options))
    assert words in found and "F080" in found


def test_what_is_marked_as_done_on_the_sheet_may_ask_for_one_of_no_case(
    told: Callable[[str], list[str]],
) -> None:
    assert told(rule(due="promise", after="visit_date", within="3 days", done="done_on")) == []
