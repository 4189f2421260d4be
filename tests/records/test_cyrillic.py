"""A name is found in either alphabet, and however a clerk abroad spelled it."""

import pytest

from app.language.form import CASE
from app.records.cyrillic import romanised
from app.records.folding import fold, heard
from app.records.lists import Wish, list_page
from app.records.search import asked_words, fits
from tests.records.cabinets import EVERYTHING, ROMANIAN, Office

ONE_NAME = [
    ("Олеся", "Olesea"), ("Олеся", "Olesia"), ("Олеся", "Olesya"), ("Штефан", "Ștefan"), ("Ион", "Ion"),
    ("Чобану", "Ciobanu"), ("Цуркан", "Țurcan"), ("Хынчешть", "Hîncești"), ("Хынчешть", "Hâncești"),
    ("Георге", "Gheorghe"), ("Джорджета", "Georgeta"), ("Юлия", "Iulia"), ("Юлия", "Yulia"), ("Алёна", "Aliona"),
    ("Игорь", "Igor"), ("Наталья", "Natalia"), ("Кирилл", "Chiril"), ("Кирилл", "Kirill"), ("Ткач", "Tcaci"),
    ("Мельник", "Melnic"), ("Рыбак", "Ribac"), ("Бэлць", "Bălți"), ("Эдуард", "Eduard"), ("Максим", "Maxim"),
    ("Сергей", "Serghei"), ("Щербина", "Șcerbina"), ("Екатерина", "Ecaterina"), ("Oksana", "Oxana"),
    ("Ţurcan", "Tsurcan"), ("Загаевски", "Zagaievschi"), ("Николаев", "Nicolaiev"),
    ("Kristina", "Cristina"), ("Sheptelici", "Șeptelici"), ("Анна", "Ana"),
]


def finds(asked: str, written: str) -> bool:
    return fits(written, asked_words(asked))


@pytest.mark.parametrize(("one", "other"), [*ONE_NAME, *((other, one) for one, other in ONE_NAME)])
def test_both_spellings_of_a_name_find_one_another(one: str, other: str) -> None:
    assert finds(one, other)


@pytest.mark.parametrize("words", ["turcan", "Ана", "ţurcan ana", "", "an tur"])
def test_words_are_found_in_any_order_by_their_beginnings(words: str) -> None:
    assert finds(words, "Ana Țurcan")


@pytest.mark.parametrize(("one", "other"), [
    ("Ион", "Ioana"), ("Maria", "Marin"), ("Popa", "Popescu"), ("Лидия", "Lilia"), ("0001", "0011"),
])
def test_other_names_stay_apart(one: str, other: str) -> None:
    assert not finds(one, other)


def test_latin_letters_stay_as_they_are() -> None:
    assert romanised("țîrcă d-2026-0001") == "țîrcă d-2026-0001"
    assert heard("d-2026-0001") == "d-2026-0001"


@pytest.mark.parametrize("word", ["олеся", "ӂерар", "хрущёв", "їжак", "ґудз", "подъезд", "ь"])
def test_every_letter_of_the_languages_around_becomes_latin(word: str) -> None:
    assert fold(word).isascii()


@pytest.mark.parametrize("words", ["Олеся", "чебан олеся", "olesya", "Olesea Ceban", "оле"])
def test_a_case_is_found_in_either_alphabet(trusted: Office, words: str) -> None:
    latin = trusted.enter(CASE, last_name="Ceban", first_name="Olesea")
    cyrillic = trusted.enter(CASE, last_name="Чебан", first_name="Олеся")
    found = list_page(trusted.cabinet, trusted.known(*EVERYTHING), CASE, Wish(words=words), ROMANIAN)
    assert sorted(found.ids) == [latin, cyrillic]
