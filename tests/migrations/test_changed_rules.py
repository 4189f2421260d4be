"""A computed question gets another rule: what is kept is made anew by an upgrade, and the history tells it."""

from datetime import date
from decimal import Decimal

from dosar.fields.money import Money
from dosar.records.sheets.save import enter_sheet
from tests.organisations import CLERK, Organisation, form

A, B = "name: a, type: integer", "name: b, type: integer"
SUM = "name: score, type: computed, result: integer, value: %s"
ROWS = (
    "name: rows, type: table, columns: [{name: n, type: integer, label: {en: N, ro: N}}, {name: twice, type: "
    "computed, result: integer, value: n * %s, label: {en: T, ro: T}}]"
)


def said(ours: Organisation, code: str) -> list[str]:
    return [str(finding).partition(f"{code}: ")[2] for finding in ours.opened.findings if finding.code == code]


def filed(ours: Organisation, score: int, **answers: int) -> int:
    """A sheet as its page files it: what is computed is computed."""
    return ours.enter("visit", score=score, **answers)


def test_computed_answers_are_made_anew_by_an_upgrade(ours: Organisation) -> None:
    ours.start(visit=form("visit", A, B, SUM % "a + b"))
    other, same = filed(ours, 5, a=2, b=3), filed(ours, 4, a=2, b=2)
    after = form("visit", A, "name: c, was: b, type: integer", SUM % "a * c")
    ours.start(visit=after)
    assert said(ours, "F025") == ['Answers to "score" that are others by the new rules: 1. Run "dosar upgrade".']
    assert ours.answers("visit", other)["score"] == 5
    assert "Records of visit whose computed answers are made anew: 1." in ours.plan()
    ours.upgrade()
    assert [ours.answers("visit", number)["score"] for number in (other, same)] == [6, 4]
    newest, _ = ours.history("visit", other)
    assert (newest.action, newest.user_id) == ("made_anew", None)
    assert [(change.question.name, change.old, change.new) for change in newest.changes] == [("score", 5, 6)]
    assert len(ours.history("visit", same)) == 1
    assert ours.plan() == [] and "F025" not in ours.codes()


def test_answers_of_every_kind_stay_where_a_rule_changes(ours: Organisation) -> None:
    """Choices, money, partial dates: what no rule makes is as it was."""
    others = (
        "name: kind, type: select_one, choices: [{code: both, label: {en: Both, ro: Ambele}}]",
        "name: kinds, type: select_multiple, choices: [{code: both, label: {en: Both, ro: Ambele}}]",
        "name: happy, type: yes_no",
        "name: cost, type: money",
        "name: since, type: partial_date",
        "name: share, type: decimal",
        "name: told, type: paragraph",
        "name: day, type: date",
        "name: rows, type: table, columns: [{name: pick, type: select_one, label: {en: P, ro: P}, "
        "choices: [{code: both, label: {en: Both, ro: Ambele}}]}]",
    )
    ours.start(visit=form("visit", A, SUM % "a * 2", *others))
    visit = ours.enter(
        "visit",
        a=2,
        score=4,
        kind="both",
        kinds=["both"],
        happy=True,
        cost=Money(Decimal(5), "MDL"),
        since="1998-03",
        share=Decimal("1.5"),
        told="12",
        day=date(2026, 1, 5),
        rows=[{"id": None, "pick": "both"}],
    )
    before = ours.answers("visit", visit)
    ours.start(visit=form("visit", A, SUM % "a * 3", *others))
    assert ours.codes().count("F025") == 1 and "F050" not in ours.codes()
    assert ours.upgrade().answers("visit", visit) == before | {"score": 6}
    assert [change.question.name for change in ours.history("visit", visit)[0].changes] == ["score"]


