"""Two people corrected one visit: what differs, who changed it, and the merge."""

from dosar.filing.conflict import answer_marks, differences, merged_texts
from dosar.filing.read import read_texts
from dosar.filing.service import Values, validate
from tests.filing.conftest import READING, Desk
from tests.filing.test_service import VALUES


def test_what_differs_says_who_changed_it(desk: Desk) -> None:
    visit = desk.new("visit")
    before = validate(visit, Values(VALUES)).answers
    mine, theirs = {**before, "school": "Nr. 7"}, {**before, "adults": 2, "people": 4}
    found = differences(visit.questions, mine, theirs, answer_marks(visit.questions, before))
    assert [(entry.question.name, entry.mine, entry.theirs, entry.is_mine) for entry in found] == [
        ("school", "Nr. 7", "Nr. 5", True),
        ("adults", 1, 2, False),
    ]


def test_a_merge_takes_the_saved_answer_where_it_was_chosen(desk: Desk) -> None:
    visit = desk.new("visit")
    saved = validate(visit, Values(VALUES)).answers
    typed = {"school": ["Nr. 7"], "adults": ["3"], "family.0.id": [""], "family.0.who": ["Alta"]}
    merged = merged_texts(visit.questions, typed, {"family", "adults"}, saved, READING)
    assert merged["school"] == ["Nr. 7"]
    read = read_texts(visit.questions, merged, visit.cells).answers
    assert (read["adults"], [row["who"] for row in read["family"]]) == (1, ["Ana"])
