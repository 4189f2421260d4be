"""Choosing: yes or no, one of a list, several, several in order."""

from datetime import date

import pytest
from pydantic import TypeAdapter, ValidationError
from sqlalchemy import Column, Integer, MetaData, Table, select

from dosar.database.sealing.answer_columns import answer_columns
from dosar.database.sealing.sealed_columns import let_seal
from dosar.fields import AnyQuestion
from dosar.fields.formats.own_words import code_in_answer, own_words_in
from dosar.language.choices import Choice
from dosar.language.question import Question, ReadingContext, Unknown
from dosar.language.text.message import Mistake
from tests.databases import KEY

RO = ReadingContext("ro", date(2026, 7, 1))
EN = ReadingContext("en", date(2026, 7, 1))
AID = [
    {"code": "food", "label": {"en": "Food package", "ro": "Pachet alimentar"}},
    {"code": "rent", "label": {"en": "Rent", "ro": "Chirie"}},
    {"code": "vouchers", "label": {"en": "Vouchers", "ro": "Tichete"}, "retired": True},
    {"code": "other", "label": {"en": "Other", "ro": "Altele"}, "other": True},
]


def asked(kind: str, **options) -> Question:
    return TypeAdapter(AnyQuestion).validate_python(
        {"type": kind, "name": "aid", "label": {"en": "Aid", "ro": "Ajutor"}, **options}
    )


def kept(store, question: Question, *answers):
    """The answers as they come back from a real database, and the table they lie in."""
    table = Table("sheet", MetaData(), Column("id", Integer, primary_key=True), *answer_columns(question, "sheet"))
    let_seal(store.engine.dialect, KEY)
    table.create(store.engine)
    with store.engine.begin() as connection:
        for answer in answers:
            connection.execute(table.insert(), question.stored(answer))
        rows = connection.execute(select(table).order_by(table.c.id)).mappings().all()
        found = {
            code: [
                row.id
                for row in connection.execute(
                    select(table.c.id).where(question.matches_choice(table.c, code)).order_by(table.c.id)
                )
            ]
            for code in (choice.code for choice in question.options())
        }
    return [question.restore_answer(row) for row in rows], found


# yes or no


def test_yes_is_yes_in_the_readers_language():
    question = asked("yes_no")

    assert question.read(["yes"], RO) is True
    assert question.read(["no"], RO) is False
    assert question.read([""], RO) is None
    assert [question.shown(True, RO), question.shown(False, EN)] == ["Da", "No"]
    assert question.typed(False, RO) == ["no"]


def test_anything_but_yes_or_no_is_refused():
    with pytest.raises(Mistake, match="Choose Yes or No"):
        asked("yes_no").read(["poate"], RO)


def test_no_is_an_answer_and_not_the_lack_of_one(store):
    question = asked("yes_no", unknown=True)
    answers = [True, False, None, Unknown.REFUSED]

    assert kept(store, question, *answers) == (answers, {"yes": [1], "no": [2]})
    assert [question.plain(answer) for answer in answers] == [True, False, None, None]
    assert [question.from_json(question.to_json(answer)) for answer in answers] == answers


# one of a list


def test_a_choice_is_kept_by_its_code_and_shown_by_its_label():
    question = asked("select_one", choices=AID)

    assert question.read(["food"], RO) == "food"
    assert question.shown("food", RO) == "Pachet alimentar"
    assert question.shown("food", EN) == "Food package"


@pytest.mark.parametrize("typed", [["food", "rent"], ["food", "rent", "other"]])
def test_two_answers_where_one_is_asked_are_refused(typed):
    with pytest.raises(Mistake, match="Choose one of the answers in the list"):
        asked("select_one", choices=AID).read(typed, RO)


def test_an_answer_that_is_not_in_the_list_is_refused():
    with pytest.raises(Mistake, match="Choose one of the answers in the list"):
        asked("select_one", choices=AID[:2]).read(["castle"], RO)


def test_a_short_list_shows_radios_and_a_long_one_a_select():
    long = [{"code": f"c{number}", "label": {"en": "x", "ro": "x"}} for number in range(8)]

    assert asked("select_one", choices=AID).look == "radios"
    assert asked("select_one", choices=long).look == "select"
    assert asked("select_one", choices=[*long[:7], {**long[7], "retired": True}]).look == "radios"


