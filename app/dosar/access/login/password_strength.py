"""How much there is to guess in a password, in bits: what words, names, keyboards and repeats a guesser puts together.

The cheapest way to write it is looked for: each piece is a word of a list (as many bits as its place in it), a run of
a keyboard, a repeat, a year, or a letter that follows from nothing. The lists are those of zxcvbn (stolen passwords,
English words, names), one of Romanian words, names and places, and one of what everybody knows by heart: where words of
one saying are half of a password, each of them tells next to nothing. zxcvbn's own reckoning is not used: to it any
three words are strong, "demo coordinator dosar" too.
"""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from hashlib import sha256
from itertools import pairwise
from math import inf, log2
from pathlib import Path

from dosar.database.text.folding import fold_text

MIN_BITS = 38.0
OWN_WORD_BITS = 1.0
REPEAT_BITS = 1.0
RUN_BITS = 5.0
PHRASE_WORD_BITS = 3.0
YEAR_BITS = 6.0
LETTER_BITS, DIGIT_BITS, BLANK_BITS, SIGN_BITS = log2(26), log2(10), 1.0, 5.0
SHORTEST_PIECE, LONGEST_PIECE = 3, 32
RUNS = (
    "abcdefghijklmnopqrstuvwxyz",
    "01234567890",
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "qwertzuiop",
    "yxcvbnm",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p",
    "qazwsxedcrfvtgbyhnujmikolp",
    "1q2w3e4r5t6y7u8i9o0p",
)
"""Alphabet, digits and the keys of keyboards as a finger runs along them."""
FILTER_BYTES, FILTER_HASHES = 655_360, 13
STOLEN_FILTER = Path(__file__).with_name("stolen_passwords.bloom")
"""Made by ``python -m tests.stolen_passwords``."""
LOOKALIKES = str.maketrans("013457@$", "oieastas")
YEAR = re.compile(r"(19|20)\d\d")


def password_bits(password: str, own_words: Iterable[str] = ()) -> float:
    """How many bits there are to guess; ``own_words`` are those a guesser who knows the user tries first."""
    text = fold_text(password)
    pieces = _Pieces(text, frozenset(word for word in map(fold_text, own_words) if len(word) >= SHORTEST_PIECE))
    cheapest = [0.0]
    for end in range(1, len(text) + 1):
        starts = range(max(0, end - LONGEST_PIECE), end)
        cheapest.append(min(cheapest[start] + pieces.bits(start, end) for start in starts))
    return cheapest[-1]


def is_stolen(password: str) -> bool:
    """Whether the password as a whole, with blanks or without, is on a list of stolen ones."""
    spelled = fold_text(password)
    return any(text in _stolen_passwords() or text in _stolen_filter() for text in (spelled, spelled.replace(" ", "")))


class StolenFilter:
    """Long stolen passwords, as a Bloom filter: it misses none of them, and takes 7 of 100,000 others for one.
    What stands in it cannot be read out of it."""

    def __init__(self, bits: bytes = bytes(FILTER_BYTES)) -> None:
        self.bits = bytearray(bits)

    def add(self, text: str) -> None:
        """Hold this password."""
        for place in self._places(text):
            self.bits[place >> 3] |= 1 << (place & 7)

    def __contains__(self, text: str) -> bool:
        return all(self.bits[place >> 3] >> (place & 7) & 1 for place in self._places(text))

    def _places(self, text: str) -> Iterator[int]:
        digest = sha256(text.encode()).digest()
        first, step = int.from_bytes(digest[:8]), int.from_bytes(digest[8:16]) | 1
        return ((first + turn * step) % (len(self.bits) * 8) for turn in range(FILTER_HASHES))


class _Pieces:
    """The pieces of one password, and what each tells a guesser."""

    def __init__(self, text: str, own_words: frozenset[str]) -> None:
        self.text = text
        self.read = text.translate(LOOKALIKES)
        self.own_words = own_words
        self.phrase_words = _words_of_one_phrase(text) | _words_of_one_phrase(self.read)

    def bits(self, start: int, end: int) -> float:
        """What there is to guess in the piece from start to end."""
        piece = self.text[start:end]
        if len(piece) == 1:
            return _sign_bits(piece)
        if piece in self.phrase_words or self.read[start:end] in self.phrase_words:
            return PHRASE_WORD_BITS
        if len(piece) < SHORTEST_PIECE:
            return sum(map(_sign_bits, piece))
        return min(self._known_bits(start, end, piece), sum(map(_sign_bits, piece)))

    def _known_bits(self, start: int, end: int, piece: str) -> float:
        read = self.read[start:end]
        if piece in self.own_words or read in self.own_words:
            return OWN_WORD_BITS
        if (len(piece) > SHORTEST_PIECE and piece in self.text[:start]) or len(set(piece)) == 1:
            return REPEAT_BITS
        if _is_run(piece):
            return RUN_BITS
        if YEAR.fullmatch(piece):
            return YEAR_BITS
        rank = min(_ranks().get(piece, inf), _ranks().get(read, inf) * 2)
        return log2(rank + 1)


def _words_of_one_phrase(text: str) -> set[str]:
    """The words of every phrase that makes up half of the text, in whatever order; the shortest only beside others."""
    letters, found = sum(map(str.isalnum, text)), set[str]()
    for phrase in _romanian_phrases():
        words = {word for word in phrase if len(word) >= SHORTEST_PIECE and word in text}
        if len(words) > 1 and 2 * sum(map(len, words)) >= letters:
            found |= {word for word in phrase if len(word) > 1 and word in text}
    return found


def _sign_bits(sign: str) -> float:
    if sign.isalpha():
        return LETTER_BITS
    if sign.isdigit():
        return DIGIT_BITS
    return BLANK_BITS if sign in " -_." else SIGN_BITS


@lru_cache(maxsize=4096)
def _is_run(piece: str) -> bool:
    steps = {ord(after) - ord(before) for before, after in pairwise(piece)}
    return steps in ({1}, {-1}) or any(piece in run or piece in run[::-1] for run in RUNS)


@lru_cache
def _stolen_passwords() -> frozenset[str]:
    """Those of zxcvbn's list, and long ones of other published leaks."""
    from zxcvbn.frequency_lists import FREQUENCY_LISTS

    ours = Path(__file__).with_name("known_passwords.txt").read_text(encoding="utf-8").split()
    return frozenset((*FREQUENCY_LISTS["passwords"], *ours))


@lru_cache
def _stolen_filter() -> StolenFilter:
    return StolenFilter(STOLEN_FILTER.read_bytes())


@lru_cache
def _romanian() -> dict[str, int]:
    return {word: rank for rank, word in enumerate(_lines_of("romanian_words.txt"), 1)}


@lru_cache
def _romanian_phrases() -> list[list[str]]:
    return [line.split() for line in _lines_of("romanian_phrases.txt")]


def _lines_of(name: str) -> list[str]:
    lines = Path(__file__).with_name(name).read_text(encoding="utf-8").splitlines()
    return [line for line in lines if not line.startswith("#")]


@lru_cache
def _ranks() -> dict[str, int]:
    """Word → how early a guesser tries it, by the list that has it first."""
    from zxcvbn.frequency_lists import FREQUENCY_LISTS  # asked only when a password is chosen

    ranks = dict(_romanian())
    for words in FREQUENCY_LISTS.values():
        for rank, word in enumerate(words, 1):
            ranks[word] = min(rank, ranks.get(word, rank))
    return ranks
