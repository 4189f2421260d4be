"""Reading what stands in boxes, each cell once: what a row holds is asked again at every step."""

from collections.abc import Sequence

from dosar.language.identity_cache import IdentityKey
from dosar.language.question import Answer, Question, ReadingContext
from dosar.language.text.message import Mistake


class CellReader:
    """Reads for one person on one day, and remembers what it has read."""

    def __init__(self, reading: ReadingContext) -> None:
        self.reading = reading
        self._read: dict[tuple[IdentityKey[Question], tuple[str, ...]], Answer | Mistake] = {}
        self._defaults: dict[IdentityKey[Question], Answer] = {}

    def read(self, question: Question, texts: Sequence[str]) -> Answer:
        """The answer in these texts; ``None`` for nothing. Raises :class:`Mistake`."""
        key = (IdentityKey(question), tuple(texts))
        if key not in self._read:
            self._read[key] = self._read_now(question, texts)
        found = self._read[key]
        if isinstance(found, Mistake):
            raise found
        return found

    def _read_now(self, question: Question, texts: Sequence[str]) -> Answer | Mistake:
        try:
            return question.read(texts, self.reading)
        except Mistake as mistake:
            return mistake

    def default(self, question: Question) -> Answer:
        """What a new sheet or row begins with."""
        key = IdentityKey(question)
        if key not in self._defaults:
            self._defaults[key] = question.default_answer(self.reading)
        return self._defaults[key]
