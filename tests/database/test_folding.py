"""Words are found however they were typed, and sorted as the Romanian alphabet sorts them."""

import unicodedata
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Column, Index, Integer, MetaData, String, Table, insert, select, text
from sqlalchemy.orm import Session

from dosar.database.store import Store
from dosar.database.text.collation import alphabetical, code_point_string
from dosar.database.text.folding import fold_text, word_variants
from dosar.language.text.collation import sort_key
from tests.databases import new_place, place_in_locale

ALPHABET = list("aăâbcdefghiîjklmnopqrsștțuvwxyz")
NAMES = ["Sandu", "Sărbu", "Szabo", "Șandru", "Tudor", "Tîrnă", "Țurcan", "Zaharia", "Ana", "Ănuța", "Banu"]


@pytest.mark.parametrize(
    ("typed", "folded"),
    [
        ("Țîrcă", "tirca"),
        ("ŢÎRCĂ", "tirca"),
        ("ştefan", "stefan"),
        ("Ștefan", "stefan"),
        ("ȘTEFAN", "stefan"),
        (unicodedata.normalize("NFD", "Ștefăniță"), "stefanita"),
        ("Łukasz Đorđević", "lukasz dordevic"),
        ("Straße", "strasse"),
        ("Ирина Рыбалко", "irina ribalco"),
        ("O'Neill-Popa 12", "o'neill-popa 12"),
        ("", ""),
    ],
)
def test_capitals_marks_and_cedillas_do_not_matter(typed: str, folded: str) -> None:
    assert fold_text(typed) == folded


def test_folding_twice_changes_nothing() -> None:
    assert fold_text(fold_text("Ștefăniță Þórðarson İstanbul")) == fold_text("Ștefăniță Þórðarson İstanbul")


@pytest.mark.parametrize(
    ("written", "sought"),
    [
        ("Hîncești", ["Hîncești", "Hâncești", "hincesti", "hancesti", "HÂNCEŞTI"]),
        ("Hâncești", ["Hîncești", "Hâncești", "hincesti", "hancesti"]),
        ("hotărâre", ["hotărîre", "hotarire", "hotarare"]),
        ("hotărîre", ["hotărâre", "hotarire", "hotarare"]),
        ("română", ["romana", "romină", "română"]),
        ("reîntîlnire", ["reîntâlnire", "reintalnire", "reintilnire"]),
        ("Ștefan", ["stefan", "ştefan"]),
    ],
)
def test_both_spellings_find_one_another(written: str, sought: list[str]) -> None:
    missed = [word for word in sought if fold_text(word) not in word_variants(written)]
    assert missed == []


@pytest.mark.parametrize("word", ["în", "între", "coborî", "ana", "", "î"])
def test_an_i_at_the_ends_of_a_word_is_no_a(word: str) -> None:
    assert word_variants(word) == (fold_text(word),)


def test_a_word_has_few_variants() -> None:
    assert len(word_variants("cîînîîşîîîîî")) == 1
    assert word_variants("câștigând") == ("castigand", "castigind", "cistigand", "cistigind")


def test_each_letter_has_its_place_in_the_alphabet() -> None:
    letters = [*ALPHABET, *(letter.upper() for letter in ALPHABET)]
    assert sorted(ALPHABET[::-1], key=sort_key) == ALPHABET
    assert [sort_key(letter) for letter in letters[31:]] == [sort_key(letter) for letter in ALPHABET]


def test_every_word_of_a_letter_stands_before_the_next_letter() -> None:
    assert sorted(NAMES, key=sort_key) == [
        "Ana",
        "Ănuța",
        "Banu",
        "Sandu",
        "Sărbu",
        "Szabo",
        "Șandru",
        "Tîrnă",
        "Tudor",
        "Țurcan",
        "Zaharia",
    ]


PEOPLE = Table("people", MetaData(), Column("id", Integer, primary_key=True), Column("name", String))
BY_NAME = Index("people_by_name", alphabetical(PEOPLE.c.name))
PEOPLE_BY_NAME = select(PEOPLE.c.name).order_by(alphabetical(PEOPLE.c.name), PEOPLE.c.id)
EVERYBODY = [
    *ALPHABET,
    *NAMES,
    *(name.upper() for name in NAMES),
    "Şerban",
    "ŢĂRUȘ",
    "Élodie",
    "ÉMILE",
    "Łukasz",
    "Øyvind",
]
EVERYBODY += [
    unicodedata.normalize("NFD", "Șerban"),
    "Şerbescu",
    "D'Avila",
    "Ion Ș.",
    "Юлия",
    "ЙОСИФ",
    "Ірина",
    "Ξένια",
]


def test_the_database_sorts_as_the_alphabet_does(store: Store) -> None:
    assert sorted_by_database(store) == sorted(EVERYBODY, key=sort_key)


@pytest.mark.parametrize("locale", ["C", "C.UTF-8"])
def test_the_locale_of_the_database_does_not_matter(locale: str) -> None:
    with closing(place_in_locale(locale).open()) as store:
        assert sorted_by_database(store) == sorted(EVERYBODY, key=sort_key)


def test_a_better_alphabet_puts_what_is_there_in_order() -> None:
    place = new_place("postgresql", Path())
    with closing(place.open()) as store, store.writing() as session:
        as_once = "CREATE OR REPLACE FUNCTION sort_key(text) RETURNS text LANGUAGE sql IMMUTABLE STRICT"
        session.connection().exec_driver_sql(f'{as_once} AS $rule$ SELECT $1 COLLATE "C" $rule$')
        fill(session)
    with closing(place.open()) as store:
        store.session.execute(text("SET LOCAL enable_seqscan = off"))
        found = select(PEOPLE.c.name).where(alphabetical(PEOPLE.c.name) == "elodie")
        assert store.session.scalars(found).all() == ["Élodie"]


def sorted_by_database(store: Store) -> Sequence[str]:
    with store.writing() as session:
        fill(session)
    return store.session.scalars(PEOPLE_BY_NAME).all()


def fill(session: Session) -> None:
    PEOPLE.metadata.create_all(session.connection())
    session.execute(insert(PEOPLE), [{"name": name} for name in EVERYBODY])


def test_folded_words_are_ordered_by_code_points_whatever_the_locale(store: Store) -> None:
    tables = MetaData()
    words = Table("words", tables, Column("word", code_point_string(64), primary_key=True))
    keys = ["s~", "s", "sa", "S", "z", "t~", "и", "-"]
    with store.writing() as session:
        tables.create_all(session.connection())
        session.execute(insert(words), [{"word": key} for key in keys])
    every = select(words.c.word).order_by(words.c.word)
    assert store.session.scalars(every).all() == sorted(keys)
    assert store.session.scalars(every.where(words.c.word.between("s", "s\uffff"))).all() == ["s", "sa", "s~"]
