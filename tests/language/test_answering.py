"""From what was typed to what is kept."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

import dosar.fields  # noqa: F401 - tells the language its kinds of question
from dosar.language.answers.settling import (
    answers_as_of,
    changed_questions,
    dropped_answers,
    hidden_questions,
    settle_answers,
)
from dosar.language.answers.validation import (
    ANSWER_NOT_ACCEPTED,
    ANSWER_REQUIRED,
    ValidationIssue,
    knows_what_is_missing,
    missing_questions,
    validate_answers,
)
from dosar.language.form import Form
from dosar.language.load.yaml_reader import read_text
from dosar.language.question import Unknown

TODAY = date(2026, 9, 5)


def form(questions: str, **options: Any) -> Form:
    """A form of one section with these questions, labels left to us."""
    told = read_text(f"questions:\n{questions}", "x.yaml").contents["questions"]
    section = {"title": {"en": "P", "ro": "P"}, "questions": [_labelled(question) for question in told], **options}
    return Form.model_validate({"form": "sheet", "title": {"en": "S", "ro": "S"}, "sections": [section]})


def _labelled(question: dict[str, Any]) -> dict[str, Any]:
    columns = {"columns": [_labelled(column) for column in question["columns"]]} if "columns" in question else {}
    return {"label": {"en": question["name"], "ro": question["name"]}, **question, **columns}


SCHOOL = form("""
  - {name: in_school, type: yes_no}
  - {name: school, type: text, show_if: in_school, required_if: in_school}
  - {name: class_teacher, type: text, show_if: answered(school)}
""")


def test_a_hidden_answer_is_not_kept() -> None:
    assert settle_answers(SCHOOL, {"in_school": False, "school": "Nr. 5"}, TODAY)["school"] is None
    assert settle_answers(SCHOOL, {"in_school": True, "school": "Nr. 5"}, TODAY)["school"] == "Nr. 5"


def test_what_depends_on_a_hidden_answer_is_hidden_too() -> None:
    answers = {"in_school": False, "school": "Nr. 5", "class_teacher": "Ana"}
    assert hidden_questions(SCHOOL, answers, TODAY) == {"school", "class_teacher"}
    assert settle_answers(SCHOOL, answers, TODAY) == {"in_school": False, "school": None, "class_teacher": None}


def test_a_condition_without_an_answer_hides() -> None:
    assert hidden_questions(SCHOOL, {}, TODAY) == {"school", "class_teacher"}
    assert hidden_questions(SCHOOL, {"in_school": Unknown.REFUSED}, TODAY) == {"school", "class_teacher"}


def test_a_hidden_section_hides_its_questions() -> None:
    hidden = form("\n  - {name: a, type: text}\n  - {name: b, type: text}\n", show_if='a == "x"')
    assert settle_answers(hidden, {"a": "y", "b": "z"}, TODAY) == {"a": None, "b": None}


def test_what_was_saved_and_is_hidden_now_is_named() -> None:
    closing = form("""
      - {name: is_open, type: yes_no}
      - {name: closed_on, type: date, show_if: not is_open}
      - {name: why, type: text, show_if: answered(closed_on)}
      - {name: notes, type: text}
      - name: visits
        type: table
        columns:
          - {name: by, type: text, label: {en: By, ro: De}}
          - {name: how, type: text, show_if: not is_open, label: {en: How, ro: Cum}}
    """)
    saved = {
        "is_open": False,
        "closed_on": TODAY,
        "why": "gata",
        "notes": "n",
        "visits": [{"id": 1, "by": "Ana", "how": "pe jos"}, {"id": 2, "by": "Ion", "how": None}],
    }

    def gone(**answers: Any) -> list[str]:
        after = settle_answers(closing, {**saved, **answers}, TODAY)
        return [".".join(part.name for part in pair if part) for pair in dropped_answers(closing, saved, after, TODAY)]

    assert gone() == []
    assert gone(is_open=True) == ["closed_on", "why", "visits.how"]
    assert gone(closed_on=None) == ["why"], "what she empties herself she knows"


def test_questions_that_hide_each_other_do_not_hang() -> None:
    rivals = form("\n  - {name: a, type: text, show_if: missing(b)}\n  - {name: b, type: text, show_if: missing(a)}\n")
    assert settle_answers(rivals, {"a": "x", "b": "y"}, TODAY) == settle_answers(rivals, {"a": "x", "b": "y"}, TODAY)


RISK = form("""
  - {name: measures, type: paragraph, show_if: score >= 6, required_if: score >= 6}
  - {name: likelihood, type: integer}
  - {name: severity, type: integer}
  - {name: score, type: computed, value: likelihood * severity, result: integer}
  - {name: twice, type: computed, value: score * 2, result: integer}
