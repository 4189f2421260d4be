"""Two people corrected one record: what their versions do not share, and the merge of both."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from json import dumps

from dosar.filing.texts import Texts, texts_of_answers
from dosar.language.question import Answer, Answers, Question, ReadingContext


@dataclass(frozen=True)
class Difference:
    """One answer that the two versions do not share."""

    question: Question
    mine: Answer
    theirs: Answer
    is_mine: bool
    """Whether it was this worker who changed the answer that she had seen; else the saved one is offered first."""


def differences(
    questions: Iterable[Question], mine: Answers, theirs: Answers, seen: Mapping[str, str]
) -> list[Difference]:
    """What differs; ``seen`` are the :func:`answer_marks` of what she began with."""
    return [
        Difference(question, my, their, seen.get(question.name) != _answer_mark(question, mine))
        for question in questions
        if not question.computed
        and question.to_json(my := mine.get(question.name)) != question.to_json(their := theirs.get(question.name))
    ]


def merged_texts(
    questions: Iterable[Question], texts: Texts, theirs: Collection[str], saved: Answers, context: ReadingContext
) -> Texts:
    """The boxes with the saved answer in place of the typed one, for the questions named in ``theirs``."""
    chosen = [question for question in questions if question.name in theirs]
    names = {question.name for question in chosen}
    own_texts = {box: box_texts for box, box_texts in texts.items() if box.partition(".")[0] not in names}
    return {**own_texts, **texts_of_answers(chosen, saved, context)}


def answer_marks(questions: Iterable[Question], answers: Answers) -> dict[str, str]:
    """A short mark of each answer: tells later whether it was changed, without telling what it was."""
    return {question.name: _answer_mark(question, answers) for question in questions if not question.computed}


def _answer_mark(question: Question, answers: Answers) -> str:
    answer = question.to_json(answers.get(question.name))
    answer_json = dumps(None if answer == [] else answer, sort_keys=True)
    return blake2b(answer_json.encode(), digest_size=4).hexdigest()