def test_what_a_rule_is_made_of_counts_too(ours: Organisation) -> None:
    half = "name: half, type: computed, result: integer, value: a * %s"
    ours.start(visit=form("visit", A, half % 2, SUM % "half + 1"))
    visit = ours.enter("visit", a=1, half=2, score=3)
    ours.start(visit=form("visit", A, half % 3, SUM % "half + 1"))
    assert len(said(ours, "F025")) == 2
    assert ours.upgrade().answers("visit", visit) == {"a": 1, "half": 3, "score": 4}


def test_a_new_computed_question_is_answered_at_once(ours: Organisation) -> None:
    visit = ours.start(visit=form("visit", A, B)).enter("visit", a=2, b=3)
    ours.start(visit=form("visit", A, B, SUM % "a + b"))
    assert "F025" not in ours.codes()
    assert ours.answers("visit", visit)["score"] == 5


def test_rows_are_made_anew_too(ours: Organisation) -> None:
    ours.start(visit=form("visit", ROWS % 2))
    visit = ours.enter("visit", rows=[{"id": None, "n": 1, "twice": 2}, {"id": None, "n": 2, "twice": 4}])
    ours.start(visit=form("visit", ROWS % 3))
    assert len(said(ours, "F025")) == 1
    assert [row["twice"] for row in ours.upgrade().answers("visit", visit)["rows"]] == [3, 6]


def test_what_is_written_in_a_ledger_stays(ours: Organisation) -> None:
    ours.start(visit=form("visit", A, SUM % "a + 1", head="append_only: true"))
    visit = ours.enter("visit", a=1, score=2)
    ours.start(visit=form("visit", A, SUM % "a + 2", head="append_only: true"))
    assert said(ours, "F025") == [] and "would be others by the new rules: 1." in said(ours, "F054")[0]
    assert ours.answers("visit", visit)["score"] == 2
    assert ours.upgrade().answers("visit", visit)["score"] == 2


def test_a_result_of_another_sort_is_refused_while_there_are_answers(ours: Organisation) -> None:
    text = "name: score, type: computed, result: text, value: \"'x'\""
    ours.start(visit=form("visit", A, SUM % "a + 1"))
    ours.start(visit=form("visit", A, text))
    assert said(ours, "F020") == [] and ours.form("visit").questions["score"].value_type == "text"
    ours.enter("visit", a=1, score="x")
    ours.upgrade(visit=form("visit", A, SUM % "a + 1"))
    assert said(ours, "F020") and ours.answers("visit", 1)["score"] == "x"


def test_what_hangs_on_what_a_sheet_takes_stays_for_those_filed_before(ours: Organisation) -> None:
    """An older stay took no limit from the programme's sheet: its last day is as it was."""
    step = "name: step, type: select_one, choices: [{code: x, label: {en: X, ro: Pas}}]"
    word = "label: {en: W, ro: V}"
    days = ("name: since, type: date", "name: last, type: date", "name: gone, type: date")
    stay = ("name: place, type: link, to: house", step, *days, A)
    rows = f"name: rows, type: table, columns: [{{{step}, {word}}}, {{name: most, type: integer, {word}}}]"
    ours.start(
        visit=form("visit", *stay, SUM % "a + 10", head="belongs_to: case"),
        house=form("house", step, "name: beds, type: integer"),
        programme=form("programme", rows),
        menu="menu: [{title: {en: W, ro: L}, entries: [case, visit, house, programme]}]",
        stages="""
programme:
  stays: {form: visit, place: place, phase: step, since: since, last: last, left: gone}
  places: {form: house, phase: step, beds: beds}
  terms: {form: programme, rows: rows, phase: step}
""",
    )
    case = ours.enter("case", name="Ana")
    before = enter_sheet(ours.repository, ours.form("visit"), {"a": 2, "score": 12}, CLERK, case)
    taken = "name: most, type: integer, from_programme: most"
    ours.upgrade(visit=form("visit", *stay, taken, SUM % "a + most", head="belongs_to: case"))
    assert "most" in ours.form("visit").questions
    assert ours.answers("visit", before)["score"] == 12
