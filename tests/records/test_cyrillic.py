"""A name is found in either alphabet, and however a clerk abroad spelled it."""

import pytest

from dosar.database.text.folding import fold_text, word_as_heard
from dosar.database.text.transliteration import romanise_words
from dosar.language.form import CASE_FORM
from dosar.records.finding.search import search_words, search_words_fit
from dosar.records.lists.list_page import list_page
from dosar.records.lists.list_query import ListQuery
from tests.records.offices import EVERYTHING, ROMANIAN, Office

ONE_NAME = [
    ("Олеся", "Olesea"),
    ("Олеся", "Olesia"),
    ("Олеся", "Olesya"),
    ("Штефан", "Ștefan"),
    ("Ион", "Ion"),
    ("Чобану", "Ciobanu"),
    ("Цуркан", "Țurcan"),
    ("Хынчешть", "Hîncești"),
    ("Хынчешть", "Hâncești"),
    ("Георге", "Gheorghe"),
    ("Джорджета", "Georgeta"),
    ("Юлия", "Iulia"),
    ("Юлия", "Yulia"),
    ("Алёна", "Aliona"),
    ("Игорь", "Igor"),
    ("Наталья", "Natalia"),
    ("Кирилл", "Chiril"),
    ("Кирилл", "Kirill"),
    ("Ткач", "Tcaci"),
    ("Мельник", "Melnic"),
    ("Рыбак", "Ribac"),
    ("Бэлць", "Bălți"),
    ("Эдуард", "Eduard"),
    ("Максим", "Maxim"),
    ("Сергей", "Serghei"),
    ("Щербина", "Șcerbina"),
    ("Екатерина", "Ecaterina"),
    ("Oksana", "Oxana"),
    ("Ţurcan", "Tsurcan"),
    ("Загаевски", "Zagaievschi"),
    ("Николаев", "Nicolaiev"),
    ("Фёдор", "Федор"),
    ("Фёдор", "Fiodor"),
    ("Фёдор", "Fedor"),
    ("Фёдор", "Fëdor"),
    ("Горбачёв", "Горбачев"),
    ("Горбачёв", "Gorbaciov"),
    ("Арсеньев", "Arseniev"),
    ("Арсеньев", "Arsenev"),
    ("Арсеньев", "Arsen'ev"),
    ("Объедков", "Obyedkov"),
    ("Ольга", "Ol'ga"),
    ("Ольга", "Olʹga"),
    ("Подъячий", "Podʺiacii"),
    ("D’Angelo", "D'Angelo"),
    ("D`Angelo", "DAngelo"),
    ("Pop–Ionescu", "Pop-Ionescu"),
    ("Pop‑Ionescu", "Pop−Ionescu"),
    ("Kristina", "Cristina"),
    ("Sheptelici", "Șeptelici"),
    ("Анна", "Ana"),
]


def finds(asked: str, written: str) -> bool:
    return search_words_fit(written, search_words(asked))


@pytest.mark.parametrize(("one", "other"), [*ONE_NAME, *((other, one) for one, other in ONE_NAME)])
def test_both_spellings_of_a_name_find_one_another(one: str, other: str) -> None:
    assert finds(one, other)


@pytest.mark.parametrize("words", ["angelo", "d angelo", "ang", "d’ang", "An\u200bgelo", "„Angelo”", "‹d´angelo›"])
def test_what_looks_alike_is_one(words: str) -> None:
    assert finds(words, "D’Angelo Maria\u00ad")


@pytest.mark.parametrize("words", ["Hendrabur", "Pandrabur", "Andrabur", "hendrab maria", "Ahndrabur"])
def test_a_wrong_letter_at_the_beginning_is_forgiven_where_nothing_else_fits(words: str) -> None:
    assert not finds(words, "Handrabur Maria")
    assert search_words_fit("Handrabur Maria", search_words(words), forgiving=True)
    assert not search_words_fit("Munteanu Maria", search_words(words), forgiving=True)


@pytest.mark.parametrize("words", ["5", "005", "demo5", "demo005", "DEMO-5", "demo 5", "demo – 005", "DEMO‑005"])
def test_a_code_is_found_as_people_say_it(words: str) -> None:
    assert finds(words, "DEMO-005")
    assert not finds(words, "DEMO-012")


@pytest.mark.parametrize("words", ["1", "2026-1", "d1", "D20260001", "d-2026-1"])
def test_the_code_of_a_year_is_found_without_its_noughts(words: str) -> None:
    assert finds(words, "D-2026-0001")


@pytest.mark.parametrize("words", ["turcan", "Ана", "ţurcan ana", "", "an tur"])
def test_words_are_found_in_any_order_by_their_beginnings(words: str) -> None:
    assert finds(words, "Ana Țurcan")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ион", "Ioana"),
        ("Maria", "Marin"),
        ("Popa", "Popescu"),
        ("Лидия", "Lilia"),
        ("0001", "0011"),
    ],
)
def test_other_names_stay_apart(one: str, other: str) -> None:
    assert not finds(one, other)


def test_latin_letters_stay_as_they_are() -> None:
    assert romanise_words("țîrcă d-2026-0001") == "țîrcă d-2026-0001"
    assert word_as_heard("d-2026-0001") == "d-2026-0001"


@pytest.mark.parametrize("word", ["олеся", "ӂерар", "хрущёв", "їжак", "ґудз", "подъезд", "ь"])
def test_every_letter_of_the_languages_around_becomes_latin(word: str) -> None:
    assert fold_text(word).isascii()


@pytest.mark.parametrize("words", ["Олеся", "чебан олеся", "olesya", "Olesea Ceban", "оле"])
def test_a_case_is_found_in_either_alphabet(trusted: Office, words: str) -> None:
    latin = trusted.enter(CASE_FORM, last_name="Ceban", first_name="Olesea")
    cyrillic = trusted.enter(CASE_FORM, last_name="Чебан", first_name="Олеся")
    found = list_page(trusted.repository, trusted.known(*EVERYTHING), CASE_FORM, ListQuery(words=words), ROMANIAN)
    assert sorted(found.ids) == [latin, cyrillic]
