"""Is this person known already? Asked before she is filed a second time.

The same code, personal number, telephone or e-mail, or a name that sounds nearly the same with the same
year of birth. The question is asked of every record, also of those the worker may not reach: two workers
cannot notice by themselves that they help one person. Of a record out of reach she learns its code and
two initials, nothing else. This is the one deliberate read outside the scope; :func:`likely` is its door.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from rapidfuzz.fuzz import token_sort_ratio
from sqlalchemy import ColumnElement, and_, func, literal, select, union_all

from app.language.form import Form
from app.language.question import Answers, Question, Unknown
from app.records.cabinet import Cabinet
from app.records.cyrillic import readings
from app.records.folding import fold, heard, nearly
from app.records.scope import SYSTEM, OutOfReach, acting_as, current_scope
from app.records.search import BEGINS, LONGEST, asked_words
from app.records.system import word

NAMES = (("last_name", "first_name"), ("previous_name", "first_name"))
"""The questions that make a whole name, in every form about a person."""
BORN = "birth_date"
NEARLY = 88
"""From this likeness on (of 100), two names may be one."""
BEGINNING = 3
"""Two words of a name begin alike: who shares less is not compared."""
MOST_COMPARED = 2000
MOST_TOLD = 5


@dataclass(frozen=True)
class Likely:
    """A record that may be the same person's. Code and initials are all that is told of it."""

    id: int
    code: str
    initials: str
    likeness: float
    """100 for the same number or address."""


def deciding(form: Form) -> set[str]:
    """The questions by which a person is recognised; none for a form that is not about one."""
    names = {name for pair in NAMES for name in pair} & form.questions.keys()
    if not {"last_name", "first_name"} <= names:
        return set()
    return names | {question.name for question in _exact_questions(form)} | ({BORN} & form.questions.keys())


def _exact_questions(form: Form) -> list[Question]:
    return [question for question in form.stored_questions if question.identifies and question.search]


def likely(cabinet: Cabinet, form: Form, answers: Answers, but: int | None = None) -> list[Likely]:
    """The records of the form that may be of the person these answers are about, the likeliest first.

    ``form`` is the whole form, ``but`` the record the answers are of. Raises :class:`OutOfReach` for who
    may neither enter nor correct such records.
    """
    scope = current_scope.get()
    if not (scope.may("enter", form.key) or scope.may("correct", form.key)):
        raise OutOfReach(form.key)
    if not deciding(form):
        return []
    with acting_as(SYSTEM):
        exactly = _with_same_number(cabinet, form, answers) - {but}
        nearly = _with_alike_words(cabinet, form, answers) - {but}
        compared = _compared(cabinet, form, answers, exactly | nearly)
    found = [one for one in compared if one.id in exactly or one.likeness >= NEARLY]
    found.sort(key=lambda one: (one.id not in exactly, -one.likeness, -one.id))
    return found[:MOST_TOLD]


def _with_same_number(cabinet: Cabinet, form: Form, answers: Answers) -> set[int]:
    """The records that have one of these numbers or addresses, in whichever question."""
    wanted = {
        written[0][0] for question in _exact_questions(form)
        if (answer := answers.get(question.name)) is not None and not isinstance(answer, Unknown)
        and (written := asked_words(question.words(answer)))
    }
    if not wanted:
        return set()
    return set(cabinet.session.scalars(
        select(word.c.record_id).where(word.c.form == form.key, word.c.word.in_(sorted(wanted))).limit(MOST_COMPARED)
    ))


def _with_alike_words(cabinet: Cabinet, form: Form, answers: Answers) -> set[int]:
    """The records in which two words begin like two words of the name: few of many, off the search index."""
    parts = {part for name in whole_names(answers) for part in name.split()}
    beginnings = sorted({part[:BEGINNING] for part in parts})
    if len(beginnings) < 2:
        return set()
    begun = union_all(*[
        select(word.c.record_id, literal(place).label("place")).where(word.c.form == form.key, alike)
        for place, beginning in enumerate(beginnings)
        for alike in _alike_to(beginning, {part for part in parts if part.startswith(beginning)})
    ]).subquery()
    return set(cabinet.session.scalars(
        select(begun.c.record_id).group_by(begun.c.record_id)
        .having(func.count(begun.c.place.distinct()) >= 2).limit(MOST_COMPARED)
    ))


def _alike_to(beginning: str, parts: Iterable[str]) -> Iterator[ColumnElement[bool]]:
    """The words that begin so, and those that a wrong letter at the beginning keeps apart from one of the parts."""
    yield and_(word.c.word >= beginning, word.c.word < beginning + BEGINS)
    forms = sorted({form for part in parts for form in nearly(part)})
    if forms:
        yield word.c.word.in_(forms)


def whole_names(answers: Answers) -> list[str]:
    """The person's names as they sound; only those with family name and first name."""
    names = []
    for pair in NAMES:
        parts = [str(answer) for name in pair if _is_word(answer := answers.get(name))]
        if len(parts) == len(pair):
            names += [_as_heard(read) for read in readings(" ".join(parts))]
    return list(dict.fromkeys(names))


def _as_heard(name: str) -> str:
    return " ".join(heard(part)[:LONGEST] for part in fold(name).replace("-", " ").split())


def _is_word(answer: Any) -> bool:
    return answer is not None and not isinstance(answer, Unknown)


def _compared(cabinet: Cabinet, form: Form, answers: Answers, ids: Iterable[int]) -> list[Likely]:
    kept = cabinet.record_class(form.key)
    questions = [form.questions[name] for name in sorted(deciding(form))]
    columns = [column.name for question in questions for column in question.columns()]
    wanted = sorted(ids)
    if not wanted:
        return []
    rows = cabinet.session.execute(
        select(kept.id, *[getattr(kept, name) for name in columns]).where(kept.id.in_(wanted))
    )
    names, year = whole_names(answers), _year(form, answers)
    found = []
    for row in rows:
        columned = dict(zip(columns, row[1:], strict=True))
        theirs = {question.name: question.restored(columned) for question in questions}
        likeness = _likeness(names, whole_names(theirs)) if _may_be_same(year, _year(form, theirs)) else 0
        found.append(Likely(row.id, _code(form, theirs, row.id), _initials(theirs), likeness))
    return found


def _likeness(ours: Sequence[str], theirs: Sequence[str]) -> float:
    return max((token_sort_ratio(one, other) for one in ours for other in theirs), default=0.0)


def _year(form: Form, answers: Answers) -> str:
    """The year of birth, as far as it is known."""
    born = form.questions.get(BORN)
    plain: Any = born.plain(answers.get(BORN)) if born is not None else None
    return str(plain or "")[:4]


def _may_be_same(year: str, other: str) -> bool:
    return not year or not other or year == other


def _code(form: Form, answers: Answers, record_id: int) -> str:
    issued = next((question.name for question in form.stored_questions if question.issued), "")
    return str(answers.get(issued) or record_id)


def _initials(answers: Answers) -> str:
    """"Z. O." of Zagaievschi Olesea."""
    return " ".join(f"{answer[0].upper()}." for name in NAMES[0] if _is_word(answer := answers.get(name)) and answer)