""")


def test_a_computed_answer_is_made_of_the_others() -> None:
    kept = settle_answers(RISK, {"likelihood": 2, "severity": 2, "score": 99}, TODAY)
    assert (kept["score"], kept["twice"]) == (4, 8), "whatever somebody sent is not believed"
    assert settle_answers(RISK, {"likelihood": 2}, TODAY)["score"] is None


def test_an_age_goes_on_after_the_sheet_was_saved() -> None:
    person = form("""
      - {name: birth_date, type: date}
      - {name: age, type: computed, value: age(birth_date), result: integer}
      - {name: is_minor, type: computed, value: age < 18, result: yes_no}
      - {name: visits, type: integer}
      - {name: twice, type: computed, value: visits * 2, result: integer}
    """)
    saved = settle_answers(person, {"birth_date": date(2008, 12, 1), "visits": 2}, date(2026, 11, 22))
    assert (saved["age"], saved["is_minor"], saved["twice"]) == (17, True, 4)
    later = answers_as_of(person, {**saved, "twice": 5}, date(2026, 12, 1))
    assert (later["age"], later["is_minor"]) == (18, False)
    assert later["twice"] == 5, "what does not go with the day stays as it was written"


def test_an_answer_goes_with_the_day_over_any_number_of_others() -> None:
    lines = ["- {name: born, type: date}", "- {name: older_0, type: computed, value: age(born), result: integer}"]
    lines += [f"- {{name: older_{n}, type: computed, value: older_{n - 1} + 1, result: integer}}" for n in range(1, 15)]
    person = form("\n".join(f"  {line}" for line in reversed(lines)))
    saved = settle_answers(person, {"born": date(2008, 11, 22)}, date(2026, 11, 21))
    assert (saved["older_0"], saved["older_14"]) == (17, 31)
    assert answers_as_of(person, saved, date(2026, 11, 22))["older_14"] == 32


def test_a_question_is_hidden_behind_any_number_of_others() -> None:
    lines = ["- {name: asked_0, type: yes_no}"]
    lines += [f"- {{name: asked_{n}, type: yes_no, show_if: asked_{n - 1}}}" for n in range(1, 15)]
    chain = form("\n".join(f"  {line}" for line in lines))
    answers = {f"asked_{n}": n > 0 for n in range(15)}
    assert hidden_questions(chain, answers, TODAY) == answers.keys() - {"asked_0"}


def test_a_row_goes_with_the_day_too() -> None:
    house = form("""
      - name: children
        type: table
        columns:
          - {name: born, type: date}
          - {name: age, type: computed, value: age(born), result: integer}
    """)
    saved = settle_answers(house, {"children": [row(born=date(2020, 1, 1))]}, date(2026, 11, 22))
    assert answers_as_of(house, saved, date(2027, 1, 1))["children"][0]["age"] == 7


def test_an_answer_shown_by_a_computed_one_is_kept() -> None:
    kept = settle_answers(RISK, {"likelihood": 3, "severity": 3, "measures": "Mutare"}, TODAY)
    assert (kept["score"], kept["measures"]) == (9, "Mutare")
    assert settle_answers(RISK, {"likelihood": 1, "severity": 3, "measures": "Mutare"}, TODAY)["measures"] is None


PARCEL = form("""
  - name: items
    type: table
    columns:
      - {name: other, type: text, show_if: dear or what == "other"}
      - name: what
        type: select_one
        choices: [{code: oil, label: {en: Oil, ro: Ulei}}, {code: other, label: {en: Other, ro: Altele}}]
      - {name: quantity, type: integer, check: quantity > 0}
      - {name: price, type: decimal}
      - {name: cost, type: computed, value: quantity * price, result: decimal}
      - {name: dear, type: computed, value: cost > 100, result: yes_no}
  - {name: total, type: computed, value: sum(items.cost), result: decimal}
  - {name: approved, type: text, show_if: total > 100, required_if: total > 100}
