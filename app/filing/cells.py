"""Reading what stands in boxes, each cell once: what a row holds is asked again at every step."""

from collections.abc import Sequence

from app.language.message import Mistake
from app.language.question import Answer, Question, Reading
from app.language.same import Same


class CellReader:
    """Reads for one person on one day, and remembers what it has read."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self._read: dict[tuple[Same[Question], tuple[str, ...]], Answer | Mistake] = {}
        self._defaults: dict[Same[Question], Answer] = {}

    def read(self, question: Question, texts: Sequence[str]) -> Answer:
        """The answer in these texts; ``None`` for nothing. Raises :class:`Mistake`."""
        key = (Same(question), tuple(texts))
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
        key = Same(question)
        if key not in self._defaults:
            self._defaults[key] = question.default_answer(self.reading)
        return self._defaults[key]
