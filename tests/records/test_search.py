"""Finding records by words, whatever way they are spelled."""

import pytest

from dosar.language.form import CASE_FORM
from dosar.records.lists.list_page import list_page, list_record_ids
from dosar.records.lists.list_query import ListQuery
from dosar.records.scope.row_scope import SYSTEM_SCOPE, acting_as
from dosar.records.sheets.deletion import delete_sheet
from tests.records.offices import EVERYTHING, ROMANIAN, Office


def found(office: Office, words: str, key: str = CASE_FORM, clearances: frozenset[str] = EVERYTHING) -> list[int]:
    known = office.known(*clearances)  # type: ignore[arg-type]
    return sorted(list_page(office.repository, known, key, ListQuery(words=words), ROMANIAN).ids)


@pytest.mark.parametrize(
    "words",
    [
        "Țîrcă",
        "Ţîrcă",
        "tirca",
        "TÂRCĂ",
        "tarca",
        "tir",
        "ion tir",
        "Țîr Ion",
        "hincesti",
        "Hâncești ion",
        "D-2026-0001",
        "d-2026-0001",
        " (Țîrcă), ",
        "țîrcă,ion",
        "Țîrcă;Ion",
    ],
)
def test_a_person_is_found_however_she_is_written(trusted: Office, words: str) -> None:
    assert found(trusted, words) == [trusted.ion]


@pytest.mark.parametrize("words", ["irca", "tircaa", "Țîrcă Vasile", "ionel", "%", "_", "*", "D-2027"])
def test_what_does_not_begin_so_is_not_found(trusted: Office, words: str) -> None:
    assert found(trusted, words) == []


@pytest.mark.parametrize("words", ["", "  ", ".,;"])
def test_no_words_are_no_search(trusted: Office, words: str) -> None:
    assert found(trusted, words) == [trusted.ion, trusted.vasile]


def test_romanian_and_moldovan_spelling_are_one(trusted: Office) -> None:
    trusted.enter("organisation", name="Centrul „Sfântul Gheorghe”")
    trusted.enter("organisation", name="Centrul Sfîntul Nicolae")
    for words in ("sfantul", "sfintul", "Sfântul", "sfîntul centrul"):
        assert len(found(trusted, words, "organisation")) == 2
    assert len(found(trusted, "gheorghe sfi", "organisation")) == 1


def test_double_names_are_found_by_each_part(trusted: Office) -> None:
    case = trusted.enter(CASE_FORM, last_name="Pop-Ionescu", first_name="Ana-Maria")
    for words in ("ionescu", "pop maria", "pop-ion", "ana ionescu"):
        assert case in found(trusted, words)


@pytest.mark.parametrize("words", ["Hendrabur", "hendrabur maria", "Fandrabur", "andrabur"])
def test_a_wrong_first_letter_is_forgiven_where_nothing_is_found(trusted: Office, words: str) -> None:
    case = trusted.enter(CASE_FORM, last_name="Handrabur", first_name="Maria")
    assert found(trusted, words) == [case]
    assert list_record_ids(trusted.repository, trusted.known(*EVERYTHING), CASE_FORM, ListQuery(words=words), 9) == [
        case
    ]
    assert found(trusted, words, clearances=frozenset()) == []
    there = trusted.enter(CASE_FORM, last_name=words.split()[0], first_name="Maria")
    assert found(trusted, words) == [there], "who is called so comes alone"


@pytest.mark.parametrize("words", ["D’Angelo", "D'Angelo", "dangelo", "Angelo", "Фёдор", "федор", "fiodor"])
def test_look_alikes_are_one(trusted: Office, words: str) -> None:
    case = trusted.enter(CASE_FORM, last_name="D‘Angelo", first_name="Федор")
    also = trusted.enter(CASE_FORM, last_name="D´Angelo", first_name="Fiodor")
    wanted = {case, also} if "ngelo" in words or words == "Фёдор" else {also} if words == "fiodor" else {case}
    assert set(found(trusted, words)) == wanted


def test_nobody_is_found_by_an_answer_one_may_not_see(trusted: Office) -> None:
    assert found(trusted, "tirca", clearances=frozenset()) == []
    assert found(trusted, "D-2026-0001 tirca", clearances=frozenset({"health"})) == []
    assert found(trusted, "hincesti", clearances=frozenset()) == [trusted.ion]


def test_a_word_in_two_answers_is_found_by_the_one_that_is_seen(trusted: Office) -> None:
    case = trusted.enter(CASE_FORM, last_name="Cluj", county="Cluj")
    assert found(trusted, "cluj", clearances=frozenset()) == sorted([trusted.vasile, case])


def test_nobody_is_found_by_a_hidden_column_of_a_table(trusted: Office) -> None:
    visit = trusted.enter("visit", trusted.ion, family=[{"id": None, "name": "Gavril", "age": 7}])
    assert found(trusted, "gavril", "visit") == [visit]
    assert found(trusted, "gavril", "visit", clearances=frozenset({"story"})) == []


def test_the_index_follows_a_correction(trusted: Office) -> None:
    visit = trusted.enter("visit", trusted.ion, purpose="școala veche", story="despre școala")
    trusted.correct("visit", visit, trusted.open("visit", visit).record.version, purpose="grădinița")
    assert found(trusted, "veche", "visit") == []
    assert found(trusted, "gradinita", "visit") == [visit]
    assert found(trusted, "scoala", "visit") == [visit]
    assert found(trusted, "scoala", "visit", clearances=frozenset({"identity"})) == []


def test_deleted_records_and_foreign_cases_are_not_found(office: Office) -> None:
    with acting_as(SYSTEM_SCOPE):
        delete_sheet(office.repository, office.form(CASE_FORM), office.vasile, office.actor())
        assert found(office, "pop") == []
    with acting_as(office.scope("ana")):
        assert found(office, "tirca") == [office.ion]
    with acting_as(office.scope("maria")):
        assert found(office, "tirca") == []


def test_long_and_odd_searches_do_no_harm(trusted: Office) -> None:
    assert found(trusted, "x" * 5000) == []
    assert found(trusted, "țîrcă " * 500) == [trusted.ion]
    assert found(trusted, '\'; DROP TABLE "case" --') == []
    assert found(trusted, "\U0010ffff") == []