def test_a_list_is_narrowed_to_a_retired_choice_too() -> None:
    goods = asked(
        "select_one",
        choices=[
            {"code": "soap", "label": {"en": "Soap", "ro": "Săpun"}},
            {"code": "vouchers", "label": {"en": "Vouchers", "ro": "Tichete"}, "retired": True},
        ],
    )
    assert [choice.code for choice in goods.options()] == ["soap"]
    assert [choice.code for choice in goods.choices_to_filter_by()] == ["soap", "vouchers"]


def test_a_retired_choice_is_not_offered_but_an_old_answer_keeps_it():
    question = asked("select_one", choices=AID)

    assert [choice.code for choice in question.options()] == ["food", "rent", "other"]
    assert question.shown("vouchers", RO) == "Tichete"
    assert question.read(question.typed("vouchers", RO), RO) == "vouchers"
    assert "vouchers" in [choice.code for choice in question.options_with(["vouchers"])]


def test_an_answer_the_list_has_lost_is_shown_as_an_old_value():
    question = asked("select_one", choices=AID)

    assert question.shown("coal", RO) == "coal (valoare veche)"
    assert question.shown("coal", EN) == "coal (old value)"


def test_correcting_a_sheet_keeps_an_answer_the_list_has_lost():
    offered = asked("select_one", choices=AID[:2], unknown=True).options_with(["coal", "~refused"])

    assert [choice.code for choice in offered] == ["food", "rent", "coal"]


def test_words_of_ones_own_are_no_choice_of_the_list():
    offered = asked("select_one", choices=AID).options_with(["other", "haine"])

    assert [choice.code for choice in offered] == ["food", "rent", "other"]


def test_other_asks_for_words_and_rules_see_the_code_alone(store):
    question = asked("select_one", choices=AID)
    answer = question.read(["other", " haine \n de iarnă"], RO)

    assert (code_in_answer(answer), own_words_in(answer)) == ("other", "haine de iarnă")
    assert question.plain(answer) == "other"
    assert question.shown(answer, RO) == "Altele: haine de iarnă"
    assert question.read(question.typed(answer, RO), RO) == answer
    assert question.from_json(question.to_json(answer)) == answer
    assert kept(store, question, answer, "other", "food", None) == (
        [answer, "other", "food", None],
        {"food": [3], "rent": [], "other": [1, 2]},
    )


def test_words_written_without_ticking_other_are_other():
    assert asked("select_one", choices=AID).read(["", "cărbuni: doi saci"], RO) == "other: cărbuni: doi saci"


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        (["other", "chirie"], "rent"),
        (["", " CHIRIE. "], "rent"),
        (["other", "Rent"], "rent"),
        (["other", "rent"], "rent"),
        (["other", "chi\u00adrie"], "rent"),
        (["food", "chirie"], "food"),
        (["other", "chirie veche"], "other: chirie veche"),
        (["other", "altele"], "other: altele"),
    ],
)
def test_words_that_stand_in_the_list_are_its_choice(typed, read):
    question = asked("select_one", choices=AID)
    answer = question.read(typed, RO)
    assert answer == read
    told = question.understood(typed, answer, RO)
    assert (told is not None) == (read == "rent")
    assert told is None or str(told).endswith("is in the list, so this answer was chosen: Chirie.")


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        (["other", "chirie"], ["rent"]),
        (["food", "other", "Chirie"], ["food", "rent"]),
        (["other", "rent"], ["rent"]),
        (["", "pachet alimentar; chirie"], ["food", "rent"]),
        (["rent", "other", "lemne"], ["rent", "other: lemne"]),
        (["food", "other", "chirie și lemne"], ["food", "other: chirie și lemne"]),
        (["other", "chirie, lemne"], ["other: chirie, lemne"]),
    ],
)
def test_words_that_stand_in_the_list_are_ticked_there(typed, read):
    question = asked("select_multiple", choices=AID)
    answer = question.read(typed, RO)
    assert answer == read
    assert (question.understood(typed, answer, RO) is None) == any(own_words_in(answer) for answer in read)


def test_words_of_one_s_own_stand_apart_among_codes():
    question = asked("select_multiple", choices=AID)
    assert question.coded_text(["food", 'other: rent "and" more']) == 'food other:"rent \\"and\\" more"'
    assert question.coded_text(["food", "rent"]) == "food rent"
    assert asked("ranked", choices=None).coded_text(["o casă", "școala"]) == '"o casă" "școala"'


