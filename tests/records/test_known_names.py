"""Somebody's name is found in what others wrote, however it is declined, turned, joined or hidden; nothing else is."""

import time

import pytest

from dosar.database.text.declension import declined_forms
from dosar.records.rights.known_names import KnownNames


def known() -> KnownNames:
    names = KnownNames()
    names.add(["Vornicescu", "Anca"], "[asistent]")
    names.add(["Popa", "Mihai"], "[…]")
    names.add(["Tomuleț", "Iulia Maria"], "[…]")
    names.add(["Hâncu", "Olga"], "[…]")
    names.add(["Maria de la Cruz"], "[…]")
    names.add(["Țîrcă", "Rodica"], "[…]")
    names.learn_codes({"DEMO-007": "[caz]", "D-2026-0002": "[caz]"})
    names.learn_words(["0722 123 456", "2920101123456", "Str. Șipotului 5"], "[nr]")
    names.keep(["Ciobanu", "Ileana"])
    return names


@pytest.mark.parametrize(
    ("written", "left"),
    [
        ("Vorbit cu Iulia Tomuleț.", "Vorbit cu […]."),
        ("Sora Iuliei Tomuleț.", "Sora […]."),
        ("sora TOMULET IULIEI", "sora […]"),
        ("Dna Tomuleț a sunat.", "Dna […] a sunat."),
        ("dna tomulet a sunat", "dna […] a sunat"),
        ("Tomuleț (Iulia) a venit", "[…] a venit"),
        ("Iulia/Tomuleț", "[…]"),
        ("Iulia_Tomuleț.pdf", "[…].pdf"),
        ("Tomuleț,\nIulia-Maria", "[…]"),
        ("Iulia M. Tomuleț", "[…]"),
        ("Tomu\u00adleț Iu\u200blia", "[…]"),
        ("Iulia\u00a0Tomuleţ, Iulia Tomulet\u0327", "[…], […]"),
        ("Юлия Томулец", "[…]"),
        ("Tomuleților li s-a spus", "[…] li s-a spus"),
        ("Iulia Tomuleț a plecat. Iuliei i s-a făcut rău.", "[…] a plecat. […] i s-a făcut rău."),
        ("Iuliei i s-a făcut rău.", "Iuliei i s-a făcut rău."),
        ("VORNICESCU-ANCA", "[asistent]"),
        ("biroul Ancăi Vornicescu, Anchii Vornicescu", "biroul [asistent], [asistent]"),
        ("lui Mihai Popa, Mihaie Popo!", "lui […], […]!"),
        ("Popa din sat și popa Mihai", "Popa din sat și […]"),
        ("D-na Popa, familia Popa, dna popa", "D-na […], familia […], dna popa"),
        ("Olgăi Hîncu, OLGHII HANCU", "[…], […]"),
        ("Rodicăi Tirca", "[…]"),
        ("Maria Cruz stă de la un timp", "[…] stă de la un timp"),
        ("Ileana Ciobanu și Ciobanu Ileana", "Ileana Ciobanu și Ciobanu Ileana"),
        ("Caz DEMO-007, DEMO‑007, demo – 007, DEMO/007, DEMO007", "Caz [caz], [caz], [caz], [caz], [caz]"),
        ("DEMO-0071, XDEMO-007, D-2026‐0002", "DEMO-0071, XDEMO-007, [caz]"),
        ("Tel. 0722.123.456, 0722\u2011123\u2011456 (+40722123456)", "Tel. [nr], [nr] (+4[nr])"),
        ("CNP 2920101 123456, str sipotului 5, Str. Șipotului 51", "CNP [nr], [nr], Str. Șipotului 51"),
        ("Maria a venit cu Mihai la Cluj, de la gară.", "Maria a venit cu Mihai la Cluj, de la gară."),
        ("", ""),
    ],
)
def test_a_name_is_found_however_it_is_written(written: str, left: str) -> None:
    assert known().without_names(written) == left


@pytest.mark.parametrize(
    ("name", "declined"),
    [
        ("iulia", "iuliei iulio"),
        ("maria", "mariei mario"),
        ("ana", "anei"),
        ("elena", "elenei eleno"),
        ("andreea", "andreei"),
        ("anca", "ancai anchii"),
        ("olga", "olgai olghii"),
        ("ileana", "ilenei"),
        ("ion", "ioane ionului"),
        ("radu", "radule radului"),
        ("bogdan", "bogdane bogdanei"),
        ("gheorghe", "gheorghelui"),
        ("mihai", "mihaie"),
        ("popescu", "popestii popestilor popescule"),
    ],
)
def test_names_are_declined(name: str, declined: str) -> None:
    assert {name, *declined.split()} <= declined_forms(name)


def test_a_thousand_texts_take_no_time() -> None:
    names = known()
    for number in range(1000):
        names.add([f"Familia{number % 300}escu", f"Prenume{number}a"], "[…]")
    text = "Am vorbit cu doamna Iulia Tomuleț despre școală, apoi cu Maria la spital. Caz DEMO‑007. " * 5
    begun = time.process_time()
    assert all("Tomuleț" not in names.without_names(f"{text} {number}") for number in range(1000))
    assert time.process_time() - begun < 2