""")


def row(**answers: Any) -> dict[str, Any]:
    return {"id": None, "what": None, "other": None, "quantity": None, "price": None, **answers}


def test_rows_are_settled_like_sheets() -> None:
    kept = settle_answers(
        PARCEL,
        {
            "items": [
                row(id=7, what="oil", other="?", quantity=2, price=Decimal("9.50")),
                row(what="other", other="rice", quantity=1, price=Decimal(5)),
            ]
        },
        TODAY,
    )
    first, second = kept["items"]
    assert (first["id"], first["other"], first["cost"], first["dear"]) == (7, None, Decimal(19), False)
    assert (second["other"], second["cost"]) == ("rice", Decimal(5))
    assert (kept["total"], kept["approved"]) == (Decimal(24), None)


def test_a_row_keeps_what_its_computed_column_shows() -> None:
    dear = row(what="oil", other="for the feast", quantity=20, price=Decimal(9))
    kept = settle_answers(PARCEL, {"items": [dear], "approved": "Director"}, TODAY)
    assert (kept["items"][0]["other"], kept["total"], kept["approved"]) == ("for the feast", Decimal(180), "Director")


def test_no_rows_are_no_answer() -> None:
    assert settle_answers(PARCEL, {"items": []}, TODAY)["items"] is None


def test_settling_twice_changes_nothing() -> None:
    answers = {"items": [row(what="oil", other="?", quantity=20, price=Decimal(9))], "approved": "Director"}
    once = settle_answers(PARCEL, answers, TODAY)
    assert settle_answers(PARCEL, once, TODAY) == once


VISIT = form("""
  - {name: day, type: date, required: true, check: day <= today(), message: {en: Not yet., ro: Încă nu.}}
  - {name: hours, type: integer, check: hours < 24, warn: hours > 8, warning: {en: Long., ro: Lungă.}}
  - {name: in_school, type: yes_no}
  - {name: school, type: text, show_if: in_school, required: true}
  - {name: old, type: text, required: true, retired: true}
  - {name: cnp, type: personal_number}
  - name: family
    type: table
    columns:
      - {name: name, type: text, required: true}
      - {name: born, type: partial_date, check: born <= today()}
