"""How a worker likes to see a list, and which lists left as a file."""

import pytest

from dosar.language.form import CASE_FORM
from dosar.records.export_log import latest_exports, note_export
from dosar.records.lists.list_columns import MAX_LIST_COLUMNS
from dosar.records.lists.list_page import list_answers, list_page, list_record_ids
from dosar.records.lists.list_query import ListQuery
from dosar.records.lists.saved_lists import MAX_SAVED_LISTS, choose_columns, forget_list, own_lists, save_list
from dosar.records.scope.row_scope import OutOfReach, acting_as
from tests.records.offices import EVERYTHING, ROMANIAN, TODAY, Office


def names(office: Office, user: str) -> list[str]:
    return [saved_list.name for saved_list in own_lists(office.repository, office.people[user], CASE_FORM).saved]


def test_a_list_saved_twice_is_the_later_one(trusted: Office) -> None:
    ana = trusted.people["ana"]
    for status in ("open", "closed"):
        save_list(
            trusted.repository,
            ana,
            CASE_FORM,
            "Ale mele",
            ListQuery(filters={"status": status}, sort="-code", words="Țîrcă"),
        )
    [saved] = own_lists(trusted.repository, ana, CASE_FORM).saved
    assert (saved.name, saved.filters, saved.sort) == ("Ale mele", {"status": "closed"}, "-code")
    assert names(trusted, "maria") == []


def test_only_so_many_lists_are_kept(trusted: Office) -> None:
    for number in range(MAX_SAVED_LISTS + 3):
        save_list(trusted.repository, trusted.people["ana"], CASE_FORM, f"Lista {number}", ListQuery())
    assert names(trusted, "ana") == [f"Lista {number}" for number in range(3, MAX_SAVED_LISTS + 3)]


def test_nobody_deletes_the_list_of_another(trusted: Office) -> None:
    ana, maria = trusted.people["ana"], trusted.people["maria"]
    save_list(trusted.repository, ana, CASE_FORM, "Ale mele", ListQuery())
    [saved] = own_lists(trusted.repository, ana, CASE_FORM).saved
    forget_list(trusted.repository, maria, CASE_FORM, saved.id)
    assert names(trusted, "ana") == ["Ale mele"]
    forget_list(trusted.repository, ana, CASE_FORM, saved.id)
    assert names(trusted, "ana") == []


def test_columns_are_those_she_knows_in_the_order_of_the_form(trusted: Office) -> None:
    ana = trusted.people["ana"]
    known = trusted.known()
    assert choose_columns(trusted.repository, ana, known[CASE_FORM], ["county", "last_name", "code", "id"]) == 2
    wish = ListQuery(columns=own_lists(trusted.repository, ana, CASE_FORM).columns, sort="code")
    assert list_page(trusted.repository, known, CASE_FORM, wish, ROMANIAN).cells == [
        ["D-2026-0001", "Hîncești"],
        ["D-2026-0002", "Cluj"],
    ]
    assert len(wish.columns) <= MAX_LIST_COLUMNS


def test_no_columns_are_the_usual_ones(trusted: Office) -> None:
    ana, form = trusted.people["ana"], trusted.form(CASE_FORM)
    choose_columns(trusted.repository, ana, form, ["county"])
    choose_columns(trusted.repository, ana, form, [])
    assert own_lists(trusted.repository, ana, CASE_FORM).columns == ()
    choose_columns(trusted.repository, ana, form, form.list)
    assert own_lists(trusted.repository, ana, CASE_FORM).columns == ()


def test_a_whole_list_is_read_as_answers(trusted: Office) -> None:
    trusted.enter("visit", trusted.ion, visit_date=TODAY, partner=trusted.enter("organisation", name="Casa Verde"))
    known, wish = trusted.known(*EVERYTHING), ListQuery()
    ids = list_record_ids(trusted.repository, known, "visit", wish, 10)
    assert list(list_answers(trusted.repository, known, "visit", wish, ROMANIAN, ids)) == [
        (False, ["D-2026-0001 Țîrcă", TODAY, "", "Casa Verde"])
    ]
    assert list_record_ids(trusted.repository, known, CASE_FORM, ListQuery(), 1) == [trusted.vasile]


def test_who_took_a_list_along_is_kept(office: Office) -> None:
    form = office.form("visit")
    with acting_as(office.scope("ana", visit={"see", "export"})):
        note_export(office.repository, form, office.people["ana"], list(range(12)), "xlsx", ["visit_date"], "Raport")
        [told] = latest_exports(office.repository, form)
    assert (told.user_id, told.count, told.kind, told.columns, told.reason) == (
        office.people["ana"],
        12,
        "xlsx",
        ["visit_date"],
        "Raport",
    )
    with acting_as(office.scope("ana", visit={"see"})), pytest.raises(OutOfReach):
        note_export(office.repository, form, office.people["ana"], list(range(12)), "xlsx", [], "Raport")
