"""The forms change, the answers stay: on both databases, whatever an author does to a file."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import delete, insert, select

from dosar.database.system_tables import code_series_table, draft_table, form_version_table, search_word_table
from dosar.fields.money import Money
from dosar.language.question import Unknown
from dosar.migrations.convert import search_index
from dosar.records.finding.search import search_condition
from dosar.records.lists.list_page import list_page
from dosar.records.lists.list_query import ListQuery
from dosar.records.unsaved import drafts
from dosar.records.unsaved.drafts import DraftPlace
from tests.organisations import CASE, MENU, ROLES, Organisation, form
from tests.records.offices import ROMANIAN

VISIT = form("visit", "name: purpose, type: text", "name: day, type: date")


def changes(ours: Organisation, key: str, record_id: int) -> list[dict[str, tuple[Any, Any]]]:
    return [
        {change.question.name: (change.old, change.new) for change in entry.changes}
        for entry in ours.history(key, record_id)
    ]


def test_a_new_form_is_simply_there(ours: Organisation) -> None:
    ours.start()
    ours.start(visit=VISIT)
    visit = ours.enter("visit", purpose="sprijin")
    assert ours.answers("visit", visit)["purpose"] == "sprijin"
    assert "F023" in ours.codes()  # it stands in no menu yet


def test_a_new_question_joins_the_old_ones(ours: Organisation) -> None:
    visit = ours.start(visit=VISIT).enter("visit", purpose="sprijin")
    ours.start(visit=VISIT + "      - {name: cost, type: money, unknown: true, label: {en: Cost, ro: Cost}}\n")
    assert ours.answers("visit", visit) == {"purpose": "sprijin", "day": None, "cost": None}
    ours.correct("visit", visit, cost=Money(Decimal("12.50"), "MDL"))
    assert ours.answers("visit", visit)["cost"] == Money(Decimal("12.50"), "MDL")


def test_a_new_column_joins_the_rows(ours: Organisation) -> None:
    family = "name: family, type: table, columns: [{name: who, type: text, label: {en: Who, ro: Cine}}%s]"
    visit = ours.start(visit=form("visit", family % "")).enter("visit", family=[{"id": None, "who": "Dan"}])
    ours.start(visit=form("visit", family % ", {name: age, type: integer, label: {en: Age, ro: Vârsta}}"))
    (row,) = ours.answers("visit", visit)["family"]
    assert (row["who"], row["age"]) == ("Dan", None)


def test_a_renamed_question_keeps_its_answers_and_its_history(ours: Organisation) -> None:
    ours.start(
        visit=form(
            "visit",
            "name: cost, type: money, unknown: true",
            "name: aim, type: text, search: true",
            head="list: [aim, cost]\nsort: [aim]",
        )
    )
    visit = ours.enter("visit", cost=Money(Decimal(5), "EUR"), aim="Țărm")
    other = ours.enter("visit", cost=Unknown.REFUSED)
    ours.start(
        visit=form(
            "visit",
            "name: price, type: money, unknown: true, was: cost",
            "name: goal, type: text, search: true, was: aim",
            head="list: [goal, price]\nsort: [goal]",
        )
    )
    assert ours.answers("visit", visit) == {"price": Money(Decimal(5), "EUR"), "goal": "Țărm"}
    assert ours.answers("visit", other)["price"] is Unknown.REFUSED
    assert {"goal__sort", "price__currency", "price__unknown"} <= ours.columns("visit")
    assert not {"aim", "cost", "aim__sort"} & ours.columns("visit")
    ours.correct("visit", visit, goal="port")
    assert changes(ours, "visit", visit) == [
        {"goal": ("Țărm", "port")},
        {"price": (None, Money(Decimal(5), "EUR")), "goal": (None, "Țărm")},
    ]
    kept: Any = ours.repository.record_class("visit")
    found = select(kept.id).where(search_condition(ours.repository.forms["visit"], kept.id, "port"))
    assert ours.repository.session.scalars(found).all() == [visit]


def test_a_name_given_up_may_be_taken_anew(ours: Organisation) -> None:
    visit = ours.start(visit=form("visit", "name: aim, type: text")).enter("visit", aim="unu")
    ours.start(visit=form("visit", "name: goal, type: text, was: aim", "name: aim, type: integer"))
    assert ours.answers("visit", visit) == {"goal": "unu", "aim": None}
    ours.correct("visit", visit, aim=2)
    assert changes(ours, "visit", visit) == [{"aim": (None, 2)}, {"goal": (None, "unu")}]
    ours.start(visit=form("visit", "name: end, type: text, was: goal", "name: aim, type: integer"))
    assert ours.answers("visit", visit) == {"end": "unu", "aim": 2}
    assert changes(ours, "visit", visit) == [{"aim": (None, 2)}, {"end": (None, "unu")}]


def test_answers_of_two_questions_are_never_mixed(ours: Organisation) -> None:
    visit = ours.start(visit=form("visit", "name: a, type: text", "name: b, type: text")).enter("visit", a="A", b="B")
    ours.start(visit=form("visit", "name: b, type: text, was: a", "name: a, type: text, was: b"))
    assert ours.codes().count("F020") == 2
    assert ours.answers("visit", visit) == {"a": "A", "b": "B"}


def test_a_renamed_table_and_its_renamed_column(ours: Organisation) -> None:
    table = "name: %s, type: table, columns: [{name: %s, type: text, label: {en: Who, ro: Cine}%s}]"
    ours.start(visit=form("visit", table % ("family", "who", "")))
    visit = ours.enter("visit", family=[{"id": None, "who": "Dan"}])
    ours.start(visit=form("visit", table % ("people", "name", ", was: who") + ", was: family"))
    (row,) = ours.answers("visit", visit)["people"]
    assert row["name"] == "Dan"
    (entry,) = changes(ours, "visit", visit)
    assert entry["people"][1][0]["name"] == "Dan"


def test_the_numbers_of_a_renamed_code_go_on(ours: Organisation) -> None:
    ours.start(visit=form("visit", "name: code, type: code"))
    ours.enter("visit")
    second = ours.start(visit=form("visit", "name: ref, type: code, was: code")).enter("visit")
    assert ours.answers("visit", second)["ref"] == "D-2026-0002"
    assert ours.repository.session.scalars(
        select(code_series_table.c.question).where(code_series_table.c.form == "visit")
    ).all() == ["ref"]


def test_a_sheet_begun_before_a_renaming_is_finished_after_it(ours: Organisation) -> None:
    table = "name: %s, type: table, columns: [{name: %s, type: text, label: {en: Who, ro: Cine}%s}]"
    ours.start(visit=form("visit", "name: aim, type: text", table % ("family", "who", "")))
    begun = [("aim", "unu"), ("aims", "nu"), ("family.0.who", "Dan"), ("family.0.id", ""), ("csrf_token", "x")]
    drafts.keep_draft(ours.repository, 1, DraftPlace("visit"), begun)
    ours.start(
        visit=form(
            "visit", "name: goal, type: text, was: aim", table % ("people", "name", ", was: who") + ", was: family"
        )
    )
    boxes = ours.repository.session.scalar(select(draft_table.c.boxes))
    assert [name for name, _ in boxes] == ["goal", "aims", "people.0.name", "people.0.id", "csrf_token"]


def test_a_retired_question_is_still_shown(ours: Organisation) -> None:
    visit = ours.start(visit=VISIT).enter("visit", purpose="sprijin")
    ours.start(visit=VISIT.replace("purpose, type", "purpose, retired: true, type"))
    assert ours.answers("visit", visit)["purpose"] == "sprijin"
    assert [question.name for question in ours.form("visit").asked_questions()] == ["day"]


def test_a_question_that_is_gone_keeps_its_answers(ours: Organisation) -> None:
    visit = ours.start(visit=VISIT).enter("visit", purpose="sprijin")
    ours.start(visit=form("visit", "name: day, type: date"))
    assert "F021" in ours.codes()
    assert ours.answers("visit", visit) == {"day": None}
    assert ours.column("visit", "purpose") == ["sprijin"]
    ours.start()
    assert "F021" in ours.codes()  # and it is said again at every start
    ours.start(visit=VISIT)
    assert ours.answers("visit", visit)["purpose"] == "sprijin"
    assert "F021" not in ours.codes()


def test_a_question_comes_back_as_something_else(ours: Organisation) -> None:
    visit = ours.start(visit=VISIT).enter("visit", purpose="sprijin")
    ours.start(visit=form("visit", "name: day, type: date"))
    ours.start(visit=form("visit", "name: day, type: date", "name: purpose, type: integer"))
    assert "F020" in ours.codes()
    assert ours.answers("visit", visit) == {"day": None}


def test_a_removed_form_comes_back_with_its_records(ours: Organisation) -> None:
    visit = ours.start(visit=VISIT).enter("visit", purpose="sprijin")
    ours.start(visit=None)
    assert "visit" not in ours.repository.forms
    assert ours.column("visit", "purpose") == ["sprijin"]
    for _ in range(2):
        told = [str(finding) for finding in ours.opened.findings if finding.code == "F052"]
        assert told == [
            'forms/visit.yaml:1: F052: The form "visit" is gone from the folder; its records are kept, but nobody sees '
            "them: 1. Put its file back; if the form has a new name, write in its file was: visit."
        ]
        ours.start(menu=MENU + "\n")
    ours.start(visit=VISIT + "      - {name: cost, type: integer, label: {en: Cost, ro: Cost}}\n")
    assert ours.answers("visit", visit) == {"purpose": "sprijin", "day": None, "cost": None}
    assert len(ours.history("visit", visit)) == 1


STAGES = "stages: [{stage: visits, title: {en: Visits, ro: Vizite}, needs: [visit]}]"


def test_roles_menu_and_stages_run_on_while_their_files_are_gone(ours: Organisation) -> None:
    visit = f"belongs_to: case\n{VISIT}"
    before = ours.start(visit=visit, stages=STAGES).opened.definition
    ours.start(roles=None, menu=None, stages=None)
    for _ in range(2):
        now = ours.opened.definition
        assert (now.roles, now.menu, now.stages) == (before.roles, before.menu, before.stages)
        assert "forms/roles.yaml:1: F062: There is no roles.yaml in the folder" in ours.told("F062")[1]
        assert ours.told("F063") == [
            "forms/stages.yaml:1: F063: The file stages.yaml is gone from the folder; what it said last runs on. Put "
            'it back; if nothing of it is wanted any more, leave it there with an empty list, "stages: []".'
        ]
        ours.start(visit=visit + "\n")
    ours.start(stages="stages: []")
    assert ours.opened.definition.stages.stages == () and ours.told("F063") == []
    ours.start(roles=ROLES, menu=MENU)
    assert not {"F062", "F063"} & {*ours.codes()}


def test_stages_do_not_run_beside_a_form_they_do_not_fit(ours: Organisation) -> None:
    promises = "promises: [{form: visit, date: day}]"
    ours.start(visit=f"belongs_to: case\n{VISIT}", stages=promises)
    assert ours.opened.definition.stages.promises
    partial = form("visit", "name: purpose, type: text", "name: day, type: partial_date")
    ours.upgrade(visit=f"belongs_to: case\n{partial}")
    assert ours.told("F046") == ['forms/stages.yaml:1: F046: "day" is no date; take a question with "type: date".']
    assert not ours.form("visit").questions["day"].whole_day and not ours.opened.definition.stages.promises


def test_what_points_to_a_removed_form_stays(ours: Organisation) -> None:
    ours.start(place=form("place", "name: town, type: text"), visit=form("visit", "name: at, type: link, to: place"))
    visit = ours.enter("visit", at=ours.enter("place", town="Cahul"))
    ours.start(place=None)
    assert "F016" in ours.codes()
    assert ours.answers("visit", visit)["at"] == 1


SEXES = "choices: [{code: f, label: {en: F, ro: F}}, {code: m, label: {en: M, ro: M}%s}%s]"


def test_a_new_choice_and_a_retired_one(ours: Organisation) -> None:
    visit = ours.start(visit=form("visit", f"name: sex, type: select_one, {SEXES % ('', '')}")).enter("visit", sex="m")
    more = ", {code: x, other: true, label: {en: Other, ro: Altul}}"
    ours.start(visit=form("visit", f"name: sex, type: select_one, {SEXES % (', retired: true', more)}"))
    question = ours.form("visit").questions["sex"]
    assert ours.answers("visit", visit)["sex"] == "m"
    assert question.shown("m", ROMANIAN) == "M"
    assert [choice.code for choice in question.options()] == ["f", "x"]
    ours.correct("visit", visit, sex="x: nespus")
    assert ours.answers("visit", visit)["sex"] == "x: nespus"


def test_a_new_order_puts_old_records_in_it(ours: Organisation) -> None:
    plain = form("visit", "name: town, type: text")
    ours.start(visit=plain)
    for town in ("Zalău", "Șimleu", "Sinaia", "Aiud"):
        ours.enter("visit", town=town)
    ours.start(visit=plain + "list: [town]\nsort: [town]\n")
    found = list_page(ours.repository, ours.repository.forms, "visit", ListQuery(), ROMANIAN)
    assert [cells[0] for cells in found.cells] == ["Aiud", "Sinaia", "Șimleu", "Zalău"]


def found(ours: Organisation, words: str, *clearances: Any) -> list[int]:
    kept: Any = ours.repository.record_class("visit")
    known = ours.form("visit").seen_with(frozenset(clearances))
    return list(ours.repository.session.scalars(select(kept.id).where(search_condition(known, kept.id, words))))


def test_old_records_are_found_by_a_question_searched_from_now_on(ours: Organisation) -> None:
    family = "name: family, type: table%s, columns: [{name: who, type: text%s, label: {en: Who, ro: Cine}}]"
    ours.start(visit=form("visit", "name: town, type: text", family % ("", "")))
    visits = [ours.enter("visit", town=f"Hâncești {n}", family=[{"id": None, "who": "Măriuca"}]) for n in range(3)]
    ours.start(visit=form("visit", "name: town, type: text, search: true", family % ((", search: true",) * 2)))
    assert found(ours, "hincesti") == visits
    assert found(ours, "mariu") == visits
    ours.start(visit=form("visit", "name: town, type: text, search: true, sensitivity: story", family % ("", "")))
    assert found(ours, "hincesti") == []
    assert found(ours, "hincesti", "story") == visits


def test_nobody_is_found_by_a_column_that_became_sensitive(ours: Organisation) -> None:
    family = (
        "name: family, type: table, search: true, columns: "
        "[{name: who, type: text, search: true%s, label: {en: Who, ro: Cine}}]"
    )
    ours.start(visit=form("visit", family % ""))
    visit = ours.enter("visit", family=[{"id": None, "who": "Măriuca"}])
    ours.start(visit=form("visit", family % ", sensitivity: identity"))
    assert found(ours, "mariuca") == []
    assert found(ours, "mariuca", "identity") == [visit]


WIDENED = [
    ("type: integer", "type: decimal", 12, Decimal(12)),
    ("type: integer, unknown: true", "type: text, unknown: true", 12, "12"),
    ("type: date", "type: partial_date", date(1998, 3, 27), "1998-03-27"),
    (f"type: select_one, {SEXES % ('', '')}", f"type: select_multiple, {SEXES % ('', '')}", "m", ["m"]),
]


@pytest.mark.parametrize("before, after, old, new", WIDENED)
def test_a_widened_question_takes_its_answers_along(
    ours: Organisation, before: str, after: str, old: Any, new: Any
) -> None:
    table = "name: rows, type: table, columns: [{name: cell, %s, label: {en: Cell, ro: Celula}}]"
    narrow = form("visit", f"name: value, {before}", table % before, head="list: [value]")
    wide = form("visit", f"name: value, {after}", table % after, head="list: [value]")
    ours.start(visit=narrow)
    visits = [ours.enter("visit", value=old, rows=[{"id": None, "cell": old}]) for _ in range(2)]
    empty = ours.enter("visit")

    ours.start(visit=wide)
    assert ours.codes().count("F025") == 2, "a mere start does not convert"
    assert ours.answers("visit", visits[0])["value"] == old

    assert any("value" in line for line in ours.plan())
    assert "F025" not in ours.upgrade().codes()
    for visit in visits:
        assert ours.answers("visit", visit)["value"] == new
        assert ours.answers("visit", visit)["rows"][0]["cell"] == new
    assert ours.answers("visit", empty)["value"] is None
    assert "value__old" in ours.columns("visit")
    told = changes(ours, "visit", visits[0])[0]
    assert told["value"] == (None, new)
    assert told["rows"][1][0]["cell"] == new
    assert ours.plan() == []


def test_a_line_becomes_a_paragraph_at_a_mere_start(ours: Organisation) -> None:
    visit = ours.start(visit=VISIT).enter("visit", purpose="sprijin")
    ours.start(visit=VISIT.replace("type: text", "type: paragraph"))
    assert "F025" not in ours.codes()
    assert ours.answers("visit", visit)["purpose"] == "sprijin"


def test_unknown_answers_are_converted_as_they_are(ours: Organisation) -> None:
    visit = ours.start(visit=form("visit", "name: n, type: integer, unknown: true")).enter("visit", n=Unknown.REFUSED)
    ours.upgrade(visit=form("visit", "name: n, type: text"))
    assert "F020" in ours.codes(), "the refusal would be lost"
    ours.upgrade(visit=form("visit", "name: n, type: text, unknown: true"))
    assert ours.answers("visit", visit)["n"] is Unknown.REFUSED


def test_renamed_and_widened_twice_the_history_is_still_told(ours: Organisation) -> None:
    visit = ours.start(visit=form("visit", "name: a, type: integer")).enter("visit", a=1)
    ours.upgrade(visit=form("visit", "name: b, type: decimal, was: a"))
    ours.correct("visit", visit, b=Decimal("1.5"))
    ours.upgrade(visit=form("visit", "name: c, type: text, was: b"))
    assert ours.answers("visit", visit) == {"c": "1.5"}
    assert changes(ours, "visit", visit) == [{"c": ("1", "1.5")}, {"c": (None, "1")}]


def test_a_change_that_would_lose_answers_is_refused(ours: Organisation) -> None:
    visit = ours.start(visit=VISIT).enter("visit", purpose="sprijin")
    ours.start(visit=VISIT.replace("type: text", "type: integer"))
    (found,) = [finding for finding in ours.opened.findings if finding.code == "F020"]
    assert str(found) == (
        'forms/visit.yaml:8: F020: Answers of type "text" do not fit type "integer": retire "purpose" '
        "(retired: true) and add a question with a new name."
    )
    assert ours.answers("visit", visit)["purpose"] == "sprijin"


def test_records_remember_the_version_they_were_written_on(ours: Organisation) -> None:
    first = ours.start(visit=VISIT).enter("visit", purpose="unu")
    second = ours.start(visit=VISIT + "version: 2\n").enter("visit", purpose="doi")
    versions = [ours.repository.find("visit", visit).form_version for visit in (first, second)]
    assert versions == [1, 2]
    assert {entry.form_version for entry in ours.history("visit", first)} == {1}
    versions_kept = select(form_version_table.c.version).where(form_version_table.c.form == "form:visit")
    assert ours.repository.session.scalars(versions_kept.order_by(form_version_table.c.id)).all() == [1, 2]


def test_forms_that_did_not_change_are_not_read_again(ours: Organisation, monkeypatch: pytest.MonkeyPatch) -> None:
    ours.start(visit=VISIT)
    monkeypatch.setattr("dosar.migrations.folder_comparison.read_folder", lambda folder: pytest.fail("read again"))
    assert not ours.start().opened.changed
    assert "F023" in ours.codes()


def test_an_upgrade_that_fails_changes_nothing(ours: Organisation, monkeypatch: pytest.MonkeyPatch) -> None:
    visit = ours.start(visit=form("visit", "name: a, type: integer")).enter("visit", a=1)
    wide = form("visit", "name: b, type: text, was: a", "name: c, type: date", head="list: [b]\nsort: [b]")
    before = ours.columns("visit")
    with monkeypatch.context() as broken:
        broken.setattr("dosar.migrations.plan.wanted_tables.fill_sort_columns", lambda *_, **__: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            ours.upgrade(visit=wide)
    assert ours.columns("visit") == before
    assert ours.upgrade().answers("visit", visit) == {"b": "1", "c": None}


def test_a_broken_list_of_choices_stops_no_form(ours: Organisation) -> None:
    asks = form("visit", "name: sex, type: select_one, choices: sex")
    good = "list: sex\nchoices: [{code: f, label: {en: F, ro: F}}]\n"
    visit = ours.start(visit=asks, choices__sex=good).enter("visit", sex="f")
    for mistake in (good.replace("choices:", "choice:"), "list: [", None):
        ours.start(choices__sex=mistake)
        assert ours.opened.findings
        assert ours.answers("visit", visit)["sex"] == "f"
        ours.start(choices__sex=good)


def test_a_form_whose_choices_never_came_does_not_run(ours: Organisation) -> None:
    ours.start(visit=form("visit", "name: sex, type: select_one, choices: sex"), choices__sex="list: [")
    assert "visit" not in ours.repository.forms
    assert "case" in ours.repository.forms


def test_a_file_that_cannot_be_read_is_known_by_its_name(ours: Organisation) -> None:
    ours.start(bottom=VISIT).enter("visit", purpose="sprijin")
    ours.start(bottom="form: [")
    assert ours.answers("visit", 1)["purpose"] == "sprijin"


def test_without_a_case_form_nothing_belongs_to_one(ours: Organisation) -> None:
    ours.start(case="form: [", visit=form("visit", "name: day, type: date", head="belongs_to: case"))
    assert dict(ours.repository.forms) == {}
    ours.start(case=CASE)
    assert set(ours.repository.forms) == {"case", "visit"}


def test_a_ledger_stays_one(ours: Organisation) -> None:
    ours.start(aid=form("aid", "name: value, type: money", head="append_only: true"))
    ours.start(aid=form("aid", "name: value, type: money"))
    assert "F026" in ours.codes()
    assert ours.form("aid").append_only


def test_the_index_is_made_anew_once_when_the_rules_of_spelling_change(
    ours: Organisation,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    searched = form("visit", "name: town, type: text, search: true")
    ours.start(visit=searched)
    visits = [ours.enter("visit", town=town) for town in ("D’Angelo", "Фёдоровка")]
    with ours.store.writing() as session:
        session.execute(delete(search_word_table))
        session.execute(insert(search_word_table).values(form="visit", word="d’angelo", record_id=visits[0]))
    ours.start(visit=f"{searched}# by a program of today\n")
    assert [found(ours, words) for words in ("angelo", "федоровка", "d’angelo")] == [visits[:1], visits[1:], visits[:1]]

    made: list[str] = []
    monkeypatch.setattr(search_index, "reindex_form", lambda connection, form: made.append(form.key))
    ours.start(visit=f"{searched}# and again\n")
    assert made == []


def test_a_form_whose_list_is_sorted_by_a_choice_may_change_again(ours: Organisation) -> None:
    """Its order lies in an index over an expression, which not every database tells of."""
    choices = "{code: b, label: {en: B, ro: B}}, {code: a, label: {en: A, ro: A}}"
    kind = f"name: kind, type: select_one, choices: [{choices}]"
    menu = MENU.replace("[case]", "[case, visit]")
    ours.start(visit=form("visit", kind, head="list: [kind]\nsort: [kind]"), menu=menu)
    assert ours.opened.findings == []
    ours.start(visit=form("visit", kind, "name: more, type: text", head="list: [kind]\nsort: [kind]"))
    assert ours.opened.findings == []
    assert "more" in ours.columns("visit")
