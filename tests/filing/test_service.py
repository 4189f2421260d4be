"""A sheet is filed one way, whether its answers come as the texts of boxes or as values."""

from collections import Counter
from datetime import date
from typing import Any

import pytest

from dosar.filing.opening.submissions import correction, new_submission
from dosar.filing.read import read_texts
from dosar.filing.result import (
    AnswersDropped,
    ChangedMeanwhile,
    KnownPerson,
    OneThereAlready,
    Saved,
    SavedBefore,
    ValidationResult,
)
from dosar.filing.service import Consent, Typed, Values, file_sheet, save, tidied, validate
from dosar.filing.settle import settled_answers
from dosar.filing.submission import Submission
from dosar.language.answers.validation import ANSWER_NOT_ACCEPTED, ANSWER_REQUIRED
from dosar.language.question import Question, ReadingContext
from dosar.language.text.message import Mistake
from dosar.records.scope.row_scope import OutOfReach, Scope, acting_as
from dosar.records.sheets.save import enter_sheet
from tests.filing.conftest import READING, Desk
from tests.organisations import CLERK, form

TEXTS = {
    "visited": ["20.11.2026"],
    "in_school": ["yes"],
    "school": ["Nr. 5 "],
    "children": ["2"],
    "adults": ["1"],
    "people": ["99"],
    "family.3.id": [""],
    "family.3.who": ["Ana"],
    "family.3.age": ["7"],
    "family.5.id": [""],
    "family.5.who": [""],
}
VALUES = {
    "visited": "2026-11-20",
    "in_school": True,
    "school": "Nr. 5",
    "children": 2,
    "adults": 1,
    "people": 99,
    "family": [{"who": "Ana", "age": 7}],
}
KEPT = {
    "visited": date(2026, 11, 20),
    "in_school": True,
    "school": "Nr. 5",
    "children": 2,
    "adults": 1,
    "people": 3,
    "verdict": None,
    "family": [{"who": "Ana", "age": 7}],
}

NO_DOUBT = Consent()


def saved(desk: Desk, form: str, given: Typed | Values, consent: Consent = NO_DOUBT) -> int:
    filed = file_sheet(desk.new(form), given, consent)
    assert isinstance(filed, Saved)
    return filed.record_id


def corrected(submission: Submission, given: Values) -> None:
    assert submission.record is not None
    filed = file_sheet(submission, given, Consent(version=submission.record.version))
    assert isinstance(filed, Saved), filed


def refused(filed: Any) -> ValidationResult:
    assert isinstance(filed, ValidationResult)
    return filed


def without_ids(answers: dict[str, Any]) -> dict[str, Any]:
    rows = [{name: one for name, one in row.items() if name != "id"} for row in answers["family"] or ()]
    return {**answers, "family": rows}


def test_texts_and_values_give_the_same_sheet(desk: Desk) -> None:
    visits = [saved(desk, "visit", given) for given in (Typed(TEXTS), Values(VALUES))]
    assert [without_ids(desk.answers("visit", visit)) for visit in visits] == [KEPT, KEPT]
    told = [desk.organisation.history("visit", visit)[0] for visit in visits]
    assert [(entry.action, len(entry.changes)) for entry in told] == [("entered", 7)] * 2


def test_what_is_wrong_is_told_with_its_question_row_and_sentence(desk: Desk) -> None:
    texts = {
        "adults": ["0"],
        "family.0.id": [""],
        "family.0.who": ["Ana"],
        "family.1.who": ["Ion"],
        "family.1.age": ["130"],
    }
    for given in Typed(texts), Values({"adults": 0, "family": [{"who": "Ana"}, {"who": "Ion", "age": 130}]}):
        result = refused(file_sheet(desk.new("visit"), given, Consent(confirmed=True)))
        told = {(issue.question, issue.row, issue.column): issue.message for issue in result.mistakes}
        assert told.keys() == {("visited", None, None), ("adults", None, None), ("family", 1, "age")}
        assert (told["visited", None, None], told["adults", None, None]) == (ANSWER_REQUIRED, ANSWER_NOT_ACCEPTED)
    assert desk.organisation.column("visit", "id") == []


def test_what_is_doubtful_is_saved_when_somebody_says_it_is_right(desk: Desk) -> None:
    many = {**VALUES, "children": 11}
    result = refused(file_sheet(desk.new("visit"), Values(many), NO_DOUBT))
    assert ([issue.question for issue in result.doubtful], result.mistakes) == (["children"], [])
    with pytest.raises(ValueError, match="in doubt"):
        save(desk.new("visit"), result, NO_DOUBT)
    visit = saved(desk, "visit", Values(many), Consent(confirmed=True, reason="Două familii"))
    assert desk.organisation.history("visit", visit)[0].reason == "Două familii"


