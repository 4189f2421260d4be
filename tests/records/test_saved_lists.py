"""How a worker likes to see a list, and which lists left as a file."""

import pytest

from app.language.form import CASE
from app.records.exported import exports, note_export
from app.records.lists import MOST_COLUMNS, Wish, answers_listed, list_page, listed
from app.records.saved_lists import MOST, choose_columns, forget_list, own_lists, save_list
from app.records.scope import OutOfReach, acting_as
from tests.records.cabinets import EVERYTHING, ROMANIAN, TODAY, Office


def names(office: Office, user: str) -> list[str]:
    return [one.name for one in own_lists(office.cabinet, office.people[user], CASE).saved]


def test_a_list_saved_twice_is_the_later_one(trusted: Office) -> None:
    ana = trusted.people["ana"]
    for status in ("open", "closed"):
        save_list(trusted.cabinet, ana, CASE, "Ale mele", Wish(filters={"status": status}, sort="-code", words="Țîrcă"))
    [saved] = own_lists(trusted.cabinet, ana, CASE).saved
    assert (saved.name, saved.filters, saved.sort) == ("Ale mele", {"status": "closed"}, "-code")
    assert names(trusted, "maria") == []


def test_only_so_many_lists_are_kept(trusted: Office) -> None:
    for number in range(MOST + 3):
        save_list(trusted.cabinet, trusted.people["ana"], CASE, f"Lista {number}", Wish())
    assert names(trusted, "ana") == [f"Lista {number}" for number in range(3, MOST + 3)]


def test_nobody_deletes_the_list_of_another(trusted: Office) -> None:
    ana, maria = trusted.people["ana"], trusted.people["maria"]
    save_list(trusted.cabinet, ana, CASE, "Ale mele", Wish())
    [saved] = own_lists(trusted.cabinet, ana, CASE).saved
    forget_list(trusted.cabinet, maria, CASE, saved.id)
    assert names(trusted, "ana") == ["Ale mele"]
    forget_list(trusted.cabinet, ana, CASE, saved.id)
    assert names(trusted, "ana") == []


def test_columns_are_those_she_knows_in_the_order_of_the_form(trusted: Office) -> None:
    ana = trusted.people["ana"]
    known = trusted.known()
    assert choose_columns(trusted.cabinet, ana, known[CASE], ["county", "last_name", "code", "id"]) == 2
    wish = Wish(columns=own_lists(trusted.cabinet, ana, CASE).columns, sort="code")
    assert list_page(trusted.cabinet, known, CASE, wish, ROMANIAN).cells == [
        ["D-2026-0001", "Hîncești"], ["D-2026-0002", "Cluj"],
    ]
    assert len(wish.columns) <= MOST_COLUMNS


def test_no_columns_are_the_usual_ones(trusted: Office) -> None:
    ana, form = trusted.people["ana"], trusted.form(CASE)
    choose_columns(trusted.cabinet, ana, form, ["county"])
    choose_columns(trusted.cabinet, ana, form, [])
    assert own_lists(trusted.cabinet, ana, CASE).columns == ()
    choose_columns(trusted.cabinet, ana, form, form.list)
    assert own_lists(trusted.cabinet, ana, CASE).columns == ()


def test_a_whole_list_is_read_as_answers(trusted: Office) -> None:
    trusted.enter("visit", trusted.ion, visit_date=TODAY, partner=trusted.enter("organisation", name="Casa Verde"))
    known, wish = trusted.known(*EVERYTHING), Wish()
    ids = listed(trusted.cabinet, known, "visit", wish, 10)
    assert list(answers_listed(trusted.cabinet, known, "visit", wish, ROMANIAN, ids)) == [
        (False, ["D-2026-0001 Țîrcă", TODAY, "", "Casa Verde"])
    ]
    assert listed(trusted.cabinet, known, CASE, Wish(), 1) == [trusted.vasile]


def test_who_took_a_list_along_is_kept(office: Office) -> None:
    form = office.form("visit")
    with acting_as(office.scope("ana", visit={"see", "export"})):
        note_export(office.cabinet, form, office.people["ana"], 12, "xlsx", ["visit_date"], "Raport")
        [told] = exports(office.cabinet, form)
    assert (told.user_id, told.count, told.kind, told.columns, told.reason) == (
        office.people["ana"], 12, "xlsx", ["visit_date"], "Raport"
    )
    with acting_as(office.scope("ana", visit={"see"})), pytest.raises(OutOfReach):
        note_export(office.cabinet, form, office.people["ana"], 12, "xlsx", [], "Raport")
