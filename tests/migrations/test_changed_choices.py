"""A choice is deleted, gets another code or asks for words no more: the answers that hold it stay what they were."""

from typing import Any

import pytest
from sqlalchemy import insert, select

from dosar.database.system_tables import saved_list_table
from dosar.language.text.message import Mistake
from tests.organisations import Organisation, form
from tests.records.offices import ROMANIAN

RICE, SOAP = "{code: rice, label: {en: Rice, ro: Orez}}", "{code: soap, label: {en: Soap, ro: Săpun}}"
OTHER = "{code: other, label: {en: Other, ro: Altul}, other: true}"
GRAIN = "{code: grain, was: rice, label: {en: Rice, ro: Orez}}"
REMARK = "name: remark, type: text"
KINDS = {"select_one": "rice", "select_multiple": ["rice", "soap"], "ranked": ["soap", "rice"]}


def stock(*choices: str, kind: str = "select_one") -> str:
    return form(
        "stock",
        REMARK,
        f"name: item, type: {kind}, choices: [{', '.join(choices)}]",
        f"name: rows, type: table, columns: [{{name: cell, type: {kind}, choices: "
        f"[{', '.join(choices)}], label: {{en: Cell, ro: Celula}}}}]",
    )


def goods(*choices: str) -> str:
    return f"list: goods\nchoices: [{', '.join(choices)}]\n"


def typed_again(ours: Organisation, record_id: int) -> Any:
    """The answer after the sheet was opened, another question corrected, and the sheet saved as its page posts it."""
    question = ours.form("stock").questions["item"]
    kept = ours.answers("stock", record_id)["item"]
    boxes = question.typed(kept, ROMANIAN)
    offered = {choice.code for choice in question.options_with(boxes)}
    assert {box for box in boxes if box in question.codes()} <= offered  # type: ignore[operator]
    ours.correct("stock", record_id, item=question.read(boxes, ROMANIAN), remark="altfel")
    return ours.answers("stock", record_id)["item"]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("left", [(SOAP,), (SOAP, OTHER)])
def test_an_answer_outlives_its_choice(ours: Organisation, kind: str, left: tuple[str, ...]) -> None:
    answer = KINDS[kind]
    ours.start(stock=stock(RICE, *left, kind=kind))
    kept = ours.enter("stock", item=answer, rows=[{"id": None, "cell": answer}])
    ours.start(stock=stock(*left, kind=kind))
    assert ours.told("F051") == [
        f'forms/stock.yaml:{line}: F051: The choice "rice" is gone, and answers to "{name}" hold it: 1. They stay as '
        "they are. Put it back with retired: true; if it has a new code, write there was: rice."
        for line, name in ((9, "item"), (10, "cell"))
    ]
    for _ in range(2):  # the second start reads no file again
        question = ours.form("stock").questions["item"]
        assert "Orez" in question.shown(answer, ROMANIAN)
        assert [choice.code for choice in question.options()] == [line.split(",")[0][7:] for line in left]
        assert typed_again(ours, kept) == answer
        ours.start()


def test_an_answer_outlives_its_choice_in_a_shared_list(ours: Organisation) -> None:
    asks = form("stock", REMARK, "name: item, type: select_one, choices: goods")
    ours.start(stock=asks, choices__goods=goods(RICE, SOAP))
    kept = ours.enter("stock", item="rice")
    ours.start(choices__goods=goods(SOAP))
    assert [finding.split(" The")[0] for finding in ours.told("F051")] == ["forms/choices/goods.yaml:2: F051:"]
    assert typed_again(ours, kept) == "rice"
    ours.start(stock=asks.replace("choices: goods", f"choices: [{SOAP}]"), choices__goods=None)
    assert len(ours.told("F051")) == 1
    assert typed_again(ours, kept) == "rice"
    ours.start(stock=asks, choices__goods=goods(SOAP, RICE.replace("}}", "}, retired: true}")))
    assert ours.told("F051") == []