def test_a_correction_says_only_what_it_changes(desk: Desk) -> None:
    visit = saved(desk, "visit", Values(VALUES))
    open_now = desk.correction("visit", visit)
    assert open_now.record is not None
    filed = file_sheet(open_now, Values({"children": 3}), Consent(version=open_now.record.version))
    assert filed == Saved(visit)
    assert without_ids(desk.answers("visit", visit)) == {**KEPT, "children": 3, "people": 4}


def test_a_reason_is_kept_with_what_was_doubtful_alone(desk: Desk) -> None:
    visit = saved(desk, "visit", Values(VALUES), Consent(confirmed=True, reason="Nimic îndoielnic"))
    assert desk.organisation.history("visit", visit)[0].reason == ""


def test_columns_that_she_does_not_know_stay_in_their_rows(desk: Desk) -> None:
    plan = saved(desk, "plan", Values({"people": [{"who": "Ana", "said": "S-a întors."}]}))
    [row] = desk.answers("plan", plan)["people"]
    hers = desk.correction("plan", plan, clearances=frozenset())
    corrected(hers, Values({"people": [{"id": row["id"], "who": "Ana Maria"}]}))
    assert desk.answers("plan", plan)["people"] == [{**row, "who": "Ana Maria"}]


def test_without_a_page_too_she_files_what_she_may_know(desk: Desk) -> None:
    """A command acts under her scope: what she may only enter, she enters; what is hidden is no question to her."""
    rights = {"case": frozenset({"see"}), "plan": frozenset({"see", "enter", "correct"})}
    people = Values({"people": [{"who": "Ana", "said": "S-a întors."}]})
    enters = Scope(cases="all", rights=rights, enters=frozenset({"story"}))
    with acting_as(enters):
        plan = saved(desk, "plan", people)
        found = correction(desk.repository, "plan", plan, CLERK, READING)
    for submission in found, _begun_by(Scope(cases="all", rights=rights), desk):
        result = validate(submission, people)
        assert [issue.where for issue in result.mistakes] == [("people", "0", "said")]
    assert desk.answers("plan", plan)["people"][0]["said"] == "S-a întors."


def _begun_by(scope: Scope, desk: Desk) -> Submission:
    with acting_as(scope):
        return desk.new("plan")


def test_rows_that_are_only_added_stay_as_they_are(desk: Desk) -> None:
    """What would be wrong with them by now, nobody can mend, and nobody is told of."""
    plan = enter_sheet(
        desk.repository, desk.repository.forms["plan"], {"steps": [{"id": None, "done": 130}]}, CLERK, desk.case
    )
    before = desk.answers("plan", plan)["steps"]
    more = Values({"steps": [{"done": 7}]})
    assert validate(desk.correction("plan", plan), more).answers["steps"] == [*before, {"id": None, "done": 7}]
    corrected(desk.correction("plan", plan), more)
    after = desk.answers("plan", plan)["steps"]
    assert ([row["done"] for row in after], after[:1]) == ([130, 7], before)


def test_a_row_of_another_sheet_is_not_taken_for_a_new_one(desk: Desk) -> None:
    people = {"people": [{"who": "Ana"}]}
    plan, other = (saved(desk, "plan", Values(people)) for _ in range(2))
    [row] = desk.answers("plan", other)["people"]
    for row_id in row["id"], [1], "5":
        result = validate(desk.correction("plan", plan), Values({"people": [{"id": row_id, "who": "Ana"}]}))
        assert [issue.where for issue in result.mistakes] == [("people", "0", "id")]


def test_answers_that_would_go_are_named_first(desk: Desk) -> None:
    visit = saved(desk, "visit", Values(VALUES))
    open_now = desk.correction("visit", visit)
    result = validate(open_now, Values({"in_school": False}))
    assert [(type(issue), issue.question) for issue in result.doubtful] == [(AnswersDropped, "in_school")]
    assert isinstance(result.doubtful[0], AnswersDropped) and result.doubtful[0].questions == ("school",)
    assert open_now.record is not None
    save(open_now, result, Consent(confirmed=True, version=open_now.record.version))
    assert desk.answers("visit", visit)["school"] is None


def test_a_correction_of_an_older_version_is_a_conflict(desk: Desk) -> None:
    visit = saved(desk, "visit", Values(VALUES))
    first, second = (desk.correction("visit", visit) for _ in range(2))
    assert first.record is not None
    seen = Consent(version=first.record.version)
    assert file_sheet(first, Values({"children": 4}), seen) == Saved(visit)
    assert file_sheet(second, Values({"adults": 2}), seen) == ChangedMeanwhile(visit)
    assert without_ids(desk.answers("visit", visit)) == {**KEPT, "children": 4, "people": 5}


