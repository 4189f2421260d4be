"""A page of a list: in order, narrowed, page by page, with its totals."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import literal_column, select, union_all

from dosar.database.text.collation import place_in_list
from dosar.fields.money import Money
from dosar.fields.places import Country
from dosar.language.form import CASE_FORM
from dosar.records.lists.filters import NO_ANSWER, linked_records
from dosar.records.lists.list_page import ListPage, list_page
from dosar.records.lists.list_query import ListQuery, latest_sheet
from dosar.records.lists.totals import TotalLine, list_totals
from dosar.records.scope.row_scope import SYSTEM_SCOPE, acting_as
from dosar.records.sheets.deletion import delete_sheet
from dosar.records.sheets.ledger import reverse_entry
from tests.records.offices import EVERYTHING, ROMANIAN, TODAY, Office, counted


def page(office: Office, key: str, clearances: frozenset[Any] = EVERYTHING, **wish: Any) -> ListPage:
    size = wish.pop("size", 25)
    return list_page(office.repository, office.known(*clearances), key, ListQuery(**wish), ROMANIAN, size=size)


def column(found: ListPage, place: int = 0) -> list[str]:
    return [cells[place] for cells in found.cells]


NAMES = ["Țîrcă", "Şerban", "Tudor", "Stan", "Împărat", "Ivan", "Ărdeal", "Arsene", "Zota", "Ștefan"]
IN_ORDER = ["Arsene", "Ărdeal", "Ivan", "Împărat", "Stan", "Şerban", "Ștefan", "Tudor", "Țîrcă", "Zota"]


def test_names_stand_in_the_order_of_the_romanian_alphabet(trusted: Office) -> None:
    for name in NAMES:
        trusted.enter("organisation", name=name)
    assert column(page(trusted, "organisation")) == IN_ORDER
    assert column(page(trusted, "organisation", sort="-name")) == IN_ORDER[::-1]


def test_the_unanswered_stand_first_going_up(trusted: Office) -> None:
    for day in (TODAY, None, TODAY - timedelta(days=1)):
        trusted.enter("visit", trusted.ion, visit_date=day)
    going_up = ["", "21.11.2026", "22.11.2026"]
    assert column(page(trusted, "visit", sort="visit_date", case_id=trusted.ion)) == going_up
    assert column(page(trusted, "visit", sort="-visit_date", case_id=trusted.ion)) == going_up[::-1]


def test_a_list_is_sorted_by_nothing_it_does_not_show(trusted: Office) -> None:
    as_it_is = page(trusted, CASE_FORM).ids
    for sort in ("first_name", "county", "id", "created_by", "__class__", "-__class__", "x" * 500, "-"):
        assert page(trusted, CASE_FORM, sort=sort).ids == as_it_is
    hidden = page(trusted, CASE_FORM, frozenset(), sort="last_name").ids
    assert hidden == page(trusted, CASE_FORM, frozenset()).ids == sorted(hidden, reverse=True)


def test_choices_stand_in_the_order_of_their_own_list(trusted: Office) -> None:
    """ "Open" comes before "closed", whatever their codes and labels begin with."""
    nobody = trusted.enter(CASE_FORM, last_name="Nou")
    in_order = [nobody, trusted.ion, trusted.vasile]
    assert page(trusted, CASE_FORM, sort="status").ids == in_order
    assert page(trusted, CASE_FORM, sort="-status").ids == in_order[::-1]


def test_countries_stand_in_the_order_of_the_readers_language(trusted: Office) -> None:
    country = Country.model_validate({"name": "from", "type": "country", "label": {"en": "From", "ro": "Din"}})
    codes = ["AT", "NL", "TR", "TH", "TZ", "AX", "CI", "ZA"]
    for language, wanted in (
        ("ro", ["ZA", "AT", "CI", "AX", "TZ", "TH", "TR", "NL"]),
        ("en", ["AX", "AT", "CI", "NL", "ZA", "TZ", "TH", "TR"]),
    ):
        given = union_all(*[select(literal_column(f"'{code}'").label("code")) for code in codes]).subquery()
        order = place_in_list(given.c.code, country.ordered_codes(language))
        assert list(trusted.repository.session.scalars(select(given.c.code).order_by(order))) == wanted


def test_a_filter_narrows_and_a_hidden_one_does_not(trusted: Office) -> None:
    assert page(trusted, CASE_FORM, filters={"status": "closed"}).ids == [trusted.vasile]
    assert page(trusted, CASE_FORM, filters={"status": "nothing"}).ids == []
    every = page(trusted, CASE_FORM).ids
    assert page(trusted, CASE_FORM, filters={"last_name": "Pop", "id": "1", "metadata": "x"}).ids == every


def test_a_filter_by_link_takes_an_id_and_shrugs_at_words(trusted: Office) -> None:
    partner = trusted.enter("organisation", name="Casa Verde")
    visit = trusted.enter("visit", trusted.ion, partner=partner)
    assert page(trusted, "visit", filters={"partner": str(partner)}).ids == [visit]
    assert page(trusted, "visit", filters={"partner": "niciuna"}).ids == []
    assert page(trusted, "visit", filters={"partner": "9" * 30}).ids == []


def test_what_was_not_answered_is_found_by_every_kind_of_filter(trusted: Office) -> None:
    partner = trusted.enter("organisation", name="Casa Verde")
    trusted.enter("visit", trusted.ion, partner=partner, visit_date=TODAY)
    unanswered = trusted.enter("visit", trusted.ion)
    nobody = trusted.enter(CASE_FORM, last_name="Nou")
    assert page(trusted, CASE_FORM, filters={"status": NO_ANSWER}).ids == [nobody]
    for name in ("partner", "visit_date"):
        assert page(trusted, "visit", filters={name: NO_ANSWER}).ids == [unanswered]


def test_a_filter_by_days_takes_an_open_end_and_this_month(trusted: Office) -> None:
    days = [date(2026, 10, 31), date(2026, 11, 1), date(2026, 11, 30), date(2026, 12, 1)]
    visits = dict(zip(days, [trusted.enter("visit", trusted.ion, visit_date=day) for day in days], strict=True))
    trusted.enter("visit", trusted.ion)
    for wanted, found in (
        ("~month", days[1:3]),
        ("2026-11-30..", days[2:]),
        ("..2026-10-31", days[:1]),
        ("2026-11-01..2026-11-30", days[1:3]),
        ("2026-13-01..", []),
        ("yesterday", []),
    ):
        told = page(trusted, "visit", filters={"visit_date": wanted}, sort="visit_date", today=TODAY).ids
        assert told == [visits[day] for day in found], wanted


def test_a_list_is_narrowed_by_what_it_points_to_as_far_as_that_may_be_known(office: Office) -> None:
    with acting_as(SYSTEM_SCOPE):
        theirs, foreign, _ = (office.enter("organisation", name=name) for name in ("Șura", "Sat", "Nefolosită"))
        office.enter("visit", office.ion, partner=theirs)
        office.enter("visit", office.vasile, partner=foreign)
        every = linked_records(office.repository, office.repository.forms, office.form("visit"), ROMANIAN, None)
        of_case = linked_records(office.repository, office.repository.forms, office.form("visit"), ROMANIAN, office.ion)
    assert every["partner"] == [(foreign, "Sat"), (theirs, "Șura")]
    assert of_case["partner"] == [(theirs, "Șura")]
    with acting_as(office.scope("ana")):
        hers = linked_records(office.repository, office.repository.forms, office.form("visit"), ROMANIAN, None)
    assert hers["partner"] == [(theirs, "Șura")]


@pytest.fixture
def many(trusted: Office) -> Iterator[Office]:
    for number in range(7):
        trusted.enter("organisation", name=f"Organizația {number}")
    yield trusted


def test_page_by_page_each_record_stands_once(many: Office) -> None:
    pages = [page(many, "organisation", page=number, size=3) for number in (1, 2, 3, 4)]
    assert [column(page) for page in pages] == [
        [f"Organizația {number}" for number in numbers] for numbers in (range(3), range(3, 6), range(6, 7), ())
    ]
    assert [(page.first, page.more) for page in pages] == [(1, True), (4, True), (7, False), (10, False)]
    assert {page.count for page in pages} == {7}


@pytest.mark.parametrize("number", [0, -5, 10**6, 10**30])
def test_a_page_that_is_not_there_is_empty_or_the_first(many: Office, number: int) -> None:
    found = page(many, "organisation", page=number, size=3)
    assert len(found.ids) == (3 if number < 1 else 0)
    assert found.count == 7


def test_a_page_costs_the_same_however_full_it_is(many: Office) -> None:
    with counted(many) as few:
        page(many, "organisation")
    for number in range(30):
        many.enter("organisation", name=f"Alta {number}")
    with counted(many) as more:
        page(many, "organisation")
    assert len(few) + 1 >= len(more)
    assert len(more) <= 3


def test_deleted_records_stand_in_their_own_list(trusted: Office) -> None:
    first, second = (trusted.enter("organisation", name=name) for name in ("Una", "Alta"))
    delete_sheet(trusted.repository, trusted.form("organisation"), first, trusted.actor())
    assert page(trusted, "organisation").ids == [second]
    assert page(trusted, "organisation", deleted=True).ids == [first]


def test_a_sheet_names_its_case_as_far_as_it_may_be_known(trusted: Office) -> None:
    trusted.enter("visit", trusted.ion)
    assert column(page(trusted, "visit")) == ["D-2026-0001 Țîrcă"]
    assert column(page(trusted, "visit", frozenset())) == ["D-2026-0001"]


def test_what_is_linked_out_of_reach_is_blank(office: Office) -> None:
    with acting_as(SYSTEM_SCOPE):
        partner = office.enter("organisation", name="Casa Verde")
        foreign = office.enter("visit", office.vasile, partner=partner, visit_date=TODAY)
        office.enter("visit", office.ion, partner=partner, before=foreign, visit_date=TODAY)
    seen = [
        (office.scope("ana"), [["D-2026-0001 Țîrcă", "22.11.2026", "", "Casa Verde"]]),
        (office.scope("ana", visit={"see"}, case={"see"}), [["D-2026-0001 Țîrcă", "22.11.2026", "", ""]]),
        (office.scope("ana", visit={"see"}), [["", "22.11.2026", "", ""]]),
    ]
    for scope, cells in seen:
        with acting_as(scope):
            assert page(office, "visit").cells == cells


def test_each_line_names_what_it_is_linked_to(trusted: Office) -> None:
    one, other = (trusted.enter("organisation", name=name) for name in ("Una", "Alta"))
    for partner in (one, other, None):
        trusted.enter("visit", trusted.ion, partner=partner, visit_date=TODAY)
    assert sorted(column(page(trusted, "visit", case_id=trusted.ion), 2)) == ["", "Alta", "Una"]


def amounts(office: Office, **wish: Any) -> set[tuple[str, str]]:
    found = list_totals(office.repository, office.repository.forms, {"aid": ListQuery(**wish)}, ROMANIAN)
    return {(line.by[0] or "", line.amount) for _, _, lines in found for line in lines if line.kind == "group"}


@pytest.fixture
def helped(office: Office) -> Iterator[Office]:
    with acting_as(SYSTEM_SCOPE):
        for case, kind, amount, currency in [
            (office.ion, "food", "10.10", "RON"),
            (office.ion, "food", "20.20", "RON"),
            (office.ion, "food", "5", "MDL"),
            (office.ion, "rent", "-7", "RON"),
            (office.ion, None, "1", "EUR"),
            (office.vasile, "food", "1000", "RON"),
        ]:
            office.enter("aid", case, kind=kind, value=Money(Decimal(amount), currency), given_on=TODAY)
        office.enter("aid", office.ion, kind="food")
    office.repository.session.remove()
    yield office


def test_totals_never_add_one_currency_to_another(helped: Office) -> None:
    with acting_as(SYSTEM_SCOPE):
        assert amounts(helped, case_id=helped.ion) == {
            ("Alimente", "30,30 RON"),
            ("Alimente", "5,00 MDL"),
            ("Chirie", "-7,00 RON"),
            ("", "1,00 EUR"),
        }
        assert ("Alimente", "1.030,30 RON") in amounts(helped)


@pytest.mark.parametrize(
    ("sort", "amounts"),
    [
        ("value", ["", "1,00 EUR", "5,00 MDL", "-7,00 RON", "10,10 RON", "20,20 RON", "1.000,00 RON"]),
        ("-value", ["1.000,00 RON", "20,20 RON", "10,10 RON", "-7,00 RON", "5,00 MDL", "1,00 EUR", ""]),
    ],
)
def test_a_list_sorted_by_money_keeps_currencies_apart(helped: Office, sort: str, amounts: list[str]) -> None:
    with acting_as(SYSTEM_SCOPE):
        page = list_page(
            helped.repository, helped.repository.forms, "aid", ListQuery(sort=sort), ROMANIAN, with_case=False
        )
    assert [cells[2] for cells in page.cells] == amounts


def test_totals_stand_in_the_order_of_the_list(helped: Office) -> None:
    """As on the paper, whatever order the database gives; what nobody named comes last, and then the whole."""
    with acting_as(SYSTEM_SCOPE):
        [(_, _, lines)] = list_totals(
            helped.repository, helped.repository.forms, {"aid": ListQuery(case_id=helped.ion)}, ROMANIAN
        )
    assert lines == [
        TotalLine(["Alimente"], "5,00 MDL"),
        TotalLine(["Alimente"], "30,30 RON"),
        TotalLine(["Chirie"], "-7,00 RON"),
        TotalLine([None], "1,00 EUR"),
        TotalLine([], "1,00 EUR", "total"),
        TotalLine([], "5,00 MDL", "total"),
        TotalLine([], "23,30 RON", "total"),
    ]


def test_totals_add_what_is_in_reach_and_not_reversed(helped: Office) -> None:
    with acting_as(SYSTEM_SCOPE):
        ids = page(helped, "aid", case_id=helped.ion, filters={"kind": "rent"}).ids
        reverse_entry(helped.repository, helped.form("aid"), ids[0], "rând greșit", helped.actor())
    with acting_as(helped.scope("maria")):
        assert amounts(helped) == {("Alimente", "1.000,00 RON")}
    with acting_as(helped.scope("ana")):
        assert amounts(helped) == {
            ("Alimente", "30,30 RON"),
            ("Alimente", "5,00 MDL"),
            ("Chirie", "0,00 RON"),
            ("", "1,00 EUR"),
        }
    with acting_as(helped.scope("paul")):
        assert amounts(helped) == set()


def test_totals_of_a_filtered_list_are_the_filtered_ones(helped: Office) -> None:
    with acting_as(SYSTEM_SCOPE):
        assert amounts(helped, filters={"kind": "rent"}) == {("Chirie", "-7,00 RON")}


def test_the_last_sheet_is_what_a_new_one_carries_on_from(trusted: Office) -> None:
    trusted.enter("visit", trusted.vasile, visit_date=TODAY)
    for days in (2, 1, 3):
        trusted.enter("visit", trusted.ion, visit_date=TODAY - timedelta(days=days))
    found: Any = latest_sheet(trusted.repository, trusted.form("visit"), trusted.ion)
    assert found.visit_date == TODAY - timedelta(days=1)
    assert latest_sheet(trusted.repository, trusted.form("aid"), trusted.ion) is None