def test_words_of_a_deleted_choice_stay(ours: Organisation) -> None:
    kept = ours.start(stock=stock(SOAP, OTHER)).enter("stock", item="other: făină")
    ours.start(stock=stock(SOAP))
    assert ours.told("F051") and ours.told("F020") == []
    assert typed_again(ours, kept) == "other: făină"
    with pytest.raises(Mistake):
        ours.form("stock").questions["item"].read(["mălai"], ROMANIAN)


def test_a_choice_asks_for_words_while_answers_have_some(ours: Organisation) -> None:
    kept = ours.start(stock=stock(SOAP, OTHER)).enter("stock", item="other: făină")
    plain = stock(SOAP, OTHER.replace(", other: true", ""))
    ours.start(stock=plain)
    assert 'in words of one\'s own: 1. Give the choice "other" back its other: true' in ours.told("F020")[0]
    assert ours.answers("stock", kept)["item"] == "other: făină"
    ours.correct("stock", kept, item="soap")
    assert ours.start(stock=plain).told("F020") == []


@pytest.mark.parametrize("kind", KINDS)
def test_a_code_is_renamed_by_an_upgrade(ours: Organisation, kind: str) -> None:
    answer: Any = KINDS[kind]
    new = "grain" if answer == "rice" else ["grain" if code == "rice" else code for code in answer]
    ours.start(stock=stock(RICE, SOAP, kind=kind))
    kept = ours.enter("stock", item=answer, rows=[{"id": None, "cell": answer}])
    ours.repository.session.rollback()
    with ours.store.writing() as session:
        session.execute(
            insert(saved_list_table).values(
                user_id=1,
                form="stock",
                name="n",
                wish={
                    "filters": {"item": "rice"},
                    "sort": "item",
                },
            )
        )
    ours.start(stock=stock(GRAIN, SOAP, kind=kind))
    assert len(ours.told("F025")) == 2
    assert ours.answers("stock", kept)["item"] == answer, "a mere start rewrites nothing"
    assert len([line for line in ours.plan() if '"rice" (1)' in line]) == 2
    ours.upgrade()
    found = ours.answers("stock", kept)
    assert (found["item"], found["rows"][0]["cell"], ours.plan()) == (new, new, [])
    assert ours.codes() == ["F023", "F034"]
    told = ours.history("stock", kept)[-1].changes[0]
    assert told.question.name == "item" and "Orez" in told.question.shown(told.new, ROMANIAN)
    assert ours.repository.session.scalar(select(saved_list_table.c.wish)) == {
        "filters": {"item": "grain"},
        "sort": "item",
    }


def test_a_code_of_a_shared_list_is_renamed_everywhere_at_once(ours: Organisation) -> None:
    asks = form("stock", "name: item, type: select_one, choices: goods")
    gift = form("gift", "name: what, type: select_multiple, choices: goods")
    ours.start(stock=asks, gift=gift, choices__goods=goods(RICE, SOAP))
    kept, given = ours.enter("stock", item="rice"), ours.enter("gift", what=["rice"])
    ours.start(choices__goods=goods(GRAIN, SOAP))
    assert "rice" in ours.form("gift").questions["what"].codes()  # type: ignore[operator]
    ours.upgrade()
    assert ours.answers("stock", kept)["item"] == "grain"
    assert ours.answers("gift", given)["what"] == ["grain"]


def test_was_may_come_one_start_too_late(ours: Organisation) -> None:
    kept = ours.start(stock=stock(RICE, SOAP)).enter("stock", item="rice")
    ours.start(stock=stock(GRAIN.replace("was: rice, ", ""), SOAP))
    later = ours.enter("stock", item="grain")
    ours.upgrade(stock=stock(GRAIN, SOAP))
    assert [ours.answers("stock", number)["item"] for number in (kept, later)] == ["grain", "grain"]


def test_a_code_that_is_still_a_choice_was_none_before(ours: Organisation) -> None:
    ours.start(stock=stock(RICE, GRAIN))
    assert 'The code "rice" is still one of the choices' in ours.told("F022")[0]
