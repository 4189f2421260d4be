"""Which passwords are taken: long ones that nobody puts together from words everybody tries."""

import random
from string import ascii_lowercase, digits

import pytest

from dosar.access.login.password_strength import MIN_BITS, is_stolen, password_bits
from dosar.access.login.passwords import MAX_PASSWORD_LENGTH, MIN_PASSWORD_LENGTH, require_good_password
from dosar.language.text.message import Mistake

OF_THE_USER = ("ana", "Ana", "Probă", "Asociația Drumul Lin")
WEAK = """
demo coordinator dosar | bucurestibucuresti | parolaparola2026 | Parola123456789 | qwertyuiop123456 |
iloveyouiloveyou | ana ana ana ana ana | romaniaromania1 | Bucuresti2026!! | mariaelena19901990 |
steauabucuresti1986 | dinamobucuresti1948 | chisinau chisinau | teiubescfoarte | dumnezeuestemare |
administrator2026! | passwordpassword | P@ssw0rdP@ssw0rd | craciunfericit2026 | bună ziua românia |
mama tata copil | 111111222222333 | abcdefghijklmnop | 1qaz2wsx3edc4rfv | asociația drumul lin |
dosar demo 2026 !! | voluntar voluntar1 | georgescupopescu | ioana ioana 1985 | letmein letmein 1 |
trafic de persoane | fotbalfotbal2024 | iulieaugust2025 | correcthorsebatterystaple | casa mea din moldova |
Ana are mere si pere | Desteapta-te romane | unu doi trei patru cinci | Stefancelmare1457 | ursul pacalit de vulpe |
ProtejamVictime2026 | Mere are Ana 2026 | AnaAreMere123! | anaaremeresipere | Deșteaptă-te, române! |
Romane desteapta-te1 | vlad tepes dracula |
cinci patru trei doi unu | UnuDoiTreiPatru99 | luni marti miercuri | Mihai Viteazul 1600 | MareaUnire1918! |
capra cu trei iezi | Scufita Rosie 2026 | Alba ca Zapada 7 pitici | A fost odata ca in povesti | luceafarul eminescu |
Pe-un picior de plai | pe o gura de rai 99 | graba strica treaba | Speranta moare ultima | speranta ultima moare1 |
apa trece pietrele raman | Ai carte, ai parte! | LaMultiAni2026!! | hristos a inviat 2026 | Tatal nostru care esti |
catelus cu parul cret | Limba noastra-i o comoara | Ajutam victimele 2026 | AdapostulAsociatiei1 | stop trafic 2026!!! |
AsociatiaAjutaVictime | nu esti singura 2026 | 4n4 4re m3re si p3r3 | dragostea din tei 2003 | noi suntem romani 1989 |
zzzzzzzzzzzzzzzzzz | ÎNGERAȘUL DIN CLUJ | 0123456789876543 | asdfghjklasdfghjkl
"""
GOOD = """
patru cuvinte fără rost | alte patru vorbe nelegate | corabie lampă sfoară nuci |
covor arici trambulină brânză | xK9 vfeR2 mmPq 7uTz | nasture lebădă tractor cerneală |
dulap furnică orez șindrilă | pere tractor lămâi scrin | ursul vopsea tichie burlan | vulpe ceainic praștie șold |
bostan clește zimbru ață | cimpoi unghie fagure țeavă | mărar lanternă cioban stuf | pui geamăt vapor licurici |
chibrit elan pernă murătură | zar cobiliță ghindă tramvai | urzică sanie ventil compot | plapumă grindină pion acar |
broască lacăt mac șurub | pahar castor nisip vioară | ciment libelulă turtă scară | gutuie fierar canotaj nor |
hamac sfeclă oblon viezure | raft pietriș bujor cazma | lostriță umbrar ceas rugină | dovleac arcuș punte tipar |
ștergar nalbă mufă velier | cratiță busolă sâmbure zid | pelican covrig schelă rază | fus agrafă lintea mojar |
troscot bidon cerdac mierlă | perdea iederă piuliță os | rogojină trompetă salcâm | ghiozdan pupăză var terci |
opinci telescop mușețel | protejam nuferi cu diblă | unu pelin sub trei glastre |
zmeura plutește pe tejghea | hfzqmwkpltxvbn
"""


def listed(text: str) -> list[str]:
    return [password.strip() for password in text.split("|")]


def taken(password: str) -> bool:
    try:
        require_good_password(password, password, *OF_THE_USER)
    except Mistake:
        return False
    return True


@pytest.mark.parametrize("password", listed(WEAK))
def test_what_a_guesser_puts_together_is_refused(password: str) -> None:
    assert len(password) >= MIN_PASSWORD_LENGTH
    assert not taken(password)


@pytest.mark.parametrize("password", listed(GOOD))
def test_words_that_have_nothing_to_do_with_one_another_are_taken(password: str) -> None:
    assert taken(password)


def test_random_letters_are_taken() -> None:
    dice = random.Random(2026)
    letters = ("".join(dice.choices("abcdefghijklmnopqrstuvwxyz", k=MIN_PASSWORD_LENGTH)) for _ in range(200))
    assert min(password_bits(password) for password in letters) > MIN_BITS


@pytest.mark.parametrize(
    "password", ["VY9rxdDY2MAvnOOQ", "Thibom07081995", "ktybyflbyecfgtkmcby", "afexugiewww1332017"]
)
def test_a_long_password_that_was_stolen_is_refused_however_hard_it_looks(password: str) -> None:
    assert password_bits(password) > MIN_BITS
    assert is_stolen(password) and not taken(password)


def test_hardly_any_other_password_is_taken_for_a_stolen_one() -> None:
    dice = random.Random(7)
    others = ("".join(dice.choices(ascii_lowercase + digits, k=16)) for _ in range(20_000))
    assert sum(map(is_stolen, others)) <= 2, "one in ten thousand"


def test_marks_and_lookalikes_add_nothing() -> None:
    for written in ("București București", "BUCURESTI bucuresti", "8ucuresti bucurești", "Bucure$ti bucure5ti"):
        assert password_bits(written) < MIN_BITS


def test_a_stolen_password_is_known_with_blanks_and_without() -> None:
    assert is_stolen("correct horse battery staple") and not is_stolen("corabie lampă sfoară nuci")


@pytest.mark.parametrize("length", [64, MAX_PASSWORD_LENGTH])
def test_a_long_password_is_taken(length: int) -> None:
    dice = random.Random(2026)
    assert taken("".join(dice.choices("abcdefghijklmnopqrstuvwxyz ", k=length)))


def test_the_longest_password_is_judged_at_once() -> None:
    assert password_bits("aZ3$" * 32) < MIN_BITS