def test_the_same_submission_twice_is_one_sheet(desk: Desk) -> None:
    visit = saved(desk, "visit", Values(VALUES), Consent(token="dublu clic"))
    again = file_sheet(desk.new("visit"), Values(VALUES), Consent(token="dublu clic"))
    assert again == SavedBefore(visit)


def test_a_case_has_one_note(desk: Desk) -> None:
    note = saved(desk, "note", Values({"words": "Prima"}))
    assert file_sheet(desk.new("note"), Values({"words": "A doua"}), NO_DOUBT) == OneThereAlready(note)
    assert desk.organisation.column("note", "words") == ["Prima"]


def test_an_entry_of_a_ledger_is_filed_and_stays(desk: Desk) -> None:
    entry = saved(desk, "aid", Typed({"given": ["20.11.2026"]}))
    open_now = desk.correction("aid", entry)
    assert open_now.record is not None
    with pytest.raises(OutOfReach):
        file_sheet(open_now, Values({"given": "2026-11-21"}), Consent(version=open_now.record.version))
    assert desk.answers("aid", entry) == {"given": date(2026, 11, 20)}


def test_a_person_who_is_known_is_asked_about(desk: Desk) -> None:
    same = Values({"last_name": "Tirca", "first_name": "Ion", "birth_date": "1998"})
    result = refused(file_sheet(desk.new("case", case=False), same, NO_DOUBT))
    [doubt] = result.doubtful
    assert isinstance(doubt, KnownPerson)
    assert dict(doubt.records) == {desk.case: "Țîrcă Ion"}
    assert isinstance(file_sheet(desk.new("case", case=False), same, Consent(confirmed=True)), Saved)


def test_an_answer_that_others_write_is_not_taken(desk: Desk) -> None:
    hers = desk.new("visit", roles=frozenset({"assistant"}))
    result = refused(file_sheet(hers, Values({**VALUES, "verdict": "bine"}), NO_DOUBT))
    assert [issue.question for issue in result.mistakes] == ["verdict"]
    texts = file_sheet(hers, Typed({**TEXTS, "verdict": ["bine"]}), NO_DOUBT)
    assert isinstance(texts, Saved) and desk.answers("visit", texts.record_id)["verdict"] is None


def test_a_case_out_of_reach_and_a_face_that_is_none_are_refused(desk: Desk) -> None:
    with pytest.raises(OutOfReach):
        new_submission(desk.repository, "visit", CLERK, READING, 99)
    with pytest.raises(Mistake):
        new_submission(desk.repository, "visit", CLERK, READING, desk.case, face="nope")


def test_each_posted_cell_is_read_once(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    read: Counter[tuple[str, tuple[str, ...]]] = Counter()
    read_now = Question.read

    def counting(question: Question, typed: Any, reading: ReadingContext) -> Any:
        read[question.name, tuple(typed)] += 1
        return read_now(question, typed, reading)

    monkeypatch.setattr(Question, "read", counting)
    hers = desk.new("visit")
    typed = tidied(hers, {**TEXTS, "family.3.age": ["130"], "visited": ["mâine?"]})
    result = validate(hers, typed)
    settled_answers(hers, read_texts(hers.questions, typed.texts, hers.cells).answers)
    assert [issue.where for issue in result.mistakes] == [("visited",), ("family", "0", "age")]
    assert set(read.values()) == {1}
    assert {("visited", ("mâine?",)), ("age", ("130",)), ("who", ("Ana",))} <= read.keys()


def test_of_what_is_out_of_sight_is_not_told_whether_it_is_answered(desk: Desk) -> None:
    """Her change may take hidden answers away: she is asked whether they are given or not, and only if it may."""
    ours = desk.organisation.start(
        note=form(
            "note",
            "name: ill, type: yes_no",
            "name: what, type: text, show_if: ill, sensitivity: health",
            "name: since, type: text, show_if: answered(what), sensitivity: health",
            "name: words, type: text",
            head="belongs_to: case",
        )
    )
    desk.repository = ours.repository
    case = desk.case

    def doubts(change: dict[str, Any], **answers: Any) -> list[tuple[tuple[str, ...], str]]:
        record = enter_sheet(ours.repository, ours.form("note"), {"ill": True, **answers}, CLERK, case)
        found = validate(desk.correction("note", record, frozenset()), Values(change))
        return [(doubt.where, str(doubt.message)) for doubt in found.doubtful]

    unanswered = doubts({"ill": False})
    assert "(not for you to see)" in unanswered[0][1] and unanswered[0][0] == ("ill",)
    assert doubts({"ill": False}, what="TBC", since="2020") == unanswered
    assert doubts({"words": "x"}, what="TBC") == doubts({"words": "x"}) == []
