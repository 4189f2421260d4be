"""Names of others in what somebody wrote about a person: colleagues become their role, other people nobody.

Of others known are those who sign in, the persons of other cases, and the people around a case. A name that stands
nowhere but in the text is not known.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from dosar.database.text.folding import fold_text

WORD = re.compile(r"[^\W_]+(?:[-'’][^\W_]+)*")
CODE = re.compile(r"\w+(?:-\w+)+")
SHORTEST_NUMBER = 6
BETWEEN_WORDS = re.compile(r"[\s,]*")


@dataclass
class KnownNames:
    """The names to be taken out of texts, and what is said in their place."""

    by_first_word: dict[str, list[tuple[tuple[str, ...], str]]] = field(default_factory=dict)
    codes: Mapping[str, str] = field(default_factory=dict)
    """Numbers of other cases, folded."""
    words: dict[str, str] = field(default_factory=dict)
    """Telephones, personal numbers and addresses, as they stand in texts."""
    own: set[tuple[str, ...]] = field(default_factory=set)
    """What the person herself is called, who may share a name with others."""

    def add(self, names: Sequence[str], instead: str) -> None:
        """Know somebody by all these names together, in this order and with the last of them first."""
        parts = [_folded_words(name) for name in names if name]
        words = [word for part in parts for word in part]
        if len(words) < 2:
            return
        turned = [word for part in reversed(parts) for word in part]
        for order in {tuple(words), tuple(turned)} - self.own:
            self.by_first_word.setdefault(order[0], []).append((order, instead))
            self.by_first_word[order[0]].sort(key=lambda known: -len(known[0]))

    def learn_words(self, words: Iterable[str], instead: str) -> None:
        """Know these numbers and addresses, however many blanks stand in them."""
        for word in words:
            signs = [re.escape(sign) for sign in word if not sign.isspace()]
            if len(signs) >= SHORTEST_NUMBER:
                self.words[r"[\s./-]*".join(signs)] = instead

    def keep(self, names: Sequence[str]) -> None:
        """Leave the person's own name in the texts."""
        parts = [_folded_words(name) for name in names if name]
        self.own |= {
            tuple(word for part in parts for word in part),
            tuple(word for part in reversed(parts) for word in part),
        }

    def without_names(self, text: str) -> str:
        """The text with something else in the place of every known name."""
        for pattern, instead in self.words.items():
            text = re.sub(pattern, instead, text, flags=re.IGNORECASE)
        found, last = [], 0
        for begin, end, instead in sorted([*self._names_in(text), *self._codes_in(text)]):
            if begin >= last:
                found += [text[last:begin], instead]
                last = end
        return "".join((*found, text[last:])) if found else text

    def _names_in(self, text: str) -> Iterable[tuple[int, int, str]]:
        words = [(fold_text(word[0]), word.start(), word.end()) for word in WORD.finditer(text)]
        for position, (word, begin, _) in enumerate(words):
            for name, instead in self.by_first_word.get(word, ()):
                here = words[position : position + len(name)]
                if tuple(found for found, _, _ in here) == name and _stand_together(text, here):
                    yield begin, here[-1][2], instead
                    break

    def _codes_in(self, text: str) -> Iterable[tuple[int, int, str]]:
        for found in CODE.finditer(text):
            instead = self.codes.get(fold_text(found[0]))
            if instead is not None:
                yield found.start(), found.end(), instead


def _folded_words(name: str) -> list[str]:
    return [fold_text(word[0]) for word in WORD.finditer(name)]


def _stand_together(text: str, words: Sequence[tuple[str, int, int]]) -> bool:
    return all(BETWEEN_WORDS.fullmatch(text[end:begin]) for (_, _, end), (_, begin, _) in pairwise(words))
