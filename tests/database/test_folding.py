"""Words are found however they were typed, and sorted as the Romanian alphabet sorts them."""

import unicodedata

import pytest
from sqlalchemy import Column, Index, Integer, MetaData, String, Table, insert, select

from dosar.database.store import Store
from dosar.database.text.collation import alphabetical, code_point_string
from dosar.database.text.folding import fold_text, word_variants
from dosar.language.text.collation import sort_key

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


def test_the_database_sorts_as_the_alphabet_does(store: Store) -> None:
    tables = MetaData()
    people = Table("people", tables, Column("id", Integer, primary_key=True), Column("name", String))
    Index("people_by_name", alphabetical(people.c.name))
    names = [*ALPHABET, *NAMES, *(name.upper() for name in NAMES), "Şerban", "ŢĂRUȘ", "Élodie", "Łukasz"]
    names += [unicodedata.normalize("NFD", "Șerban"), "Şerbescu", "D'Avila", "Ion Ș."]
    with store.writing() as session:
        tables.create_all(session.connection())
        session.execute(insert(people), [{"name": name} for name in names])

    ordered = select(people.c.name).order_by(alphabetical(people.c.name), people.c.id)
    assert store.session.scalars(ordered).all() == sorted(names, key=sort_key)


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
