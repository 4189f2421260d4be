"""A draft typed on one paper and opened on another."""

from dosar.filing.opening.drafts import restored_draft, texts_differ, unasked_names
from dosar.filing.texts import texts_of_answers
from tests.filing.conftest import READING, Desk

KEPT = {"adults": 1, "school": "Nr. 5", "in_school": True, "family": [{"id": 4, "who": "Ana", "age": 7}]}


def test_what_the_draft_was_never_asked_stands_as_it_was_kept(desk: Desk) -> None:
    visit = desk.new("visit")
    begun = texts_of_answers(visit.questions, KEPT, READING)
    family = visit.asked_questions["family"]
    was = [visit.asked_questions["adults"], family.with_columns(family.columns_asked()[:1])]
    draft = {"adults": ["2"], "family.0.id": ["4"], "family.0.who": ["Ana Maria"]}
    opened = restored_draft(draft, was, visit.questions, begun, None)
    assert (opened["adults"], opened["school"], opened["family.0.age"]) == (["2"], ["Nr. 5"], ["7"])
    assert opened["family.0.who"] == ["Ana Maria"]


def test_what_was_typed_and_is_not_asked_here_is_named(desk: Desk) -> None:
    visit = desk.new("visit")
    begun = texts_of_answers(visit.questions, KEPT, READING)
    family = visit.asked_questions["family"]
    here = [visit.asked_questions["adults"], family.with_columns(family.columns_asked()[:1])]
    draft = {**begun, "school": ["Nr. 7"], "family.0.age": ["8"]}
    assert sorted(unasked_names(visit.known, here, draft, begun, visit.cells)) == ["family.age", "school"]
    assert unasked_names(visit.known, here, begun, begun, visit.cells) == []


def test_another_text_for_the_same_answer_is_no_difference(desk: Desk) -> None:
    visit = desk.new("visit")
    begun = texts_of_answers(visit.questions, KEPT, READING)
    assert not texts_differ(visit.questions, {**begun, "adults": [" 1 "]}, begun, visit.cells)
    assert texts_differ(visit.questions, {**begun, "adults": ["unu"]}, begun, visit.cells)