""")


def told(answers: dict[str, Any], asked: set[str] | None = None) -> list[ValidationIssue]:
    return validate_answers(VISIT, answers, TODAY, asked)


def test_what_is_required_is_asked_for_once_it_is_shown() -> None:
    assert told({}) == [ValidationIssue(("day",), ANSWER_REQUIRED)]
    assert told({"day": TODAY, "in_school": True}) == [ValidationIssue(("school",), ANSWER_REQUIRED)]
    assert missing_questions(VISIT, {"in_school": True}, TODAY) == ["day", "school"]


def test_not_wishing_to_answer_is_an_answer() -> None:
    assert told({"day": Unknown.DONT_KNOW}) == []


def test_a_failed_check_says_its_message() -> None:
    assert told({"day": date(2026, 9, 6)}) == [ValidationIssue(("day",), {"en": "Not yet.", "ro": "Încă nu."})]
    assert told({"day": TODAY, "hours": 30})[0] == ValidationIssue(("hours",), ANSWER_NOT_ACCEPTED)


def test_a_warning_and_a_doubt_are_soft() -> None:
    soft = told({"day": TODAY, "hours": 9, "cnp": "1630615123458"})
    assert [(issue.where, issue.soft) for issue in soft] == [(("hours",), True), (("cnp",), True)]


def test_a_complaint_about_a_row_names_the_cell() -> None:
    rows = [{"id": None, "name": "Ana", "born": "1998"}, {"id": None, "name": None, "born": "2027"}]
    assert told({"day": TODAY, "family": rows}) == [
        ValidationIssue(("family", "1", "name"), ANSWER_REQUIRED),
        ValidationIssue(("family", "1", "born"), ANSWER_NOT_ACCEPTED),
    ]


def test_only_the_section_on_the_page_is_judged() -> None:
    assert told({"hours": 30}, asked={"hours"})[0].where == ("hours",)
    assert told({"hours": 3}, asked={"hours"}) == []


STAY = form("""
  - {name: opened_on, type: date}
  - {name: kind, type: text}
  - {name: closed_on, type: date, check: closed_on >= opened_on, warn: "days_between(opened_on, closed_on) > 365"}
  - {name: nights, type: computed, value: "days_between(opened_on, closed_on)", result: integer, warn: nights > 30}
  - name: meetings
    type: table
    columns:
      - {name: held_on, type: date, check: held_on >= opened_on}
      - {name: until, type: date, check: until >= held_on}
""")


def judged(answers: dict[str, Any], before: dict[str, Any], *asked: str) -> list[tuple[tuple[str, ...], bool]]:
    kept = settle_answers(STAY, answers, TODAY)
    changed = changed_questions(STAY, before, kept, TODAY)
    return [(issue.where, issue.soft) for issue in validate_answers(STAY, kept, TODAY, set(asked), changed)]


def test_a_rule_of_another_page_is_judged_once_it_names_what_was_changed() -> None:
    before = {"opened_on": date(2026, 7, 1), "closed_on": date(2026, 7, 10)}
    assert judged({**before, "opened_on": date(2026, 7, 20)}, before, "opened_on") == [(("closed_on",), False)]
    assert judged({**before, "opened_on": date(2025, 7, 1)}, before, "opened_on") == [
        (("closed_on",), True),
        (("nights",), True),
    ]
    assert judged({**before, "opened_on": date(2026, 7, 5)}, before, "opened_on") == []
    assert judged({**before, "opened_on": None}, before, "opened_on") == []


def test_what_was_wrong_before_waits_until_something_of_it_is_changed() -> None:
    before = {"opened_on": date(2026, 7, 20), "closed_on": date(2026, 7, 10)}
    assert judged({**before, "kind": "short"}, before, "kind") == []
    assert judged({**before, "opened_on": date(2026, 7, 15)}, before, "opened_on") == [(("closed_on",), False)]


def test_a_rule_in_a_row_of_another_page_is_judged_too() -> None:
    rows = [
        {"id": 1, "held_on": date(2026, 7, 2), "until": None},
        {"id": 2, "held_on": date(2026, 7, 9), "until": TODAY},
    ]
    before = {"opened_on": date(2026, 7, 1), "meetings": rows}
    moved = {**before, "opened_on": date(2026, 7, 3)}
    assert judged(moved, before, "opened_on") == [(("meetings", "0", "held_on"), False)]
    told = validate_answers(STAY, moved, TODAY, {"opened_on"}, frozenset({"opened_on"}))
    assert told[0].through == {"opened_on"}


def test_an_answer_that_goes_with_the_day_is_not_changed_by_it() -> None:
    aging = form("  - {name: born, type: date}\n  - {name: age, type: computed, value: age(born), result: integer}\n")
    kept = {"born": date(2000, 9, 1), "age": 25}
    assert changed_questions(aging, kept, settle_answers(aging, kept, TODAY), TODAY) == frozenset()


PERSON = form("""
  - {name: sex, type: select_one, choices: [{code: F, label: {en: F, ro: F}}, {code: M, label: {en: M, ro: M}}]}
  - {name: birth_date, type: partial_date}
  - {name: national_id, type: personal_number}
  - name: family
    type: table
    columns: [{name: national_id, type: personal_number}, {name: birth_date, type: partial_date}]
  - {name: nobody, type: table, columns: [{name: national_id, type: personal_number}]}