def test_words_left_beside_another_choice_are_not_kept():
    assert asked("select_one", choices=AID).read(["food", "haine"], RO) == "food"


def test_words_beside_a_choice_have_an_end():
    with pytest.raises(Mistake, match="too long"):
        asked("select_one", choices=AID).read(["other", "a" * 501], RO)


def test_a_shared_list_comes_from_the_folder():
    question = asked("select_one", choices="aid")

    assert question.choice_lists() == ("aid",)
    assert question.options() == []
    in_hand = question.with_choices({"aid": [Choice.model_validate(choice) for choice in AID]})
    assert in_hand.shown("rent", RO) == "Chirie"
    assert question.options() == []


def test_a_list_of_choices_is_needed():
    with pytest.raises(ValidationError):
        asked("select_one")


def test_the_search_finds_a_choice_in_both_languages():
    assert asked("select_one", choices=AID).words("other: cărbuni") == "Other Altele cărbuni"


# several


def test_several_choices_keep_the_order_of_the_list(store):
    question = asked("select_multiple", choices=AID)
    answer = question.read(["rent", "food", "rent"], RO)

    assert answer == ["food", "rent"]
    assert question.shown(answer, RO) == "Pachet alimentar; Chirie"
    assert kept(store, question, answer, None, ["rent"]) == (
        [answer, None, ["rent"]],
        {"food": [1], "rent": [1, 3], "other": []},
    )


def test_several_choices_with_words_of_ones_own(store):
    question = asked("select_multiple", choices=AID)
    answer = question.read(["food", "other", "un dulap | un pat"], RO)

    assert answer == ["food", "other: un dulap | un pat"]
    assert question.plain(answer) == ["food", "other"]
    assert question.read(question.typed(answer, RO), RO) == answer
    assert kept(store, question, answer)[0] == [answer]
    assert question.read(["food", "un dulap"], RO) == ["food", "other: un dulap"]


def test_several_answers_that_are_not_in_the_list_are_refused():
    with pytest.raises(Mistake, match="Choose one of the answers in the list"):
        asked("select_multiple", choices=AID[:2]).read(["food", "castle"], RO)


def test_a_code_that_begins_like_another_is_not_found_for_it(store):
    choices = [{"code": code, "label": {"en": code, "ro": code}} for code in ("a_b", "axb", "a_b_c")]
    question = asked("select_multiple", choices=choices)

    assert kept(store, question, ["a_b"], ["axb"], ["a_b_c"])[1] == {"a_b": [1], "axb": [2], "a_b_c": [3]}


# several in order


def test_wishes_are_kept_in_the_order_they_are_written(store):
    question = asked("ranked", choices=AID)
    answer = question.read(["rent", "", "food"], RO)

    assert answer == ["rent", "food"]
    assert question.shown(answer, RO) == "1. Chirie; 2. Pachet alimentar"
    assert question.typed(answer, RO) == ["rent", "food"]
    assert kept(store, question, answer, None) == ([answer, None], {"food": [1], "rent": [1], "other": []})


def test_free_texts_may_be_ranked_too(store):
    question = asked("ranked", rows=5)
    answer = question.read(["o  școală", '"acasă" | la mama', ""], RO)

    assert answer == ["o școală", '"acasă" | la mama']
    assert question.shown(answer, RO) == '1. o școală; 2. "acasă" | la mama'
    assert kept(store, question, answer)[0] == [answer]
    assert question.box().lines == 5
    assert question.options_with(answer) == []


def test_the_same_wish_twice_is_refused():
    with pytest.raises(Mistake, match="write each one once"):
        asked("ranked", choices=AID).read(["rent", "rent"], RO)


def test_a_wish_that_is_not_in_the_list_is_refused():
    with pytest.raises(Mistake, match="Choose one of the answers in the list"):
        asked("ranked", choices=AID).read(["castle"], RO)


def test_in_a_row_a_long_list_takes_less_room() -> None:
    few = asked("select_one", choices=[{"code": code, "label": {"en": code, "ro": code}} for code in "abc"])
    more = asked("select_one", choices=[{"code": code, "label": {"en": code, "ro": code}} for code in "abcd"])
    assert [question.look for question in (few, more)] == ["radios", "radios"]
    assert [question.cell_look for question in (few, more)] == ["radios", "select"]
