"""``was`` names what never was: told, with what was meant; not where files tell of times before the organisation."""

import pytest

from tests.organisations import MENU, Organisation, form

CHOICES = "choices: [{code: %s, label: {en: Flour, ro: Făină}%s}]"
LIST = "list: items\n" + "choices:\n  - {code: %s, label: {en: Flour, ro: Făină}%s}\n"
ROWS = "name: rows, type: table, columns: [{name: %s, type: text, label: {en: Who, ro: Cine}%s}]"


@pytest.mark.parametrize(
    "before, after, said",
    [
        (
            ["name: remark, type: text"],
            ["name: notes, type: text, was: remrak"],
            'was: remrak - no question of this form was ever called so; did you mean "remark"? Correct this line',
        ),
        (
            ["name: remark, type: text"],
            ["name: remark, type: text, was: other"],
            "was: other - no question of this form was ever called so. Correct this line, or take it away.",
        ),
        ([ROWS % ("who", "")], [ROWS % ("name", ", was: hwo")], 'did you mean "who"?'),
        (
            [f"name: a, type: select_one, {CHOICES % ('flour', '')}"],
            [f"name: a, type: select_one, {CHOICES % ('meal', ', was: flour2')}"],
            'was: flour2 - this list never had such a choice; did you mean "flour"? Correct',
        ),
        (
            ["name: remark, type: text"],
            ["name: remark, type: text", "name: more, type: text, was: visit2.remark"],
            "was: visit2.remark - no question",
        ),
    ],
)
def test_a_slip_is_told_as_long_as_it_stands(
    ours: Organisation, before: list[str], after: list[str], said: str
) -> None:
    ours.start(visit=form("visit", *before)).enter("visit")
    ours.start(visit=form("visit", *after))
    for turn in range(3):
        assert len(ours.told("F059")) == 1 and said in ours.told("F059")[0]
        assert ours.form("visit").questions.keys() <= {"notes", "remark", "rows", "a", "more"}, "the form runs"
        ours.start(menu=MENU + "\n" * (turn + 1))


def test_a_slip_in_a_shared_list_and_in_the_name_of_a_form(ours: Organisation) -> None:
    ours.start(visit=form("visit", "name: a, type: select_one, choices: items"), choices__items=LIST % ("flour", ""))
    ours.enter("visit", a="flour")
    ours.start(
        visit=None,
        choices__items=LIST % ("meal", ", was: flower"),
        meeting=form("meeting", "name: a, type: select_one, choices: items", head="was: vizit"),
    )
    for turn in range(2):
        assert [finding.partition("F059: ")[2].partition(" Correct")[0] for finding in ours.told("F059")] == [
            'was: flower - this list never had such a choice; did you mean "flour"?',
            'was: vizit - no form was ever called so; did you mean "visit"?',
        ]
        ours.start(menu=MENU + "\n" * (turn + 1))


def test_what_was_is_known_for_ever(ours: Organisation) -> None:
    ours.start(visit=form("visit", f"name: a, type: select_one, {CHOICES % ('flour', '')}", ROWS % ("who", "")))
    ours.enter("visit", a="flour")
    after = [
        f"name: b, was: a, type: select_one, {CHOICES % ('meal', ', was: flour')}",
        ROWS.replace("name: rows", "name: people, was: rows") % ("name", ", was: who"),
    ]
    ours.upgrade(visit=None, meeting=form("meeting", *after, head="was: visit"))
    for turn in range(2):
        assert ours.told("F059") == []
        ours.start(menu=MENU + "\n" * (turn + 1))


def test_a_fresh_organisation_is_told_nothing_of_former_times(ours: Organisation) -> None:
    files = {
        "visit": form(
            "visit",
            "name: a, was: before, type: select_one, choices: items",
            "name: c, type: text, was: other.c",
            head="was: earlier",
        ),
        "choices__items": LIST % ("meal", ", was: flour"),
    }
    ours.start(**files)
    for turn in range(2):
        assert ours.told("F059") == []
        ours.start(menu=MENU + "\n" * (turn + 1))
    ours.start(later=form("later", "name: a, type: text, was: b"))
    assert ours.told("F059") == []