""")
CNP = "1630615123457"


def test_a_cnp_is_compared_with_birth_date_and_sex_on_every_page() -> None:
    answers = {"sex": "F", "birth_date": "1998", "national_id": CNP}
    for asked, changed in ({"national_id"}, ()), ({"sex"}, {"sex"}), ({"birth_date"}, {"birth_date"}):
        told = validate_answers(PERSON, answers, TODAY, asked, frozenset(changed))
        assert [(issue.where, issue.soft) for issue in told] == [(("national_id",), True)] * 2


def test_a_cnp_in_a_row_is_compared_with_its_row() -> None:
    rows = [{"id": None, "national_id": CNP, "birth_date": born} for born in ("1963", "1998", None)]
    answers = {"birth_date": "2001", "sex": "F", "family": rows, "nobody": [{"id": None, "national_id": CNP}]}
    assert [issue.where for issue in validate_answers(PERSON, answers, TODAY)] == [("family", "1", "national_id")]
    assert validate_answers(PERSON, answers, TODAY, {"sex"}, frozenset({"sex", "birth_date"})) == []


def test_a_role_knows_only_what_it_may_see() -> None:
    private = form("""
  - {name: day, type: date}
  - {name: diagnosis, type: text, sensitivity: health}
  - name: family
    type: table
    columns: [{name: kin, type: text}, {name: name, type: text, sensitivity: identity}]
""").model_copy(update={"list": ("day", "diagnosis"), "sort": ("-diagnosis",)})
    known = private.seen_with(frozenset({"identity"}))
    assert list(known.questions) == ["day", "family"]
    assert (list(known.list), list(known.sort)) == (["day"], [])
    assert [column.name for column in private.seen_with(frozenset()).questions["family"].columns_asked()] == ["kin"]


def test_a_form_cannot_be_without_sections() -> None:
    with pytest.raises(ValidationError):
        Form.model_validate({"form": "sheet", "title": {"en": "S", "ro": "S"}, "sections": []})


PLAIN = """
  - {name: name, type: text}
  - name: family
    type: table
    columns: [{name: kin, type: text}]
"""


def test_a_form_with_other_questions_keeps_all_else() -> None:
    whole = form(PLAIN)
    known = whole.with_questions(lambda question: None if question.name == "family" else question)
    assert (list(known.questions), known.title, known.key) == (["name"], whole.title, whole.key)
    assert whole.with_questions(lambda question: None).sections == ()
    assert list(whole.questions) == ["name", "family"]


def test_a_column_is_found_by_its_name() -> None:
    name, family = form(PLAIN).questions.values()
    assert family.column("kin") is family.columns_asked()[0]
    assert (family.column("age"), name.column("kin")) == (None, None)


def test_a_number_of_missing_answers_tells_nothing_of_hidden_ones() -> None:
    """Who does not see every required answer, and what decides whether it is, is not told how many are missing."""

    def told(questions: str) -> bool:
        whole = form(questions)
        return knows_what_is_missing(whole, whole.seen_with(frozenset()))

    hidden = "\n  - {name: ill, type: yes_no, sensitivity: health}\n"
    assert told(hidden + "  - {name: name, type: text, required: true}\n")
    assert told(hidden + "  - {name: name, type: text, required_if: answered(what)}\n  - {name: what, type: text}\n")
    assert not told(hidden + "  - {name: name, type: text, required_if: ill}\n")
    assert not told("\n  - {name: ill, type: yes_no, sensitivity: health, required: true}\n")
    table = (
        "\n  - name: visits\n    type: table\n    columns:\n      - {name: by, type: text, label: {en: By, ro: De}}\n"
    )
    column = "      - {name: how, type: text, sensitivity: story, %s, label: {en: How, ro: Cum}}\n"
    assert not told(table + column % "required: true")
    assert told(table + column % "hint: {en: H, ro: H}")
