"""Names of others in what somebody wrote about a person: colleagues become their role, other people nobody.

Of others known are those who sign in, the persons of other cases, and the people around a case. A name that stands
nowhere but in the text is not known. Somebody is found

* by a first name and a family name that stand together, declined or not, in any order, whatever signs are between them;
* by a family name alone that is no usual word, or that follows a title (*Dna Popa*);
* by a first name alone where the same text names her more fully;
* by numbers: of cases, of telephones, personal ones.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

from dosar.database.text.common_words import common_words
from dosar.database.text.declension import declined_forms
from dosar.database.text.folding import fold_text, word_as_heard, word_variants
from dosar.language.text.characters import strip_invisible
from dosar.records.rights.plain_text import PlainText

WORD = re.compile(r"[^\W_]+")
BETWEEN_WORDS = re.compile(r"[\W_]{1,4}")
BETWEEN_NAMES_OF_ONE = re.compile(r"[\s_-]{1,4}")
BETWEEN_PARTS = re.compile(r"[\s./_-]{1,3}")
BETWEEN_SIGNS = r"[\s./_()-]*"
SHORTEST_NUMBER = 6
SHORTEST_ALONE, SHORTEST_FIRST_NAME = 4, 3
MOST_OF_A_NAME = 3
"""Where more people share a family name, it alone tells nothing of their first names."""
FAMILY, GIVEN = 1, 2
FULL = FAMILY | GIVEN
TITLES = frozenset(
    re.findall(
        r"\w+",
        "dna dnei na nei doamna doamnei dl dlui dlul domnul domnului dra drei ra domnisoara domnisoarei fam familia "
        "familiei fratii surorile sotii lui mr mrs ms",
    )
)
"""What stands before a family name; *d-na* ends in one."""


class _Word(NamedTuple):
    folded: str
    begin: int
    end: int
    is_capital: bool


class _Found(NamedTuple):
    begin: int
    end: int
    instead: str
    person: int = -1


@dataclass
class KnownNames:
    """The names to be taken out of texts, and what is said in their place."""

    instead: list[str] = field(default_factory=list)
    """Of each person."""
    by_word: dict[str, dict[int, int]] = field(default_factory=dict)
    """A form of a name → the persons who have it, as family name, first name or both."""
    base_forms: set[str] = field(default_factory=set)
    codes: dict[str, list[tuple[tuple[str, ...], str]]] = field(default_factory=dict)
    """The first part of a case's number → all of its parts."""
    patterns: dict[str, str] = field(default_factory=dict)
    """Telephones, personal numbers and addresses, as they stand in texts."""
    own: set[str] = field(default_factory=set)
    """What the person herself is called, who may share a name with others."""

    def add(self, names: Sequence[str], instead: str) -> None:
        """Know somebody by a family name and first names, or by one text in which both stand."""
        parts = [_words_of(name) for name in names if name]
        if not parts or (len(parts) == 1 and len(parts[0]) < 2):
            return
        person = len(self.instead)
        self.instead.append(instead)
        roles = [FAMILY] + [GIVEN] * (len(parts) - 1) if len(parts) > 1 else [FULL]
        for part, role in zip(parts, roles, strict=True):
            for word in [word for word in part if not _is_particle(word)] or part:
                self._learn(word, person, role)

    def _learn(self, word: str, person: int, role: int) -> None:
        for spelled in word_variants(word):
            self.base_forms.add(spelled)
            for form in declined_forms(spelled):
                persons = self.by_word.setdefault(form, {})
                persons[person] = persons.get(person, 0) | role

    def learn_words(self, words: Iterable[str], instead: str) -> None:
        """Know these numbers and addresses, whatever stands between their signs."""
        for word in words:
            written = [sign for sign in PlainText(word).signs if not sign.isspace()]
            signs = [re.escape(sign) for sign in written if not re.fullmatch(BETWEEN_SIGNS, sign)]
            if len(written) >= SHORTEST_NUMBER and signs:
                before = r"(?<![^\W_])" if written[0].isalpha() else ""
                self.patterns[before + BETWEEN_SIGNS.join(signs) + (r"(?!\d)" if signs[-1].isdigit() else "")] = instead

    def learn_codes(self, codes: Mapping[str, str]) -> None:
        """Know these numbers of cases, whatever hyphens they are written with."""
        for code, instead in codes.items():
            parts = tuple(map(fold_text, _words_of(code)))
            if len(parts) > 1:
                self.codes.setdefault(parts[0], []).append((parts, instead))
                self.codes.setdefault("".join(parts), []).append((("".join(parts),), instead))

    def keep(self, names: Sequence[str]) -> None:
        """Leave the person's own name in the texts."""
        words = [word for name in names for word in _words_of(name)]
        self.own |= {form for word in words for spelled in word_variants(word) for form in declined_forms(spelled)}

    def without_names(self, text: str) -> str:
        """The text with something else in the place of every known name."""
        for pattern, instead in self.patterns.items():
            plain = PlainText(text)
            spans = [(*plain.span(*found.span()), instead) for found in re.finditer(pattern, plain.signs, re.I)]
            text = _replaced(text, spans)
        plain = PlainText(text)
        words = [self._read_word(word) for word in WORD.finditer(plain.signs)]
        found = [*self._codes_in(plain.signs, words), *self._names_in(plain.signs, words)]
        return _replaced(text, [(*plain.span(one.begin, one.end), one.instead) for one in found])

    def _read_word(self, found: re.Match[str]) -> _Word:
        word = found[0]
        folded = word.lower() if word.isascii() else self._as_known(word)
        return _Word(folded, found.start(), found.end(), word[0].isupper())

    def _as_known(self, word: str) -> str:
        """A word of another alphabet as a known name is spelled, if it sounds like one."""
        folded = fold_text(word)
        return next((read for read in (folded, word_as_heard(folded)) if read in self.by_word), folded)

    def _names_in(self, text: str, words: Sequence[_Word]) -> Iterator[_Found]:
        named: set[int] = set()
        single: list[int] = []
        position = 0
        while position < len(words):
            run = self._run_at(text, words, position) if words[position].folded in self.by_word else None
            if run is None:
                single.append(position)
                position += 1
                continue
            last, persons = run
            named |= persons
            yield self._found(text, words[position].begin, words[last].end, min(persons))
            position = last + 1
        alone = [position for position in single if self._is_family_alone(words, position)]
        for position in alone:
            persons = self._persons(words[position], FAMILY)
            named |= persons if len(persons) <= MOST_OF_A_NAME else set()
            yield self._found(text, words[position].begin, words[position].end, max(persons))
        for position in set(single) - set(alone):
            persons = named & self._persons(words[position], GIVEN)
            if persons and self._is_first_name(words[position]):
                yield self._found(text, words[position].begin, words[position].end, max(persons))

    def _run_at(self, text: str, words: Sequence[_Word], first: int) -> tuple[int, set[int]] | None:
        """The last of the words from ``first`` on that name somebody together, and whom."""
        roles, best = dict(self.by_word[words[first].folded]), None
        for place in range(first + 1, len(words)):
            between = text[words[place - 1].end : words[place].begin]
            if not BETWEEN_WORDS.fullmatch(between) or (best and not BETWEEN_NAMES_OF_ONE.fullmatch(between)):
                break
            if _is_initial(words[place]):
                continue
            here = self.by_word.get(words[place].folded, {})
            roles = {person: role | here[person] for person, role in roles.items() if person in here}
            if not roles:
                break
            full = {person for person, role in roles.items() if role == FULL}
            if full and not all(word.folded in self.own for word in words[first : place + 1]):
                best = place, full
        return best

    def _is_family_alone(self, words: Sequence[_Word], position: int) -> bool:
        word = words[position]
        persons = self._persons(word, FAMILY)
        if not persons or word.folded in self.own or len(word.folded) < SHORTEST_ALONE:
            return False
        if position and word.is_capital and words[position - 1].folded in TITLES:
            return True
        return word.folded not in common_words() and (word.is_capital or word.folded in self.base_forms)

    def _is_first_name(self, word: _Word) -> bool:
        usual = word.folded in self.own or word.folded in common_words()
        return word.is_capital and not usual and len(word.folded) >= SHORTEST_FIRST_NAME

    def _persons(self, word: _Word, wanted: int) -> set[int]:
        """Whose family or first name it is, as far as Dosar knows which of the two."""
        return {person for person, role in self.by_word.get(word.folded, {}).items() if role == wanted}

    def _found(self, text: str, begin: int, end: int, person: int) -> _Found:
        """With the bracket that was opened inside."""
        closes = text[begin:end].count("(") > text[begin:end].count(")") and text[end : end + 1] == ")"
        return _Found(begin, end + closes, self.instead[person], person)

    def _codes_in(self, text: str, words: Sequence[_Word]) -> Iterator[_Found]:
        for position, word in enumerate(words):
            for parts, instead in self.codes.get(word.folded, ()):
                here = words[position : position + len(parts)]
                if tuple(part.folded for part in here) == parts and _hang_together(text, here):
                    yield _Found(word.begin, here[-1].end, instead)


def _replaced(text: str, spans: Iterable[tuple[int, int, str]]) -> str:
    found, last = [], 0
    for begin, end, instead in sorted(spans):
        if begin >= last:
            found += [text[last:begin], instead]
            last = end
    return "".join((*found, text[last:])) if found else text


def _words_of(name: str) -> list[str]:
    """Its words, in lower case, with the marks that tell how else they are spelled."""
    return [word[0].casefold() for word in WORD.finditer(unicodedata.normalize("NFC", strip_invisible(name)))]


def _is_particle(word: str) -> bool:
    """*de*, *la*: part of a name, and of every text."""
    return len(word) < SHORTEST_FIRST_NAME and (len(word) < 2 or fold_text(word) in common_words())


def _is_initial(word: _Word) -> bool:
    return len(word.folded) == 1 and word.is_capital


def _hang_together(text: str, words: Sequence[_Word]) -> bool:
    return all(BETWEEN_PARTS.fullmatch(text[before.end : after.begin]) for before, after in pairwise(words))
